//! Tells whether a call blocks, and cancels it.

use crate::checks::{check_host, check_version};
use crate::error::{WSAEINVAL, WsaError};
use crate::last_error::record;
use crate::runtime::with;
use crate::waiter;

/// WSAIsBlocking: returns whether a blocking call is under way. The caller is then its blocking
/// hook, or code that the hook has called. Always works (`S-B2`).
pub fn wsa_is_blocking() -> bool {
    with(|core| core.blocking.is_blocking())
}

/// WSACancelBlockingCall: makes the blocking call return [`WSAEINTR`](crate::WSAEINTR) once the
/// hook has returned. The blocking hook calls it, or a window procedure that the hook has called.
///
/// If the library has taken the answer by now, the blocking call still succeeds, and this returns
/// `Ok` (`S-B3`).
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`).
/// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down.
/// - [`WSAEOPNOTSUPP`](crate::WSAEOPNOTSUPP) after start-ups of version 2 alone (`S-B4`).
/// - [`WSAEINVAL`] if nothing blocks (`S-B3`).
pub fn wsa_cancel_blocking_call() -> Result<(), WsaError> {
    record(cancel())
}

fn cancel() -> Result<(), WsaError> {
    check_host()?;
    check_version()?;
    let waiter = with(|core| core.blocking.waiter()).ok_or(WSAEINVAL)?;
    // The host refuses if the answer was taken or the call was cancelled before. Nothing is left to
    // do then.
    if waiter::cancel(waiter).is_ok() {
        with(|core| core.blocking.cancel());
    }
    Ok(())
}
