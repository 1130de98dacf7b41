//! The C face: what `winsock2.h` and `windows.h` declare, over the crate `winsock_async_guest`.

#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(
    non_snake_case,
    clippy::upper_case_acronyms,
    reason = "names are those that programs are compiled and linked with"
)]

use winsock_async_guest_c_main as _;

mod hwnd;
mod memory;
mod windows;
mod winsock;

#[cfg(target_family = "wasm")]
mod link {
    //! Has the linker export what the host allocates with.

    unsafe extern "C" {
        fn cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8;
    }

    type Realloc = unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8;

    /// Without a reference from an object that is linked, the archive's member is left out.
    #[used]
    static REALLOC: Realloc = cabi_realloc;
}
