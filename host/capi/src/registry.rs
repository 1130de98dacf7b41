//! The handles of engines, sessions and completions.
//!
//! A handle is no pointer, so a handle that was deleted or never given is an error and no undefined
//! behaviour. All kinds are in one table, so a handle of another kind is an error too.

use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use slotmap::{DefaultKey, Key, KeyData, SlotMap};
use winsock_async_engine::LookupEngine;

use crate::answer::Memory;
use crate::failure::Failure;
use crate::guest::Guest;
use crate::types::WINSOCK_ASYNC_WRONG_HANDLE;

/// What a handle names.
pub(crate) enum Object {
    Engine(LookupEngine),
    Guest(Arc<Guest>),
    Memory(Memory),
}

type Objects = SlotMap<DefaultKey, Object>;

static OBJECTS: LazyLock<RwLock<Objects>> = LazyLock::new(RwLock::default);

const UNKNOWN: Failure = Failure(WINSOCK_ASYNC_WRONG_HANDLE);

/// Adds an object, and returns its handle, which is not 0.
pub(crate) fn add(object: Object) -> u64 {
    write().insert(object).data().as_ffi()
}

pub(crate) fn engine(handle: u64) -> Result<LookupEngine, Failure> {
    match read().get(key(handle)) {
        Some(Object::Engine(engine)) => Ok(engine.clone()),
        _ => Err(UNKNOWN),
    }
}

pub(crate) fn guest(handle: u64) -> Result<Arc<Guest>, Failure> {
    match read().get(key(handle)) {
        Some(Object::Guest(guest)) => Ok(Arc::clone(guest)),
        _ => Err(UNKNOWN),
    }
}

/// Removes an object if `is_kind`. The caller drops it, without the lock.
pub(crate) fn remove(handle: u64, is_kind: impl Fn(&Object) -> bool) -> Result<Object, Failure> {
    let mut objects = write();
    let object = objects.get(key(handle)).ok_or(UNKNOWN)?;
    if !is_kind(object) {
        return Err(UNKNOWN);
    }
    objects.remove(key(handle)).ok_or(UNKNOWN)
}

fn key(handle: u64) -> DefaultKey {
    KeyData::from_ffi(handle).into()
}

fn read() -> RwLockReadGuard<'static, Objects> {
    OBJECTS.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, Objects> {
    OBJECTS.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handle_is_an_error_after_its_object_is_removed_and_of_another_kind() {
        let is_engine = |object: &Object| matches!(object, Object::Engine(_));
        let handle = add(Object::Engine(LookupEngine::new()));
        assert!(handle != 0 && engine(handle).is_ok());
        assert_eq!(guest(handle).err(), Some(UNKNOWN));
        assert_eq!(remove(handle, |_| false).err(), Some(UNKNOWN));
        assert!(remove(handle, is_engine).is_ok());
        assert_eq!(remove(handle, is_engine).err(), Some(UNKNOWN));
        let next = add(Object::Engine(LookupEngine::new()));
        assert!(next != handle && engine(handle).is_err());
        remove(next, is_engine).unwrap();
    }

    #[test]
    fn no_number_panics() {
        for handle in [0, 1, u64::MAX, 1 << 32, (1 << 32) | 1, u64::from(u32::MAX)] {
            // Other tests have objects at the same time, so a number may be a handle.
            let _ = engine(handle);
            assert!(remove(handle, |_| false).is_err());
        }
    }
}
