//! What `windows.h` declares.
//!
//! Windows, messages and timers are the guest library's. Here are what C has besides: classes, creation and
//! destruction, window longs, and text of two forms.

mod class;
mod create;
mod critical;
mod destroy;
mod find;
mod format;
mod long;
mod message;
mod message_box;
mod module;
mod names;
mod post;
mod sprintf;
mod state;
pub(crate) mod stuck;
mod table;
mod text;
mod time;
mod timer;

use std::ffi::{c_int, c_void};

use winsock_async_guest::{wsa_get_last_error, wsa_set_last_error};

use crate::hwnd::HWND;

pub(crate) use message::dispatch;

/// Zero, or anything else.
type BOOL = c_int;

/// `WNDPROC`: a window's procedure.
type WNDPROC = unsafe extern "C" fn(HWND, u32, u32, i32) -> i32;

/// `HINSTANCE`, `HMENU` and other handles that nothing here looks into.
type Handle = *mut c_void;

const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
const ERROR_INVALID_PARAMETER: u32 = 87;
const ERROR_MOD_NOT_FOUND: u32 = 126;
const ERROR_NOACCESS: u32 = 998;
const ERROR_INVALID_WINDOW_HANDLE: u32 = 1400;
const ERROR_TLW_WITH_WSCHILD: u32 = 1406;
const ERROR_CANNOT_FIND_WND_CLASS: u32 = 1407;
const ERROR_CLASS_ALREADY_EXISTS: u32 = 1410;
const ERROR_CLASS_DOES_NOT_EXIST: u32 = 1411;
const ERROR_CLASS_HAS_WINDOWS: u32 = 1412;
const ERROR_INVALID_INDEX: u32 = 1413;
const ERROR_INVALID_MSGBOX_STYLE: u32 = 1438;
const ERROR_INVALID_THREAD_ID: u32 = 1444;

/// GetLastError: the thread's last error, which is Winsock's too (`S-S6`).
#[unsafe(no_mangle)]
pub extern "C" fn GetLastError() -> u32 {
    wsa_get_last_error().cast_unsigned()
}

/// SetLastError.
#[unsafe(no_mangle)]
pub extern "C" fn SetLastError(error: u32) {
    wsa_set_last_error(error.cast_signed());
}

/// What a call returns whose error becomes the last one: `failed` if there is one.
fn or_fail<T>(result: Result<T, u32>, failed: T) -> T {
    result.unwrap_or_else(|error| {
        SetLastError(error);
        failed
    })
}
