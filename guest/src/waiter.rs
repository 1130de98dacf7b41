//! A request whose holder fetches the outcome: a future, or a blocking call.

use std::task::{Poll, Waker};

use crate::answer::Outcome;
use crate::bindings::types::Query;
use crate::core::{Route, WaiterId};
use crate::error::{WSAEINTR, WsaError};
use crate::handle::TaskHandle;
use crate::host::{self, Current, Host};
use crate::runtime::{run, try_with, with};

/// A request that has begun. Dropping it cancels the request, and its outcome is never delivered
/// (`S-C1`).
pub(crate) struct Waiter(WaiterId);

impl Waiter {
    /// Begins a request.
    pub(crate) fn start(query: Query<'_>) -> Result<Waiter, WsaError> {
        let number = with(|core| core.pending.number());
        let handle = host::request(query, Route::Waiter(number).tag())?;
        // The slot is in time, because no completion is taken before the next call.
        with(|core| core.pending.insert(number));
        Ok(Waiter(WaiterId { number, handle }))
    }

    pub(crate) fn id(&self) -> WaiterId {
        self.0
    }

    pub(crate) fn handle(&self) -> TaskHandle {
        self.0.handle
    }

    /// Fetches the outcome, once. Until it comes, keeps the waker.
    pub(crate) fn poll(&self, waker: Waker) -> Poll<Outcome> {
        let (poll, effect) = with(|core| core.pending.poll(self.0.number, waker));
        run(effect);
        poll
    }

    /// Returns whether the outcome has come.
    pub(crate) fn is_finished(&self) -> bool {
        with(|core| core.pending.is_finished(self.0.number))
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let number = self.0.number;
        let removed = try_with(|core| {
            let is_open = !core.pending.is_finished(number);
            (is_open, core.pending.remove(number))
        });
        let Some((is_open, effect)) = removed else {
            return;
        };
        if is_open {
            // The host refuses while it is down. The completion then finds no waiter.
            let _ = Current::cancel(self.0.handle);
        }
        run(effect);
    }
}

/// Cancels a request: its waiter then gets [`WSAEINTR`].
///
/// # Errors
/// Those of the host. The waiter is then unchanged.
pub(crate) fn cancel(waiter: WaiterId) -> Result<(), WsaError> {
    Current::cancel(waiter.handle)?;
    run(with(|core| {
        core.pending.finish(waiter.number, Err(WSAEINTR))
    }));
    Ok(())
}
