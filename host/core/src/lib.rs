//! Cancellable, policed name lookups for core modules, in any WebAssembly runtime.
//!
//! A component runtime passes values between host and guest by the canonical ABI. A runtime without
//! components, such as wasmi, wasmer, wazero or WAMR, only passes numbers. This crate is the
//! canonical ABI of `winsock:async-lookup` for such a runtime, over a session of the [`engine`].
//!
//! An embedder implements [`Guest`] for its runtime: access to the linear memory and to the
//! allocator of a guest. It defines each of [`Import::ALL`] by [`module`](Import::module),
//! [`name`](Import::name), [`params`](Import::params) and [`results`](Import::results), with a
//! function that calls [`Import::call`]:
//!
//! ```
#![doc = include_str!("../examples/serve.rs")]
//! ```
//!
//! `examples/host-wasmi` in the repository is a whole host, with WASI preview 1.
//!
//! # Guests
//!
//! A guest is a core module with a 32-bit memory, which it exports as `memory`, and an allocator,
//! which it exports by a name of [`REALLOC`]. C compilers with `libws2_32.a` make such modules, and
//! so do Rust for wasm32-wasip1 with wit-bindgen and Go with `//go:wasmimport`. The same module
//! becomes a component by `winsock-async-componentize`.
//!
//! clang with a wasi-libc of 2022 wraps each export in calls of constructors and destructors.
//! `winsock_async_componentize::unwrap_realloc` unwraps the allocator, which must not close the
//! standard streams.
//!
//! The interface `readiness` is not among the imports, because a core module has no pollables. A
//! guest that imports it cannot be linked. [`Import::Wait`] needs none.
//!
//! # Traps
//!
//! A guest that breaks the canonical ABI traps, as in a component runtime:
//!
//! | what the guest does | the error |
//! |---|---|
//! | passes an address whose bytes are not inside memory | [`Trap::OutOfBounds`] |
//! | wants a result at an address that is not aligned | [`Trap::Misaligned`] |
//! | passes a number of no case of a query, an option or another type | [`Trap::NoSuchCase`] |
//! | passes an argument over [`MAX_ARGUMENT_BYTES`] | [`Trap::LongArgument`] |
//! | allocates a result outside memory | [`Trap::OutOfBounds`] |
//! | allocates a result that is not aligned | [`Trap::Misaligned`] |
//! | calls an import from its allocator | [`Trap::CalledByAllocator`] |
//! | traps or exits in its allocator | [`Error::Guest`], with the runtime's error |
//!
//! The embedder turns the error into its runtime's trap, and ends the guest. No parameters, memory
//! or allocator make a call panic. A name in a query is any bytes; one that cannot exist completes
//! with WSAHOST_NOT_FOUND (`S-R4`) and does not trap.
//!
//! The place of a result is checked before the call: a bad one begins no request. Memory may grow
//! during an allocation. No address is kept over it, so a runtime may move the memory.
//!
//! # Threads and waiting
//!
//! A [`WinsockCtx`] belongs to one guest, and one thread at a time uses it. No call waits, except
//! [`Import::Wait`], which blocks the thread as
//! [`Session::wait`](winsock_async_engine::Session::wait) does. Fuel does not end the wait, because
//! the guest is in a call to its host. [`LookupEngine::take_down`] and
//! [`Limits::request_timeout`](winsock_async_engine::Limits::request_timeout) do.
//!
//! [`LookupEngine::take_down`]: winsock_async_engine::LookupEngine::take_down

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod ctx;
mod error;
mod guest;
mod import;
mod lift;
mod lower;
mod memory;

#[cfg(test)]
mod tests;

pub use winsock_async_engine as engine;

pub use self::ctx::WinsockCtx;
pub use self::error::{Error, Trap};
pub use self::guest::{Guest, MAX_ARGUMENT_BYTES, REALLOC};
pub use self::import::{Import, Value, ValueType};
