//! The entry of C programs that have a `wWinMain`, for `libws2_32.a` of `winsock-async-c`.
//!
//! It is a crate, so that it becomes a separate member of the archive. The linker takes that member
//! only if the program has neither `main` nor `WinMain`.

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

    /// Calls `wWinMain` with the command line as wide text.
    ///
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
        // A WCHAR has 4 bytes here, like `char`. Never freed, because programs keep pointers into
        // it.
        let wide: Vec<char> = line.to_string_lossy().chars().chain(['\0']).collect();
        let wide = wide.leak().as_mut_ptr();
        // SAFETY: the function of the program, with the type that windows.h declares.
        unsafe { wWinMain(instance, previous, wide, show) }
    }
}
