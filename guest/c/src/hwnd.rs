//! Window handles in C.

use std::ffi::c_void;

use winsock_async_guest::Hwnd;

/// `HWND`: a pointer whose address is the number of a window.
pub(crate) type HWND = *mut c_void;

/// Returns the window that a handle names, or `None` for null. For a number that no window can
/// have, returns the handle of no window.
pub(crate) fn from_c(hwnd: HWND) -> Option<Hwnd> {
    let raw = u32::try_from(hwnd.addr()).unwrap_or(u32::MAX);
    let never = || Hwnd::from_raw(u32::MAX >> 1);
    (raw != 0).then(|| Hwnd::from_raw(raw).or_else(never))?
}

/// Returns the handle of a window, or null for `None`.
pub(crate) fn to_c(hwnd: Option<Hwnd>) -> HWND {
    std::ptr::without_provenance_mut(hwnd.map_or(0, Hwnd::raw) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_that_no_window_can_have_is_not_null() {
        let handle = |raw: usize| from_c(std::ptr::without_provenance_mut(raw));
        assert_eq!(handle(0), None);
        assert_eq!(handle(7).map(Hwnd::raw), Some(7));
        for raw in [0x8000_0000, 0xffff_ffff] {
            assert_eq!(handle(raw).map(Hwnd::raw), Some(0x7fff_ffff));
        }
        assert_eq!(to_c(handle(7)).addr(), 7);
        assert!(to_c(None).is_null());
    }
}
