//! Finding windows, and whether they are shown.

use std::ffi::{c_char, c_int};
use std::mem;
use std::ptr;

use super::class::named;
use super::error::{ERROR_CANNOT_FIND_WND_CLASS, ERROR_INVALID_WINDOW_HANDLE, or_fail};
use super::state::with;
use super::text::{Unit, Wide, folded};
use super::types::BOOL;
use crate::hwnd::{HWND, from_c, to_c};

const SW_HIDE: c_int = 0;

/// IsWindow: returns whether the window exists. A window that is being created or destroyed exists.
#[unsafe(no_mangle)]
pub extern "C" fn IsWindow(hwnd: HWND) -> BOOL {
    BOOL::from(winsock_async_guest::is_window(from_c(hwnd)))
}

/// FindWindow: returns the oldest window of this class (by name or atom) and title, in any case.
/// Null is any class or title. Finds neither children nor windows for messages only.
///
/// # Safety
/// `class` is null, an atom, no memory, or a string; `title` is null, no memory, or a string.
/// Strings live until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn FindWindowA(class: *const c_char, title: *const c_char) -> HWND {
    // SAFETY: see above.
    or_fail(unsafe { find(class, title) }, ptr::null_mut())
}

/// FindWindowW.
///
/// # Safety
/// As for [`FindWindowA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn FindWindowW(class: *const Wide, title: *const Wide) -> HWND {
    // SAFETY: see above.
    or_fail(unsafe { find(class, title) }, ptr::null_mut())
}

/// ShowWindow: notes whether the window is shown, and returns whether it was before. Windows are
/// invisible here.
#[unsafe(no_mangle)]
pub extern "C" fn ShowWindow(hwnd: HWND, how: c_int) -> BOOL {
    let shown = with(|tables| {
        let entry = tables.windows.get(from_c(hwnd));
        entry.map(|entry| mem::replace(&mut entry.is_visible, how != SW_HIDE))
    });
    or_fail(shown.map(BOOL::from).ok_or(ERROR_INVALID_WINDOW_HANDLE), 0)
}

/// UpdateWindow: returns whether the window exists. There is nothing to draw.
#[unsafe(no_mangle)]
pub extern "C" fn UpdateWindow(hwnd: HWND) -> BOOL {
    let exists = with(|tables| tables.windows.get(from_c(hwnd)).map(|_| 1));
    or_fail(exists.ok_or(ERROR_INVALID_WINDOW_HANDLE), 0)
}

unsafe fn find<U: Unit>(class: *const U, title: *const U) -> Result<HWND, u32> {
    // SAFETY: the callers' promise.
    let (atom, title) = unsafe { (named(class), U::read(title)) };
    if !class.is_null() && atom.is_none() {
        return Err(ERROR_CANNOT_FIND_WND_CLASS);
    }
    let title = title.map(|title| folded(&title));
    let found = with(|tables| {
        tables.windows.find(|entry| {
            let is_its_class = atom.is_none_or(|atom| entry.class == atom);
            let is_its_title = title.as_ref().is_none_or(|title| entry.title == *title);
            entry.is_top_level && is_its_class && is_its_title
        })
    });
    Ok(to_c(found))
}
