//! Cancellable, policed name lookups for guests of wasmtime 36.
//!
//! The crate serves `winsock:async-lookup` as `winsock-async-wasmtime` does for wasmtime 48, by the
//! same code. It does not serve WASI's own lookups and connections: see `docs/runtimes.md` in the
//! repository.
//!
//! A store's data holds a [`WinsockCtx`], which has one session of an [`engine`], and implements
//! [`WinsockView`]. [`add_to_linker_sync`] and [`add_to_linker_async`] add the interfaces of
//! `winsock:async-lookup`, and no others. A guest that uses the interface `readiness` also needs
//! `wasi:io/poll`, which `wasmtime-wasi` adds.
//!
//! The test `tests/guests.rs` has an application that runs guests.
//!
//! # Features
//!
//! - `dns`: the resolver `engine::resolvers::Dns`.
//! - `tracing`: spans and events of `tracing`.
//! - `prometheus`: metrics for the crate `prometheus-client`.

#![deny(unsafe_code)]

mod bindings;
mod ctx;
mod linker;

pub use winsock_async_engine as engine;

pub use self::ctx::{WinsockCtx, WinsockCtxView, WinsockView};
pub use self::linker::{add_to_linker_async, add_to_linker_sync};
