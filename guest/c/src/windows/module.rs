//! GetModuleHandle and OutputDebugString.

use std::ffi::c_char;
use std::io::{self, Write};
use std::ptr;

use super::error::{ERROR_MOD_NOT_FOUND, or_fail};
use super::text::{Unit, Wide};
use super::types::Handle;

/// The handle of the program, as a number: the one that most programs have on Windows.
const INSTANCE: usize = 0x0040_0000;

/// GetModuleHandle: returns the handle of the program, which WinMain gets too, if the name is null.
/// Any other name is null, because there is no other module.
#[unsafe(no_mangle)]
pub extern "C" fn GetModuleHandleA(name: *const c_char) -> Handle {
    handle(name.is_null())
}

/// GetModuleHandleW.
#[unsafe(no_mangle)]
pub extern "C" fn GetModuleHandleW(name: *const Wide) -> Handle {
    handle(name.is_null())
}

/// OutputDebugString: writes a text to standard error.
///
/// # Safety
/// The text is null, no memory, or a string that lives until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OutputDebugStringA(text: *const c_char) {
    // SAFETY: see above.
    output(&unsafe { c_char::read(text) }.unwrap_or_default());
}

/// OutputDebugStringW.
///
/// # Safety
/// As for [`OutputDebugStringA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OutputDebugStringW(text: *const Wide) {
    // SAFETY: see above.
    output(&unsafe { Wide::read(text) }.unwrap_or_default());
}

/// Writes to standard error. A failure is ignored.
pub(super) fn output(text: &[u8]) {
    let _ = io::stderr().write_all(text);
}

fn handle(is_program: bool) -> Handle {
    let program = ptr::without_provenance_mut(INSTANCE);
    or_fail(
        is_program.then_some(program).ok_or(ERROR_MOD_NOT_FOUND),
        ptr::null_mut(),
    )
}
