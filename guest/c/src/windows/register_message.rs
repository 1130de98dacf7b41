//! RegisterWindowMessage.

use std::ffi::c_char;

use super::error::{ERROR_INVALID_PARAMETER, or_fail};
use super::state::with;
use super::text::{Unit, Wide};

/// RegisterWindowMessage: returns the number of a text, from 0xC000 up. A text has the same number
/// in any case. Returns 0 if there are no more numbers.
///
/// # Safety
/// The text is null, no memory, or a string that lives until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterWindowMessageA(name: *const c_char) -> u32 {
    // SAFETY: see above.
    register(unsafe { c_char::read(name) })
}

/// RegisterWindowMessageW.
///
/// # Safety
/// As for [`RegisterWindowMessageA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterWindowMessageW(name: *const Wide) -> u32 {
    // SAFETY: see above.
    register(unsafe { Wide::read(name) })
}

fn register(name: Option<Vec<u8>>) -> u32 {
    let number = name
        .ok_or(ERROR_INVALID_PARAMETER)
        .and_then(|name| with(|tables| tables.names.add(&name)));
    or_fail(number.map(u32::from), 0)
}
