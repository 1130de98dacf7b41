//! What the entries of C programs take from the host: arguments, the command line and the
//! environment.
//!
//! `entry.c` calls these functions, and then the entry of the program. They never free their
//! results, because programs keep pointers into them.

mod command_line;

use std::env;
use std::ffi::{c_char, c_int};
use std::ptr;

use command_line::command_line;

use crate::windows::Wide;

/// Returns the arguments of the program as its `argv`, and writes their number.
///
/// # Safety
/// `count` is an `int` that this may overwrite.
#[unsafe(no_mangle)]
unsafe extern "C" fn ws2_32_arguments(count: *mut c_int) -> *mut *mut c_char {
    let list = list(env::args_os().map(|argument| narrow(argument.into_encoded_bytes())));
    // SAFETY: see above.
    unsafe { *count = length(list) };
    list.as_mut_ptr()
}

/// Returns the arguments of the program as the `argv` of `wmain`, and writes their number.
///
/// # Safety
/// As for [`ws2_32_arguments`].
#[unsafe(no_mangle)]
unsafe extern "C" fn ws2_32_wide_arguments(count: *mut c_int) -> *mut *mut Wide {
    let list = list(env::args_os().map(|argument| wide(&argument.to_string_lossy())));
    // SAFETY: see above.
    unsafe { *count = length(list) };
    list.as_mut_ptr()
}

/// Returns the environment as the third argument of `wmain`.
#[unsafe(no_mangle)]
extern "C" fn ws2_32_wide_environment() -> *mut *mut Wide {
    let variables = env::vars_os().map(|(name, value)| {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        wide(&format!("{name}={value}"))
    });
    list(variables).as_mut_ptr()
}

/// Returns the command line, without the name of the program, as `WinMain` gets it.
#[unsafe(no_mangle)]
extern "C" fn ws2_32_command_line() -> *mut c_char {
    narrow(line())
}

/// Returns the command line, without the name of the program, as `wWinMain` gets it.
#[unsafe(no_mangle)]
extern "C" fn ws2_32_wide_command_line() -> *mut Wide {
    wide(&String::from_utf8_lossy(&line()))
}

fn line() -> Vec<u8> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    command_line(arguments.iter().map(|argument| argument.as_encoded_bytes()))
}

/// Makes a list of pointers that ends with null.
fn list<T>(pointers: impl Iterator<Item = *mut T>) -> &'static mut [*mut T] {
    pointers.chain([ptr::null_mut()]).collect::<Vec<_>>().leak()
}

/// Returns the number of pointers before the null.
fn length<T>(list: &[*mut T]) -> c_int {
    c_int::try_from(list.len() - 1).unwrap_or(c_int::MAX)
}

fn narrow(mut bytes: Vec<u8>) -> *mut c_char {
    bytes.push(0);
    bytes.leak().as_mut_ptr().cast()
}

fn wide(text: &str) -> *mut Wide {
    let units: Vec<Wide> = text.chars().map(Wide::from).chain([0]).collect();
    units.leak().as_mut_ptr()
}
