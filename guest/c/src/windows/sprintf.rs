//! wvsprintf, which `wsprintf` of windows.h calls, lstrcpy and lstrlen.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::error::{ERROR_INVALID_PARAMETER, SetLastError};
use super::format::{Arguments, format};
use super::text::{self, Wide};
use crate::memory;

/// wvsprintf: writes a formatted text, and returns its length without the null. If a pointer is
/// bad, writes nothing and returns 0.
///
/// # Safety
/// The arguments are those of the format. At `to`, this may overwrite 1024 bytes, or the length of
/// the result with its null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wvsprintfA(
    to: *mut c_char,
    form: *const c_char,
    list: *const c_void,
) -> c_int {
    // SAFETY: see above.
    let form =
        unsafe { memory::string(form) }.map(|form| form.iter().copied().map(Wide::from).collect());
    let result = result(form, false, list);
    let result = result.into_iter().map(|unit| unit as u8 as c_char);
    // SAFETY: see above.
    unsafe { write(to, result.collect()) }
}

/// wvsprintfW.
///
/// # Safety
/// As for [`wvsprintfA`], with 1024 characters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wvsprintfW(
    to: *mut Wide,
    form: *const Wide,
    list: *const c_void,
) -> c_int {
    // SAFETY: see above.
    let form = unsafe { text::wide(form) };
    // SAFETY: see above.
    unsafe { write(to, result(form, true, list)) }
}

/// lstrcpy: copies a string, and returns `to`, or null if a pointer is bad.
///
/// # Safety
/// At `to`, this may overwrite the length of the string with its null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lstrcpyA(to: *mut c_char, from: *const c_char) -> *mut c_char {
    // SAFETY: see above.
    let text = unsafe { memory::string(from) };
    let text = text.map(|text| text.iter().map(|&byte| byte as c_char).collect());
    // SAFETY: see above.
    unsafe { copy(to, text) }
}

/// lstrcpyW.
///
/// # Safety
/// As for [`lstrcpyA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lstrcpyW(to: *mut Wide, from: *const Wide) -> *mut Wide {
    // SAFETY: see above.
    unsafe { copy(to, text::wide(from)) }
}

/// lstrlen: returns the length of a string without its null, or 0 if the pointer is bad.
///
/// # Safety
/// The string lives until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lstrlenA(text: *const c_char) -> c_int {
    // SAFETY: see above.
    unsafe { memory::string(text) }.map_or(0, |text| text.len() as c_int)
}

/// lstrlenW.
///
/// # Safety
/// As for [`lstrlenA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lstrlenW(text: *const Wide) -> c_int {
    // SAFETY: see above.
    unsafe { text::wide(text) }.map_or(0, |text| text.len() as c_int)
}

/// A `va_list` of wasm32: the address of the arguments. Each takes 4 bytes, or 8 aligned ones.
struct List(*const c_void);

impl List {
    /// Returns the next argument, or 0 where there is no memory.
    fn next<T: Default>(&mut self) -> T {
        let start = self.0.map_addr(|at| at.next_multiple_of(size_of::<T>()));
        self.0 = start.wrapping_byte_add(size_of::<T>());
        // SAFETY: any bytes are a number.
        unsafe { memory::read(start.cast()) }.unwrap_or_default()
    }
}

impl Arguments for List {
    fn word(&mut self) -> u32 {
        self.next()
    }

    fn double_word(&mut self) -> u64 {
        self.next()
    }

    fn text(&mut self, is_wide: bool, limit: usize) -> Option<Vec<Wide>> {
        let start = self.word() as usize;
        let width = if is_wide { size_of::<Wide>() } else { 1 };
        let mut text = vec![];
        while text.len() < limit {
            let at =
                ptr::with_exposed_provenance::<c_void>(start).wrapping_byte_add(text.len() * width);
            // SAFETY: any bytes are a number; the program says that a string is there.
            let unit = unsafe {
                if is_wide {
                    memory::read(at.cast::<Wide>())
                } else {
                    memory::read(at.cast::<u8>()).map(Wide::from)
                }
            };
            match unit? {
                0 => break,
                unit => text.push(unit),
            }
        }
        (start != 0).then_some(text)
    }
}

fn result(form: Option<Vec<Wide>>, is_wide: bool, list: *const c_void) -> Vec<Wide> {
    form.map_or_else(Vec::new, |form| format(&form, is_wide, &mut List(list)))
}

/// Writes a string with its null, and returns its length.
///
/// # Safety
/// At `to`, this may overwrite the length of `text` with its null.
unsafe fn write<U: Copy + Default>(to: *mut U, mut text: Vec<U>) -> c_int {
    let length = text.len();
    text.push(U::default());
    // SAFETY: the caller's promise.
    if unsafe { put(to, &text) } {
        return length as c_int;
    }
    SetLastError(ERROR_INVALID_PARAMETER);
    0
}

/// Writes a string with its null, and returns `to`.
///
/// # Safety
/// As for [`write()`].
unsafe fn copy<U: Copy + Default>(to: *mut U, text: Option<Vec<U>>) -> *mut U {
    let Some(mut text) = text else {
        SetLastError(ERROR_INVALID_PARAMETER);
        return ptr::null_mut();
    };
    text.push(U::default());
    // SAFETY: the caller's promise.
    if unsafe { put(to, &text) } {
        return to;
    }
    SetLastError(ERROR_INVALID_PARAMETER);
    ptr::null_mut()
}

/// Copies `text` to the memory of the program, aligned or not. Returns false if it does not fit
/// there.
///
/// # Safety
/// At `to`, this may overwrite the length of `text`.
unsafe fn put<U: Copy>(to: *mut U, text: &[U]) -> bool {
    // SAFETY: the caller's promise; `text` is memory of this library, so nothing else uses the
    // buffer.
    let place = unsafe { memory::buffer(to.cast(), size_of_val(text)) };
    let Some(place) = place else {
        return false;
    };
    // SAFETY: `place` has as many bytes as `text`.
    unsafe { ptr::copy_nonoverlapping(text.as_ptr().cast(), place.as_mut_ptr(), place.len()) };
    true
}
