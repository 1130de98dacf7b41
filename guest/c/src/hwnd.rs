//! Window handles as C has them.

use std::ffi::c_void;

use winsock_async_guest::Hwnd;

/// `HWND`: a pointer that is a window's number.
pub(crate) type HWND = *mut c_void;

/// The window that a handle names; none for null. A number that no window can have is one that none has.
pub(crate) fn from_c(hwnd: HWND) -> Option<Hwnd> {
    let raw = u32::try_from(hwnd.addr()).unwrap_or(u32::MAX);
    let never = || Hwnd::from_raw(u32::MAX >> 1);
    (raw != 0).then(|| Hwnd::from_raw(raw).or_else(never))?
}

/// The handle of a window; null for none.
pub(crate) fn to_c(hwnd: Option<Hwnd>) -> HWND {
    std::ptr::without_provenance_mut(hwnd.map_or(0, Hwnd::raw) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_that_no_window_can_have_are_not_null() {
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
