//! Winsock 1.1's blocking calls, and what else a thread may do while one of them blocks.

use std::cell::Cell;
use std::rc::Rc;

use crate::error::{
    WSAEINPROGRESS, WSAEINVAL, WSAENETDOWN, WSAEOPNOTSUPP, WSANOTINITIALISED, WsaError, record,
};
use crate::host::{Current, Host};
use crate::state::with;
use crate::waiter::Waiter;

mod calls;
mod hook;
mod wait;

pub use calls::{
    gethostbyaddr, gethostbyname, getprotobyname, getprotobynumber, getservbyname, getservbyport,
};
pub use hook::{BlockingHook, wsa_set_blocking_hook, wsa_unhook_blocking_hook};
pub use wait::HOOK_PERIOD;
pub(crate) use wait::ask;

/// WSAIsBlocking: whether one of the blocking calls is under way. Then this is its blocking hook, or
/// code that the hook has called. Always works (`S-B2`).
pub fn wsa_is_blocking() -> bool {
    with(|state| state.blocking.call.is_some())
}

/// WSACancelBlockingCall: has the call that blocks end with [`WSAEINTR`](crate::WSAEINTR) as soon as
/// the hook has returned. If it has completed by now it succeeds all the same, and so does this
/// (`S-B3`). For the blocking hook, and window procedures that it calls.
///
/// # Errors
/// - [`WSANOTINITIALISED`] before start-up (`S-S5`); [`WSAENETDOWN`] if the resolver side is down.
/// - [`WSAEOPNOTSUPP`] after start-ups of version 2 alone (`S-B4`).
/// - [`WSAEINVAL`] if nothing blocks (`S-B3`).
pub fn wsa_cancel_blocking_call() -> Result<(), WsaError> {
    record(cancel())
}

fn cancel() -> Result<(), WsaError> {
    check_host()?;
    check_version()?;
    let call = with(|state| state.blocking.call.clone()).ok_or(WSAEINVAL)?;
    // Refused if it has completed, or was cancelled before: there is nothing left to do then.
    if call.waiter.cancel().is_ok() {
        call.cancelled.set(true);
    }
    Ok(())
}

/// Fails while a call blocks, as every call of Winsock must but the few that are for then (`S-B2`).
///
/// WSANOTINITIALISED and WSAENETDOWN go first (`S-S5`, `S-C5`). Otherwise they are left to the call
/// itself, which asks the host.
pub(crate) fn check_idle() -> Result<(), WsaError> {
    if wsa_is_blocking() {
        check_host()?;
        return Err(WSAEINPROGRESS);
    }
    Ok(())
}

/// Fails with the errors that are the host's to know and go before all others. It tells them when it is
/// asked to cancel, and 0 is never a request, so that nothing else can come of it.
fn check_host() -> Result<(), WsaError> {
    match Current::cancel(0) {
        Err(error @ (WSANOTINITIALISED | WSAENETDOWN)) => Err(error),
        _ => Ok(()),
    }
}

/// Fails where Winsock 2 has taken the call away (`S-B4`).
fn check_version() -> Result<(), WsaError> {
    if with(|state| state.blocking.version_1) {
        Ok(())
    } else {
        Err(WSAEOPNOTSUPP)
    }
}

/// What a thread keeps for its blocking calls.
#[derive(Default)]
pub(crate) struct Blocking {
    hook: BlockingHook,
    /// The call that blocks; 1.1 has one at a time.
    call: Option<Rc<Call>>,
    /// Clean-ups that could not be while a call blocks, and are made up for when it ends.
    owed: u32,
    /// Whether one of the start-ups that count was granted version 1.
    version_1: bool,
}

struct Call {
    waiter: Waiter,
    cancelled: Cell<bool>,
}

impl Blocking {
    /// A start-up was granted this version.
    pub(crate) fn started(&mut self, version: u16) {
        self.version_1 |= version.to_le_bytes()[0] == 1;
    }

    /// The last clean-up: gives the hook away, to be dropped outside the state.
    pub(crate) fn ended(&mut self) -> BlockingHook {
        self.version_1 = false;
        std::mem::take(&mut self.hook)
    }

    /// Whether a clean-up that has nobody to fail to must wait for the call that blocks, and does.
    pub(crate) fn defers_cleanup(&mut self) -> bool {
        let defers = self.call.is_some();
        self.owed += u32::from(defers);
        defers
    }
}

#[cfg(test)]
mod tests;
