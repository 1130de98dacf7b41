//! `main` for programs that have a `WinMain`.
//!
//! A crate of its own, and so a member of the library's archive of its own: the linker takes it only
//! where the program has no `main`.

#![warn(missing_docs)]

/// `HINSTANCE` of the program, as a number: what Windows gave to most.
pub const INSTANCE: usize = 0x0040_0000;

#[cfg(any(target_family = "wasm", test))]
mod command_line;

#[cfg(target_family = "wasm")]
mod entry {
    use std::ffi::{CStr, CString, c_char, c_int, c_void};
    use std::ptr;

    use crate::INSTANCE;
    use crate::command_line::command_line;

    const SW_SHOWNORMAL: c_int = 1;

    unsafe extern "C" {
        fn WinMain(
            instance: *mut c_void,
            previous: *mut c_void,
            command_line: *mut c_char,
            show: c_int,
        ) -> c_int;
    }

    /// `main(argc, argv)` as compilers call it on this target.
    ///
    /// # Safety
    /// `argv` has `argc` strings.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __main_argc_argv(argc: c_int, argv: *const *const c_char) -> c_int {
        // The first is the program's name.
        let arguments = (1..usize::try_from(argc).unwrap_or_default()).map(|i| {
            // SAFETY: see above.
            unsafe { CStr::from_ptr(*argv.add(i)) }.to_bytes()
        });
        let line = CString::new(command_line(arguments)).unwrap_or_default();
        // Never freed: programs keep pointers into it.
        let line = line.into_raw();
        // SAFETY: the program's own function, of the type that windows.h declares.
        unsafe {
            WinMain(
                ptr::without_provenance_mut(INSTANCE),
                ptr::null_mut(),
                line,
                SW_SHOWNORMAL,
            )
        }
    }
}
