//! The C face: what `winsock2.h` and `windows.h` declare, over the crate `winsock_async_guest`.

#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(
    non_snake_case,
    clippy::upper_case_acronyms,
    reason = "names are those that programs are compiled and linked with"
)]

use winsock_async_c_main as _;
use winsock_async_c_wide_main as _;

mod hwnd;
mod memory;
#[cfg(all(target_family = "wasm", target_env = "p1"))]
mod realloc;
mod windows;
mod winsock;
