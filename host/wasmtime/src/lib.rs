//! Cancellable, policed name lookups for guests of wasmtime: `winsock:async-lookup` in a linker.
//!
//! A store's data holds a [`WinsockCtx`], which is one session of an
//! [`engine`], and implements [`WinsockView`]. [`add_to_linker_sync`] and [`add_to_linker_async`]
//! add the interfaces of `winsock:async-lookup`, and no others. A guest that uses the interface
//! `readiness` also needs `wasi:io/poll`, which `wasmtime-wasi` adds.
//!
//! ```no_run
#![doc = include_str!("../examples/embed.rs")]
//! ```
//!
//! `Config::concurrency_support(false)` saves 110 ns in every call from a guest to its host. It turns
//! off `Store::run_concurrent` and the component model's async, on which WASI 0.3 stands. Nothing here
//! needs either.
//!
//! # Sync and async stores
//!
//! No function of the interfaces waits, except `wait`:
//!
//! - After [`add_to_linker_sync`], for stores whose functions are called with `call`, `wait` blocks the
//!   thread: it spins for up to 20 µs, then parks. Neither fuel nor an epoch ends it, because the guest
//!   is in a call to its host meanwhile.
//! - After [`add_to_linker_async`], for stores whose functions are called with `call_async`, `wait`
//!   awaits, in tokio's runtime or any other. Dropping the future of the guest's call ends it. Dropping
//!   the store cancels every pending request (`S-S7`).
//!
//! In both, `wait` returns at once when nothing is outstanding.
//!
//! # Bounds of wasmtime's own
//!
//! wasmtime copies the arguments of a call before the engine sees them. `Store::set_hostcall_fuel` bounds
//! these bytes, 128 MiB by default; a guest that passes more traps. `Store::set_max_component_handles`
//! bounds the pollables of `readiness`, 100,000 by default; a guest that holds more traps.
//!
//! # Features
//!
//! - `dns`: the resolver `engine::resolvers::Dns`.
//! - `tracing`: spans and events of `tracing`.
//! - `prometheus`: metrics for the crate `prometheus-client`.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod bindings;
mod host;
mod timer;

use wasmtime::Result;
use wasmtime::component::{HasData, Linker, ResourceTable};

use self::bindings::{completions, completions_sync, lifecycle, readiness, requests};
use winsock_async_engine::{LookupEngine, Session};

pub use winsock_async_engine as engine;

/// What a store holds for its guest: one session.
#[derive(Debug)]
pub struct WinsockCtx {
    session: Session,
}

impl WinsockCtx {
    /// A context with a new session of `engine`.
    pub fn new(engine: &LookupEngine) -> WinsockCtx {
        WinsockCtx {
            session: engine.session(),
        }
    }

    /// The session, for its statistics and for embedders that start requests of their own.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// A view of a store's data: the context, and the table that pollables live in.
#[derive(Debug)]
pub struct WinsockCtxView<'a> {
    /// The guest's session.
    pub ctx: &'a mut WinsockCtx,
    /// The store's resources.
    pub table: &'a mut ResourceTable,
}

/// Gives access to what the interfaces need in a store's data.
pub trait WinsockView: Send {
    /// The context and the table.
    fn winsock(&mut self) -> WinsockCtxView<'_>;
}

/// The type whose data the linker's functions get.
struct Winsock;

impl HasData for Winsock {
    type Data<'a> = WinsockCtxView<'a>;
}

/// Adds the interfaces of `winsock:async-lookup`, and no others, for stores whose functions are called with
/// `call_async`. `wait` awaits.
///
/// # Errors
/// If the linker has one of these names already.
pub fn add_to_linker_async<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    add_shared::<T>(linker)?;
    completions::add_to_linker::<T, Winsock>(linker, T::winsock)
}

/// Adds the interfaces of `winsock:async-lookup`, and no others, for stores whose functions are called with
/// `call`. `wait` blocks the thread.
///
/// `readiness` is among them; a guest polls what it returns with `wasi:io/poll`, as
/// `wasmtime_wasi::p2::add_to_linker_sync` adds it.
///
/// # Errors
/// If the linker has one of these names already.
pub fn add_to_linker_sync<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    add_shared::<T>(linker)?;
    completions_sync::add_to_linker::<T, Winsock>(linker, T::winsock)
}

fn add_shared<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    lifecycle::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    requests::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    readiness::add_to_linker::<T, Winsock>(linker, T::winsock)
}
