//! The program as a module, and what it tells a debugger.

use std::ffi::c_char;
use std::io::{self, Write};
use std::ptr;

use winsock_async_c_main::INSTANCE;

use super::text::{Unit, Wide};
use super::{ERROR_MOD_NOT_FOUND, Handle, or_fail};

/// GetModuleHandle: of null the program's, as WinMain is given it; else null, as there is no other.
#[unsafe(no_mangle)]
pub extern "C" fn GetModuleHandleA(name: *const c_char) -> Handle {
    handle(name.is_null())
}

/// GetModuleHandleW.
#[unsafe(no_mangle)]
pub extern "C" fn GetModuleHandleW(name: *const Wide) -> Handle {
    handle(name.is_null())
}

/// OutputDebugString: to standard error, as it is.
///
/// # Safety
/// The string lives until this returns. Null and what is no memory is told apart.
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

/// Writes to standard error, for people. Where nobody listens it goes nowhere.
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
