//! The last error, and the error numbers of `windows.h`.

use winsock_async_guest::{wsa_get_last_error, wsa_set_last_error};

pub(super) const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
pub(super) const ERROR_INVALID_PARAMETER: u32 = 87;
pub(super) const ERROR_MOD_NOT_FOUND: u32 = 126;
pub(super) const ERROR_NOACCESS: u32 = 998;
pub(super) const ERROR_INVALID_WINDOW_HANDLE: u32 = 1400;
pub(super) const ERROR_TLW_WITH_WSCHILD: u32 = 1406;
pub(super) const ERROR_CANNOT_FIND_WND_CLASS: u32 = 1407;
pub(super) const ERROR_CLASS_ALREADY_EXISTS: u32 = 1410;
pub(super) const ERROR_CLASS_DOES_NOT_EXIST: u32 = 1411;
pub(super) const ERROR_CLASS_HAS_WINDOWS: u32 = 1412;
pub(super) const ERROR_INVALID_INDEX: u32 = 1413;
pub(super) const ERROR_INVALID_MSGBOX_STYLE: u32 = 1438;
pub(super) const ERROR_INVALID_THREAD_ID: u32 = 1444;

/// GetLastError: returns the last error of the thread, which Winsock shares (`S-S6`).
#[unsafe(no_mangle)]
pub extern "C" fn GetLastError() -> u32 {
    wsa_get_last_error().cast_unsigned()
}

/// SetLastError: sets the last error of the thread.
#[unsafe(no_mangle)]
pub extern "C" fn SetLastError(error: u32) {
    wsa_set_last_error(error.cast_signed());
}

/// Returns the value of a call. If there is an error, makes it the last one and returns `failed`.
pub(super) fn or_fail<T>(result: Result<T, u32>, failed: T) -> T {
    result.unwrap_or_else(|error| {
        SetLastError(error);
        failed
    })
}
