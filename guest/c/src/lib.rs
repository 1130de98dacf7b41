//! The C face of `winsock-async-guest`: the functions of `winsock2.h` and `windows.h`.
//!
//! It builds `libws2_32.a` for `wasm32-wasip1` and `wasm32-wasip2`. The headers are in `include`,
//! and files for CMake and pkg-config in `share`. Every function has the name and the behaviour of
//! Windows. The header says where the behaviour differs.

#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(
    non_snake_case,
    unreachable_pub,
    clippy::upper_case_acronyms,
    reason = "C programs are compiled and linked with these names"
)]

mod entry;
mod hwnd;
mod memory;
#[cfg(all(target_family = "wasm", target_env = "p1"))]
mod realloc;
mod windows;
mod winsock;
