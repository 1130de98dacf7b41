//! The C face: what `winsock2.h` and `windows.h` declare, over the crate `winsock_async_guest`.

#![warn(missing_docs)]

use winsock_async_guest_c_main as _;

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
