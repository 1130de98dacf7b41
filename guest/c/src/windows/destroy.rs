//! DestroyWindow, and DefWindowProc, which calls it.

use std::mem;

use winsock_async_guest::{Hwnd, send_message};

use super::error::{ERROR_INVALID_WINDOW_HANDLE, SetLastError};
use super::state::with;
use super::types::BOOL;
use crate::hwnd::{HWND, from_c};

const WM_DESTROY: u32 = 0x0002;
const WM_CLOSE: u32 = 0x0010;
const WM_NCCREATE: u32 = 0x0081;
const WM_NCDESTROY: u32 = 0x0082;

/// DestroyWindow: sends WM_DESTROY, destroys the children of the window, sends WM_NCDESTROY, and
/// ends the window (`S-M4`). FALSE if there is none, or while it is being destroyed.
#[unsafe(no_mangle)]
pub extern "C" fn DestroyWindow(hwnd: HWND) -> BOOL {
    BOOL::from(destroy(from_c(hwnd)))
}

/// DefWindowProc: returns TRUE for WM_NCCREATE, destroys the window for WM_CLOSE, and returns 0 for
/// all other messages.
#[unsafe(no_mangle)]
pub extern "C" fn DefWindowProcA(hwnd: HWND, message: u32, _wparam: u32, _lparam: i32) -> i32 {
    match message {
        WM_NCCREATE => 1,
        WM_CLOSE => {
            DestroyWindow(hwnd);
            0
        }
        _ => 0,
    }
}

/// Destroys a window with its children. Returns false if there is none, or if its destruction is
/// under way.
pub(super) fn destroy(hwnd: Option<Hwnd>) -> bool {
    let Some(hwnd) = hwnd.filter(|&hwnd| begin(hwnd)) else {
        SetLastError(ERROR_INVALID_WINDOW_HANDLE);
        return false;
    };
    tell(hwnd, WM_DESTROY);
    while let Some(child) = with(|tables| tables.windows.child_of(hwnd)) {
        destroy(Some(child));
    }
    end(hwnd);
    true
}

/// Ends a window whose creation has failed, if it still exists.
pub(super) fn abandon(hwnd: Hwnd) {
    if begin(hwnd) {
        end(hwnd);
    }
}

fn begin(hwnd: Hwnd) -> bool {
    with(|tables| {
        let entry = tables.windows.get(Some(hwnd));
        entry.is_some_and(|entry| !mem::replace(&mut entry.is_ending, true))
    })
}

fn end(hwnd: Hwnd) {
    tell(hwnd, WM_NCDESTROY);
    let ended = with(|tables| tables.end(hwnd));
    drop(ended);
}

fn tell(hwnd: Hwnd, message: u32) {
    // Fails only if the window does not exist.
    let _ = send_message(hwnd, message, 0, 0);
}
