//! `WinMain` for programs that have a `wWinMain`.
//!
//! A crate of its own, like that of `main`: the linker takes it only where the program has neither `main`
//! nor `WinMain`.

#![warn(missing_docs)]

#[cfg(target_family = "wasm")]
mod entry {
    use std::ffi::{CStr, c_char, c_int, c_void};

    unsafe extern "C" {
        fn wWinMain(
            instance: *mut c_void,
            previous: *mut c_void,
            command_line: *mut char,
            show: c_int,
        ) -> c_int;
    }

    /// # Safety
    /// `line` is a string.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn WinMain(
        instance: *mut c_void,
        previous: *mut c_void,
        line: *mut c_char,
        show: c_int,
    ) -> c_int {
        // SAFETY: see above.
        let line = unsafe { CStr::from_ptr(line) };
        // Here a WCHAR is a character. Never freed: programs keep pointers into it.
        let wide: Vec<char> = line.to_string_lossy().chars().chain(['\0']).collect();
        let wide = wide.leak().as_mut_ptr();
        // SAFETY: the program's own function, of the type that windows.h declares.
        unsafe { wWinMain(instance, previous, wide, show) }
    }
}
