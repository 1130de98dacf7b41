//! MessageBox, which has no user to ask.

use std::ffi::{c_char, c_int};

use winsock_async_guest::is_window;

use super::error::{ERROR_INVALID_MSGBOX_STYLE, ERROR_INVALID_WINDOW_HANDLE, or_fail};
use super::module::output;
use super::text::{Unit, Wide};
use crate::hwnd::{HWND, from_c};

const IDOK: c_int = 1;
const IDCANCEL: c_int = 2;
const IDABORT: c_int = 3;
const IDRETRY: c_int = 4;
const IDIGNORE: c_int = 5;
const IDYES: c_int = 6;
const IDNO: c_int = 7;

/// MessageBox: writes "caption: text" to standard error, and returns the default button. Returns 0
/// if the window or the style is bad. A null caption is "Error".
///
/// # Safety
/// Both texts are null, no memory, or strings that live until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn MessageBoxA(
    owner: HWND,
    text: *const c_char,
    caption: *const c_char,
    style: u32,
) -> c_int {
    // SAFETY: see above.
    unsafe { message_box(owner, text, caption, style) }
}

/// MessageBoxW.
///
/// # Safety
/// As for [`MessageBoxA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn MessageBoxW(
    owner: HWND,
    text: *const Wide,
    caption: *const Wide,
    style: u32,
) -> c_int {
    // SAFETY: see above.
    unsafe { message_box(owner, text, caption, style) }
}

unsafe fn message_box<U: Unit>(
    owner: HWND,
    text: *const U,
    caption: *const U,
    style: u32,
) -> c_int {
    let owner = from_c(owner);
    let button = if owner.is_some() && !is_window(owner) {
        Err(ERROR_INVALID_WINDOW_HANDLE)
    } else {
        default_button(style).ok_or(ERROR_INVALID_MSGBOX_STYLE)
    };
    if button.is_ok() {
        // SAFETY: the callers' promise.
        let (text, caption) = unsafe { (U::read(text), U::read(caption)) };
        let caption = caption.unwrap_or_else(|| b"Error".to_vec());
        let line = [&caption, &b": "[..], &text.unwrap_or_default(), b"\n"].concat();
        output(&line);
    }
    or_fail(button, 0)
}

/// Returns the default button of a style. If the style names a button that the box does not have,
/// returns the first button.
fn default_button(style: u32) -> Option<c_int> {
    let buttons: &[c_int] = match style & 0xf {
        0 => &[IDOK],
        1 => &[IDOK, IDCANCEL],
        2 => &[IDABORT, IDRETRY, IDIGNORE],
        3 => &[IDYES, IDNO, IDCANCEL],
        4 => &[IDYES, IDNO],
        5 => &[IDRETRY, IDCANCEL],
        _ => return None,
    };
    let default = (style >> 8 & 0xf) as usize;
    buttons.get(default).or(buttons.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_button_is_that_of_the_style_or_the_first() {
        for (style, button) in [
            (0, IDOK),
            (0x100, IDOK),
            (0x30 | 1, IDOK),
            (0x101, IDCANCEL),
            (2, IDABORT),
            (0x202, IDIGNORE),
            (0x103, IDNO),
            (4, IDYES),
            (0x204, IDYES),
            (0x2105, IDCANCEL),
        ] {
            assert_eq!(default_button(style), Some(button), "{style:#x}");
        }
        assert_eq!(default_button(6), None);
    }
}
