//! Types of `windows.h`.

use std::ffi::{c_int, c_void};

use crate::hwnd::HWND;

/// 0 for false, and any other number for true.
pub(super) type BOOL = c_int;

/// `HINSTANCE`, `HMENU` and other handles that mean nothing here.
pub(super) type Handle = *mut c_void;

/// `WNDPROC`: the procedure of a window.
pub(super) type WNDPROC = unsafe extern "C" fn(HWND, u32, u32, i32) -> i32;

/// `TIMERPROC`: a function that a timer calls instead of the procedure of a window.
pub(super) type TIMERPROC = unsafe extern "C" fn(HWND, u32, u32, u32);
