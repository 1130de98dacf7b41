//! Text of the program, narrow and wide.

use std::ffi::c_char;

use crate::memory;

/// `WCHAR`: the `wchar_t` of the C library, 4 bytes.
pub(crate) type Wide = u32;

/// A character of one form of text. This library keeps text in the narrow form: UTF-8, or any bytes
/// of the program.
pub(super) trait Unit: Copy {
    const IS_WIDE: bool;

    /// Reads a string, without its null. `None` if the pointer is bad.
    ///
    /// # Safety
    /// The memory does not change until this returns.
    unsafe fn read(start: *const Self) -> Option<Vec<u8>>;
}

impl Unit for c_char {
    const IS_WIDE: bool = false;

    unsafe fn read(start: *const c_char) -> Option<Vec<u8>> {
        // SAFETY: the caller's promise.
        unsafe { memory::string(start) }.map(<[u8]>::to_vec)
    }
}

impl Unit for Wide {
    const IS_WIDE: bool = true;

    unsafe fn read(start: *const Wide) -> Option<Vec<u8>> {
        // SAFETY: the caller's promise.
        unsafe { wide(start) }.map(|text| narrow_of(&text))
    }
}

/// Reads a wide string, without its null. `None` if the pointer is bad.
///
/// # Safety
/// The memory does not change until this returns.
pub(super) unsafe fn wide(start: *const Wide) -> Option<Vec<Wide>> {
    let mut text = vec![];
    loop {
        // SAFETY: any bytes are a number; the caller promises that they do not change.
        match unsafe { memory::read(start.wrapping_add(text.len())) }? {
            0 => return Some(text),
            unit => text.push(unit),
        }
    }
}

/// Converts wide text to narrow text.
pub(super) fn narrow_of(text: &[Wide]) -> Vec<u8> {
    let chars = text.iter().map(|&unit| char::from_u32(unit));
    let text: String = chars
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

/// Converts narrow text to wide text.
pub(super) fn wide_of(text: &[u8]) -> Vec<Wide> {
    let text = String::from_utf8_lossy(text);
    text.chars().map(Wide::from).collect()
}

/// Folds a text, so that texts that differ only in case are equal.
pub(super) fn folded(text: &[u8]) -> String {
    String::from_utf8_lossy(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_converted_to_the_other_form_and_back() {
        let wide = wide_of("aé€😀".as_bytes());
        assert_eq!(wide, [0x61, 0xe9, 0x20ac, 0x1f600]);
        assert_eq!(narrow_of(&wide), "aé€😀".as_bytes());
        assert_eq!(
            narrow_of(&[0xd800, 0x11_0000]),
            "\u{fffd}\u{fffd}".as_bytes()
        );
        assert_eq!(wide_of(b"\xff"), [0xfffd]);
        assert_eq!(folded("ÄbC".as_bytes()), folded("äBc".as_bytes()));
    }

    #[test]
    fn a_wide_string_is_read_up_to_its_null_even_if_it_is_not_aligned() {
        let mut bytes = [0_u8; 13];
        bytes[1] = b'h';
        bytes[5] = b'i';
        let odd = bytes[1..].as_ptr().cast::<Wide>();
        // SAFETY: a local buffer.
        unsafe {
            assert_eq!(Wide::read(odd), Some(b"hi".to_vec()));
            assert_eq!(Wide::read(std::ptr::null()), None);
            assert_eq!(c_char::read(c"hi".as_ptr()), Some(b"hi".to_vec()));
        }
    }
}
