//! The end of windows, and what happens to messages that a procedure leaves alone.

use std::mem;

use winsock_async_guest::{Hwnd, send_message};

use super::state::with;
use super::{BOOL, ERROR_INVALID_WINDOW_HANDLE, SetLastError};
use crate::hwnd::{HWND, from_c};

const WM_DESTROY: u32 = 0x0002;
const WM_CLOSE: u32 = 0x0010;
const WM_NCCREATE: u32 = 0x0081;
const WM_NCDESTROY: u32 = 0x0082;

/// DestroyWindow: WM_DESTROY, the end of its children, WM_NCDESTROY; then its handle means nothing
/// (`S-M4`). FALSE while it is being destroyed.
#[unsafe(no_mangle)]
pub extern "C" fn DestroyWindow(hwnd: HWND) -> BOOL {
    BOOL::from(destroy(from_c(hwnd)))
}

/// DefWindowProc: TRUE for WM_NCCREATE, DestroyWindow for WM_CLOSE, 0 for all else.
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

/// Destroys a window with its children; false if there is none, or if that is under way.
pub(super) fn destroy(hwnd: Option<Hwnd>) -> bool {
    let Some(hwnd) = hwnd.filter(|&hwnd| begin(hwnd)) else {
        SetLastError(ERROR_INVALID_WINDOW_HANDLE);
        return false;
    };
    tell(hwnd, WM_DESTROY);
    while let Some(child) = with(|state| state.windows.child_of(hwnd)) {
        destroy(Some(child));
    }
    end(hwnd);
    true
}

/// Ends a window that was never created, if it is still there.
pub(super) fn abandon(hwnd: Hwnd) {
    if begin(hwnd) {
        end(hwnd);
    }
}

fn begin(hwnd: Hwnd) -> bool {
    with(|state| {
        let entry = state.windows.get(Some(hwnd));
        entry.is_some_and(|entry| !mem::replace(&mut entry.is_ending, true))
    })
}

fn end(hwnd: Hwnd) {
    tell(hwnd, WM_NCDESTROY);
    let ended = with(|state| {
        state.timers.forget(hwnd);
        state.windows.remove(hwnd)
    });
    // Outside the state, as the guest library may deliver completions then.
    drop(ended);
}

fn tell(hwnd: Hwnd, message: u32) {
    // Only a window that does not exist is an error.
    let _ = send_message(hwnd, message, 0, 0);
}
