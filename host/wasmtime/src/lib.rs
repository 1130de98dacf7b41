//! Cancellable, policed name lookups and connections for guests of wasmtime.
//!
//! The crate serves `winsock:async-lookup`, and WASI's own lookups for guests that know nothing of
//! this crate.
//!
//! A store's data holds a [`WinsockCtx`], which has one session of an [`engine`], and implements
//! [`WinsockView`]. [`add_to_linker_sync`] and [`add_to_linker_async`] add the interfaces of
//! `winsock:async-lookup`, and no others. A guest that uses the interface `readiness` also needs
//! `wasi:io/poll`, which `wasmtime-wasi` adds.
//!
//! ```no_run
#![doc = include_str!("../examples/embed.rs")]
//! ```
//!
//! `Config::concurrency_support(false)` saves 110 ns in every call from a guest to its host. It
//! turns off `Store::run_concurrent` and the component model's async, on which WASI 0.3 stands.
//! Nothing here needs either, except `wasi::p3` and `add_to_linker_p3`.
//!
//! # Guests that know nothing of this crate
//!
//! [`wasi::replace_in_linker`] serves WASI's own name lookup from the guest's session, and
//! `wasi::p3::replace_in_linker` that of WASI 0.3. An ordinary program in any language then has the
//! policy, the limits and the resolvers of the engine. [`WinsockCtx::connection_check`] judges its
//! connections. The module [`wasi`] has an example.
//!
//! # Sync and async stores
//!
//! No function of the interfaces waits, except `wait`:
//!
//! - After [`add_to_linker_sync`], for stores whose functions are called with `call`, `wait` blocks
//!   the thread: it spins for up to 20 µs, then parks. Neither fuel nor an epoch ends the wait,
//!   because the guest is in a call to its host.
//! - After [`add_to_linker_async`], for stores whose functions are called with `call_async`, `wait`
//!   awaits, in tokio's runtime or any other. Dropping the future of the guest's call ends the
//!   wait. Dropping the store cancels every pending request (`S-S7`: a guest that is gone costs
//!   the host nothing).
//!
//! In both, `wait` returns at once when nothing is outstanding.
//!
//! # WASI 0.3
//!
//! `add_to_linker_p3`, with the feature `p3`, adds `winsock:async-lookup-p3`: one async function,
//! which needs no start-up (`S-F1`). The guest cancels a lookup by dropping its future (`S-F2`).
//! Each lookup is one of the guest's session. On an engine without concurrency support the function
//! fails, and no guest gets as far as to call it.
//!
//! # Limits of wasmtime
//!
//! wasmtime copies the arguments of a call before the engine sees them. `Store::set_hostcall_fuel`
//! limits these bytes, 128 MiB by default; a guest that passes more traps.
//! `Store::set_max_component_handles` limits the pollables of `readiness`, 100,000 by default; a
//! guest that holds more traps.
//!
//! # Features
//!
//! - `wasi`, on by default: the module [`wasi`].
//! - `p3`: WASI 0.3, by `add_to_linker_p3` and the module `wasi::p3`. As `wasmtime_wasi::p3`, it is
//!   experimental.
//! - `http`: the module `http`, for guests that send requests with `wasi:http`.
//! - `dns`: the resolver `engine::resolvers::Dns`.
//! - `tracing`: spans and events of `tracing`.
//! - `prometheus`: metrics for the crate `prometheus-client`.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod bindings;
mod ctx;
mod host;
#[cfg(feature = "http")]
pub mod http;
mod linker;
#[cfg(feature = "p3")]
mod lookups;
#[cfg(feature = "wasi")]
pub mod wasi;

pub use winsock_async_engine as engine;

pub use self::ctx::{WinsockCtx, WinsockCtxView, WinsockView};
#[cfg(feature = "p3")]
pub use self::linker::add_to_linker_p3;
pub use self::linker::{add_to_linker_async, add_to_linker_sync};
