//! A guest's session, which one thread uses.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use winsock_async_engine::{Connections, LookupEngine, Session};

use crate::failure::Failure;
use crate::signal::Signaller;
use crate::types::{WINSOCK_ASYNC_IN_USE, WINSOCK_ASYNC_WRONG_HANDLE, WINSOCK_ASYNC_WRONG_THREAD};

/// A guest's session. Calls of two threads at a time are an error of the second.
pub(crate) struct Guest {
    /// None after it was deleted.
    state: Mutex<Option<Owned>>,
}

struct Owned {
    /// The number of the thread whose session it is.
    thread: u64,
    parts: Parts,
}

/// What a call of a session works on.
pub(crate) struct Parts {
    /// Dropped first: no callback runs when the session ends.
    pub(crate) signaller: Option<Signaller>,
    pub(crate) connections: Connections,
    pub(crate) session: Session,
    /// Bytes that are copied of a text of a query: one more than a name or an address may have.
    pub(crate) copied_bytes: usize,
}

impl Parts {
    /// The descriptor and the callback, from the first call on.
    pub(crate) fn signaller(&mut self) -> &mut Signaller {
        let session = &self.session;
        self.signaller
            .get_or_insert_with(|| Signaller::new(session.readiness()))
    }
}

impl Guest {
    /// Makes a session for the calling thread.
    pub(crate) fn new(engine: &LookupEngine) -> Guest {
        let session = engine.session();
        let parts = Parts {
            signaller: None,
            connections: session.connections(),
            session,
            copied_bytes: engine.limits().name_bytes.max(4).saturating_add(1),
        };
        let thread = this_thread();
        Guest {
            state: Mutex::new(Some(Owned { thread, parts })),
        }
    }

    /// Runs a call of the session on its thread, and then says whether completions can be taken.
    pub(crate) fn call<T>(
        &self,
        run: impl FnOnce(&mut Parts) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut state = self.lock()?;
        let parts = &mut own(&mut state)?.parts;
        let outcome = run(parts);
        if let Some(signaller) = &mut parts.signaller {
            signaller.update();
        }
        outcome
    }

    /// Makes the session the calling thread's.
    pub(crate) fn attach(&self) -> Result<(), Failure> {
        let mut state = self.lock()?;
        state
            .as_mut()
            .ok_or(Failure(WINSOCK_ASYNC_WRONG_HANDLE))?
            .thread = this_thread();
        Ok(())
    }

    /// Ends the session, if it is the calling thread's. Every later call fails.
    pub(crate) fn free(&self) -> Result<(), Failure> {
        let mut state = self.lock()?;
        own(&mut state)?;
        let owned = state.take();
        drop(state);
        drop(owned);
        Ok(())
    }

    fn lock(&self) -> Result<MutexGuard<'_, Option<Owned>>, Failure> {
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(poisoned)) => Ok(PoisonError::into_inner(poisoned)),
            Err(TryLockError::WouldBlock) => Err(Failure(WINSOCK_ASYNC_IN_USE)),
        }
    }
}

/// The session, if it is the calling thread's.
fn own(state: &mut Option<Owned>) -> Result<&mut Owned, Failure> {
    let owned = state.as_mut().ok_or(Failure(WINSOCK_ASYNC_WRONG_HANDLE))?;
    if owned.thread == this_thread() {
        Ok(owned)
    } else {
        Err(Failure(WINSOCK_ASYNC_WRONG_THREAD))
    }
}

/// The number of the calling thread. The standard library's would need memory of the thread.
fn this_thread() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }
    if NUMBER.get() == 0 {
        NUMBER.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    }
    NUMBER.get()
}
