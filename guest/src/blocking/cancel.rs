//! Whether a call blocks, and how it is cancelled.

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

/// WSACancelBlockingCall: has the blocking call return [`WSAEINTR`](crate::WSAEINTR) once the hook
/// has returned. It is for the blocking hook, and for the window procedures that the hook calls.
///
/// If the call has completed by now, it succeeds, and so does this (`S-B3`).
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
    // Refused if the call has completed or was cancelled before: nothing is left to do then.
    if waiter::cancel(waiter).is_ok() {
        with(|core| core.blocking.cancel());
    }
    Ok(())
}
