//! Posting and sending messages.

use std::ffi::c_int;

use winsock_async_guest::{Hwnd, post_message, post_quit_message, send_message};

use super::error::{ERROR_INVALID_THREAD_ID, SetLastError};
use super::stuck;
use super::types::BOOL;
use crate::hwnd::{HWND, from_c};

/// The number of the only thread.
const THREAD: u32 = 1;

/// PostMessage: posts a message to a window or, with null, to the thread (`S-M3`).
#[unsafe(no_mangle)]
pub extern "C" fn PostMessageA(hwnd: HWND, message: u32, wparam: u32, lparam: i32) -> BOOL {
    post(from_c(hwnd), message, wparam, lparam)
}

/// PostThreadMessage: posts a message to the only thread (`S-M3`).
#[unsafe(no_mangle)]
pub extern "C" fn PostThreadMessageA(thread: u32, message: u32, wparam: u32, lparam: i32) -> BOOL {
    if thread != THREAD {
        SetLastError(ERROR_INVALID_THREAD_ID);
        return 0;
    }
    post(None, message, wparam, lparam)
}

/// PostQuitMessage: makes WM_QUIT come after all other messages (`S-M2`).
#[unsafe(no_mangle)]
pub extern "C" fn PostQuitMessage(code: c_int) {
    stuck::clear();
    post_quit_message(code);
}

/// SendMessage: calls the procedure of the window, and returns its result. Returns 0 if there is no
/// such window.
#[unsafe(no_mangle)]
pub extern "C" fn SendMessageA(hwnd: HWND, message: u32, wparam: u32, lparam: i32) -> i32 {
    let sent = send_message(from_c(hwnd), message, wparam.into(), lparam.cast_unsigned());
    sent.unwrap_or_default() as i32
}

/// GetCurrentThreadId: returns the number that [`PostThreadMessageA`] takes.
#[unsafe(no_mangle)]
pub extern "C" fn GetCurrentThreadId() -> u32 {
    THREAD
}

fn post(hwnd: Option<Hwnd>, message: u32, wparam: u32, lparam: i32) -> BOOL {
    let posted = post_message(hwnd, message, wparam.into(), lparam.cast_unsigned());
    if posted.is_ok() {
        stuck::clear();
    }
    BOOL::from(posted.is_ok())
}
