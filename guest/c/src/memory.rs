//! Memory that the program points to.
//!
//! A pointer of a C program may be anything. In WebAssembly that can hurt only the program itself; here
//! it is told all the same when one is null or leads out of the memory, as Winsock tells with WSAEFAULT.

use std::ffi::{c_char, c_int};

/// What a pointer leads to, from it up to the end of the memory; none for null and beyond the end.
fn rest(start: usize) -> Option<usize> {
    size().checked_sub(start).filter(|_| start != 0)
}

/// Bytes of the memory.
#[cfg(target_family = "wasm")]
fn size() -> usize {
    const PAGE: usize = 65_536;
    // All of it may be 4 GiB, one byte more than can be said; no object ends there.
    core::arch::wasm32::memory_size(0).saturating_mul(PAGE)
}

#[cfg(not(target_family = "wasm"))]
fn size() -> usize {
    usize::MAX
}

/// Whether so many bytes are there.
fn holds(start: usize, length: usize) -> bool {
    rest(start).is_some_and(|rest| length <= rest)
}

/// A string without the null at its end; none if the pointer is bad, or if memory ends before the string.
///
/// # Safety
/// What is there must not be changed while the result lives.
pub(crate) unsafe fn string<'a>(start: *const c_char) -> Option<&'a [u8]> {
    let start = start.cast::<u8>();
    let rest = rest(start.addr())?;
    let mut length = 0;
    // SAFETY: each byte up to `rest` is memory, and the program's own.
    while length < rest && unsafe { *start.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: as above; nobody changes it, as the caller promises.
    (length < rest).then(|| unsafe { std::slice::from_raw_parts(start, length) })
}

/// So many bytes to read; none if the pointer is bad or the number negative.
///
/// # Safety
/// What is there must not be changed while the result lives.
pub(crate) unsafe fn bytes<'a>(start: *const c_char, length: c_int) -> Option<&'a [u8]> {
    let length = usize::try_from(length).ok()?;
    // SAFETY: all of it is memory; nobody changes it, as the caller promises.
    holds(start.addr(), length).then(|| unsafe { std::slice::from_raw_parts(start.cast(), length) })
}

/// So many bytes to write; none if the pointer is bad.
///
/// # Safety
/// Nothing else may use what is there while the result lives.
pub(crate) unsafe fn buffer<'a>(start: *mut c_char, length: usize) -> Option<&'a mut [u8]> {
    // SAFETY: all of it is memory, and nobody else uses it, as the caller promises.
    holds(start.addr(), length)
        .then(|| unsafe { std::slice::from_raw_parts_mut(start.cast(), length) })
}

/// Writes a value where the program wants it, aligned or not; false if the pointer is bad.
///
/// # Safety
/// What is there must be the program's to be overwritten.
pub(crate) unsafe fn write<T>(to: *mut T, value: T) -> bool {
    let holds = holds(to.addr(), size_of::<T>());
    if holds {
        // SAFETY: it is memory, and may be overwritten, as the caller promises.
        unsafe { to.write_unaligned(value) };
    }
    holds
}

/// Reads a value, aligned or not; none if the pointer is bad.
///
/// # Safety
/// Any bytes must be a value of the type.
pub(crate) unsafe fn read<T>(from: *const T) -> Option<T> {
    // SAFETY: it is memory, and any bytes will do, as the caller promises.
    holds(from.addr(), size_of::<T>()).then(|| unsafe { from.read_unaligned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_told_from_what_is_empty() {
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
    fn what_ends_outside_of_memory_is_refused() {
        assert!(holds(usize::MAX - 4, 4));
        assert!(!holds(usize::MAX - 4, 5));
        assert!(!holds(0, 0));
    }
}
