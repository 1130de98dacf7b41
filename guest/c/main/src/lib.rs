//! `main` for programs that have a `WinMain`.
//!
//! A crate of its own, and so a member of the library's archive of its own: the linker takes it only
//! where the program has no `main`.

#![warn(missing_docs)]

#[cfg(target_family = "wasm")]
mod entry {
    use std::ffi::{c_char, c_int, c_void};

    unsafe extern "C" {
        fn WinMain(
            instance: *mut c_void,
            previous: *mut c_void,
            command_line: *mut c_char,
            show: c_int,
        ) -> c_int;
    }

    /// `main(argc, argv)` as compilers call it on this target.
    #[unsafe(no_mangle)]
    extern "C" fn __main_argc_argv(_argc: c_int, _argv: *mut *mut c_char) -> c_int {
        // SAFETY: the program's own function, of the type that windows.h declares.
        unsafe {
            WinMain(
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                c"".as_ptr().cast_mut(),
                1,
            )
        }
    }
}
