//! A request whose outcome is fetched by whoever holds it: a future, or a blocking call.

use std::task::{Poll, Waker};

use crate::bindings::types::Query;
use crate::error::{WSAEINTR, WsaError};
use crate::host::{Current, Host};
use crate::lookup::pending::Outcome;
use crate::reactor;
use crate::request::TaskHandle;
use crate::route::Route;
use crate::state::{try_with, with};

/// A request that has begun. Dropping it cancels it, and nothing of it is delivered afterwards
/// (`S-C1`).
pub(crate) struct Waiter {
    number: u64,
    handle: TaskHandle,
}

impl Waiter {
    pub(crate) fn start(query: Query<'_>) -> Result<Waiter, WsaError> {
        let number = with(|state| state.pending.number());
        let handle = Current::request(query, Route::Waiter(number).tag())?;
        // In time: no completion is taken before the next call that takes some.
        with(|state| state.pending.insert(number));
        Ok(Waiter { number, handle })
    }

    pub(crate) fn handle(&self) -> TaskHandle {
        self.handle
    }

    /// Cancels it: it then ends with [`WSAEINTR`]. Fails as the host says, and then changes nothing.
    pub(crate) fn cancel(&self) -> Result<(), WsaError> {
        Current::cancel(self.handle)?;
        reactor::wake(with(|state| {
            state.pending.finish(self.number, Err(WSAEINTR))
        }));
        Ok(())
    }

    /// Fetches the outcome, once; until there is one, keeps the waker.
    pub(crate) fn poll(&self, waker: Waker) -> Poll<Outcome> {
        let (poll, unneeded) = with(|state| state.pending.poll(self.number, waker));
        // Outside the state.
        drop(unneeded);
        poll
    }

    /// Whether the outcome has come.
    pub(crate) fn is_finished(&self) -> bool {
        with(|state| state.pending.is_finished(self.number))
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let slot = try_with(|state| state.pending.remove(self.number)).flatten();
        if slot.is_some_and(|slot| !slot.is_finished()) {
            // If it has completed meanwhile, its completion finds no slot.
            let _ = Current::cancel(self.handle);
        }
    }
}
