//! Memory that the program points to.
//!
//! A pointer of a C program may be any number. In WebAssembly a bad one can harm only the program.
//! This module still detects a pointer that is null or leads out of the memory, for which Winsock
//! has WSAEFAULT.

use std::ffi::{c_char, c_int};

/// Returns the number of bytes from an address to the end of the memory. `None` for null and beyond
/// the end.
fn rest(start: usize) -> Option<usize> {
    size().checked_sub(start).filter(|_| start != 0)
}

/// Returns the size of the memory in bytes.
#[cfg(target_family = "wasm")]
fn size() -> usize {
    const PAGE: usize = 65_536;
    // 4 GiB is one byte more than a `usize` holds. No object includes the last byte.
    core::arch::wasm32::memory_size(0).saturating_mul(PAGE)
}

#[cfg(not(target_family = "wasm"))]
fn size() -> usize {
    usize::MAX
}

/// Returns whether the memory has `length` bytes from `start` on.
fn holds(start: usize, length: usize) -> bool {
    rest(start).is_some_and(|rest| length <= rest)
}

/// Returns a string without its null. `None` if the pointer is bad, or the memory ends before the
/// string.
///
/// # Safety
/// The memory does not change while the result lives.
pub(crate) unsafe fn string<'a>(start: *const c_char) -> Option<&'a [u8]> {
    let start = start.cast::<u8>();
    let rest = rest(start.addr())?;
    let mut length = 0;
    // SAFETY: each byte up to `rest` is memory of the program.
    while length < rest && unsafe { *start.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: as above; the caller promises that it does not change.
    (length < rest).then(|| unsafe { std::slice::from_raw_parts(start, length) })
}

/// Returns `length` bytes to read. `None` if the pointer is bad or the length is negative.
///
/// # Safety
/// The memory does not change while the result lives.
pub(crate) unsafe fn bytes<'a>(start: *const c_char, length: c_int) -> Option<&'a [u8]> {
    let length = usize::try_from(length).ok()?;
    // SAFETY: all of it is memory; the caller promises that it does not change.
    holds(start.addr(), length).then(|| unsafe { std::slice::from_raw_parts(start.cast(), length) })
}

/// Returns `length` bytes to write. `None` if the pointer is bad.
///
/// # Safety
/// Nothing else uses the memory while the result lives.
pub(crate) unsafe fn buffer<'a>(start: *mut c_char, length: usize) -> Option<&'a mut [u8]> {
    // SAFETY: all of it is memory; the caller promises that nothing else uses it.
    holds(start.addr(), length)
        .then(|| unsafe { std::slice::from_raw_parts_mut(start.cast(), length) })
}

/// Writes a value, aligned or not. Returns false if the pointer is bad.
///
/// # Safety
/// This may overwrite the memory there.
pub(crate) unsafe fn write<T>(to: *mut T, value: T) -> bool {
    let holds = holds(to.addr(), size_of::<T>());
    if holds {
        // SAFETY: it is memory; the caller promises that this may overwrite it.
        unsafe { to.write_unaligned(value) };
    }
    holds
}

/// Reads a value, aligned or not. `None` if the pointer is bad.
///
/// # Safety
/// Any bytes are a value of the type.
pub(crate) unsafe fn read<T>(from: *const T) -> Option<T> {
    // SAFETY: it is memory; the caller promises that any bytes are a value.
    holds(from.addr(), size_of::<T>()).then(|| unsafe { from.read_unaligned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_refused_and_an_empty_place_is_not() {
        let text = c"abc".as_ptr();
        // SAFETY: constants, and a local buffer.
        unsafe {
            assert_eq!(string(text), Some(&b"abc"[..]));
            assert_eq!(string(c"".as_ptr()), Some(&b""[..]));
            assert_eq!(string(std::ptr::null()), None);
            assert_eq!(bytes(text, 2), Some(&b"ab"[..]));
            assert_eq!(bytes(text, 0), Some(&b""[..]));
            assert_eq!((bytes(text, -1), bytes(std::ptr::null(), 0)), (None, None));
            let mut place = [0_u8; 9];
            let odd = place[1..].as_mut_ptr().cast::<u32>();
            assert!(write(odd, 0x0403_0201));
            assert_eq!(read(odd), Some(0x0403_0201));
            assert_eq!(
                buffer(place.as_mut_ptr().cast(), 6).unwrap(),
                [0, 1, 2, 3, 4, 0]
            );
            assert!(!write(std::ptr::null_mut::<u32>(), 1));
        }
    }

    #[test]
    fn a_place_that_ends_outside_the_memory_is_refused() {
        assert!(holds(usize::MAX - 4, 4));
        assert!(!holds(usize::MAX - 4, 5));
        assert!(!holds(0, 0));
    }
}
