//! The checks that the calls of Winsock make first.

use crate::error::{WSAEINPROGRESS, WSAENETDOWN, WSAEOPNOTSUPP, WSANOTINITIALISED, WsaError};
use crate::host::{Current, Host};
use crate::runtime::with;

/// Fails while a call blocks. Every call of Winsock checks this, except four that work then
/// (`S-B2`).
///
/// WSANOTINITIALISED and WSAENETDOWN precede WSAEINPROGRESS (`S-S5`, `S-C5`). While nothing blocks,
/// this checks neither, because the call asks the host anyway.
pub(crate) fn check_idle() -> Result<(), WsaError> {
    if with(|core| core.blocking.is_blocking()) {
        check_host()?;
        return Err(WSAEINPROGRESS);
    }
    Ok(())
}

/// Fails before start-up, and while the resolver side is down.
///
/// Only the host knows its state. A cancel of handle 0 returns these errors and changes nothing,
/// because 0 is never a request.
pub(crate) fn check_host() -> Result<(), WsaError> {
    match Current::cancel(0) {
        Err(error @ (WSANOTINITIALISED | WSAENETDOWN)) => Err(error),
        _ => Ok(()),
    }
}

/// Fails after start-ups of version 2 alone: Winsock 2 has no blocking hooks (`S-B4`).
pub(crate) fn check_version() -> Result<(), WsaError> {
    if with(|core| core.blocking.has_version_1()) {
        Ok(())
    } else {
        Err(WSAEOPNOTSUPP)
    }
}
