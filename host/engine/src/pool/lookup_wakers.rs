//! Wakes the tasks that await the lookups of a session.

use std::mem;
use std::task::Waker;

use rustc_hash::FxHashMap;

use crate::panics::catch_panic;
use crate::sync::{AtomicUsize, Fault, Mutex, MutexGuard, Ordering, planted};
use crate::types::TaskHandle;

/// The wakers of a session's pending lookups.
///
/// A lookup enters its waker and then looks for news. A worker queues the result and then takes the
/// waker. The lock orders the two: the lookup sees the result, or the worker sees the waker.
#[derive(Default)]
pub(crate) struct LookupWakers {
    /// The lookups of the session. Set before a worker or resolver gets the job, so a result of a
    /// lookup never finds 0 here.
    expected: AtomicUsize,
    wakers: Mutex<FxHashMap<TaskHandle, Waker>>,
}

impl LookupWakers {
    /// Notes how many lookups the session has. With none, results wake nobody here.
    pub(crate) fn expect(&self, lookups: usize) {
        self.expected.store(lookups, Ordering::Relaxed);
    }

    /// Enters the waker of a lookup, in place of its last one.
    pub(crate) fn enter(&self, handle: TaskHandle, waker: &Waker) {
        // To clone and drop a waker is the embedder's code, so not under the lock.
        let waker = waker.clone();
        let before = self.wakers().insert(handle, waker);
        drop(before);
    }

    /// Removes the waker of a lookup.
    pub(crate) fn leave(&self, handle: TaskHandle) {
        if planted(Fault::KeepWaker) {
            return;
        }
        let waker = self.wakers().remove(&handle);
        drop(waker);
    }

    /// How many lookups have a waker here.
    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn len(&self) -> usize {
        self.wakers().len()
    }

    /// Wakes the lookup with this handle, if there is one.
    pub(crate) fn wake(&self, handle: TaskHandle) {
        if self.expected.load(Ordering::Relaxed) == 0 || planted(Fault::WakeNoLookup) {
            return;
        }
        let waker = self.wakers().remove(&handle);
        if let Some(waker) = waker {
            // A panic of the embedder's waker must not end a worker.
            let _ = catch_panic(|| waker.wake());
        }
    }

    /// Wakes all lookups.
    pub(crate) fn wake_all(&self) {
        let wakers = mem::take(&mut *self.wakers());
        for waker in wakers.into_values() {
            let _ = catch_panic(|| waker.wake());
        }
    }

    fn wakers(&self) -> MutexGuard<'_, FxHashMap<TaskHandle, Waker>> {
        self.wakers.lock().expect("no holder panics")
    }
}
