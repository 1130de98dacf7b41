//! The handles of engines, sessions and completions.
//!
//! A handle is no pointer, so a handle that was deleted or never given is an error and no undefined
//! behaviour. All kinds are in one table, so a handle of another kind is an error too.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

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

type Objects = BTreeMap<u64, Object>;

static OBJECTS: RwLock<Objects> = RwLock::new(BTreeMap::new());
/// The last handle. Handles count up, so none is given out twice.
static LAST: AtomicU64 = AtomicU64::new(0);

const UNKNOWN: Failure = Failure(WINSOCK_ASYNC_WRONG_HANDLE);

/// Adds an object, and returns its handle, which is not 0.
pub(crate) fn add(object: Object) -> u64 {
    let handle = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    write().insert(handle, object);
    handle
}

pub(crate) fn engine(handle: u64) -> Result<LookupEngine, Failure> {
    match read().get(&handle) {
        Some(Object::Engine(engine)) => Ok(engine.clone()),
        _ => Err(UNKNOWN),
    }
}

pub(crate) fn guest(handle: u64) -> Result<Arc<Guest>, Failure> {
    match read().get(&handle) {
        Some(Object::Guest(guest)) => Ok(Arc::clone(guest)),
        _ => Err(UNKNOWN),
    }
}

/// Removes an object if `is_kind`. The caller drops it, without the lock.
pub(crate) fn remove(handle: u64, is_kind: impl Fn(&Object) -> bool) -> Result<Object, Failure> {
    let mut objects = write();
    let object = objects.get(&handle).ok_or(UNKNOWN)?;
    if !is_kind(object) {
        return Err(UNKNOWN);
    }
    objects.remove(&handle).ok_or(UNKNOWN)
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

    /// A table that uses a place again must count how often, and its count ends.
    #[test]
    fn handles_count_up_also_while_others_are_removed() {
        let mut kept = vec![add(Object::Engine(LookupEngine::new()))];
        for _ in 0..3 {
            let removed = add(Object::Engine(LookupEngine::new()));
            remove(removed, |_| true).unwrap();
            for _ in 0..2 {
                let next = add(Object::Engine(LookupEngine::new()));
                assert!(next > removed && kept.iter().all(|handle| next > *handle));
                kept.push(next);
            }
        }
        for handle in kept {
            remove(handle, |_| true).unwrap();
        }
    }

    #[test]
    fn handle_that_was_never_given_is_an_error() {
        for handle in [0, u64::MAX] {
            assert_eq!(engine(handle).err(), Some(UNKNOWN));
            assert_eq!(guest(handle).err(), Some(UNKNOWN));
            assert!(remove(handle, |_| true).is_err());
        }
    }
}
