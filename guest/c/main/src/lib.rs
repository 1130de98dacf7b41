//! The entry of C programs that have a `WinMain`, for `libws2_32.a` of `winsock-async-c`.
//!
//! It is a crate, so that it becomes a separate member of the archive. The linker takes that member
//! only if the program has no `main`.

#![warn(missing_docs)]

/// The `HINSTANCE` of the program, as a number: the one that most programs have on Windows.
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

    /// `main(argc, argv)`, by its name on this target.
    ///
    /// # Safety
    /// `argv` has `argc` strings.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __main_argc_argv(argc: c_int, argv: *const *const c_char) -> c_int {
        // The first argument is the name of the program.
        let arguments = (1..usize::try_from(argc).unwrap_or_default()).map(|i| {
            // SAFETY: see above.
            unsafe { CStr::from_ptr(*argv.add(i)) }.to_bytes()
        });
        let line = CString::new(command_line(arguments)).unwrap_or_default();
        // Never freed, because programs keep pointers into it.
        let line = line.into_raw();
        // SAFETY: the function of the program, with the type that windows.h declares.
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
