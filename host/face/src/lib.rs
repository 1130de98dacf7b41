//! What the faces of every wasmtime share: `winsock:async-lookup` for guests of any wasmtime.
//!
//! Embedders of wasmtime 48 use `winsock-async-wasmtime`. This crate is for the others. It depends
//! on no wasmtime: its macros expand to code for the wasmtime of the crate that calls them.
//!
//! A face calls its wasmtime's `bindgen!` with the interfaces of `wit/`. Then
//!
//! - [`convert_types!`] converts the types that `bindgen!` made from and to those of the engine;
//! - [`serve!`] implements the `Host` traits that `bindgen!` made, by the [`Session`] of a store.
//!
//! ```ignore
//! mod bindings {
//!     // The options of this call are those of one wasmtime. Functions can trap, and the `wait` of
//!     // an async store is async.
//!     wasmtime::component::bindgen!({
//!         path: "wit",
//!         world: "imports",
//!         with: { "wasi:io": wasmtime_wasi_io::bindings::wasi::io },
//!         imports: {
//!             "winsock:async-lookup/completions.wait": async | trappable,
//!             default: trappable,
//!         },
//!         require_store_data_send: true,
//!     });
//!     pub(crate) use winsock::async_lookup::*;
//! }
//!
//! /// What the functions get of a store's data.
//! struct View<'a> {
//!     session: &'a mut Session,
//!     table: &'a mut ResourceTable,
//! }
//!
//! impl HasSession for View<'_> {
//!     fn session(&mut self) -> &mut Session {
//!         self.session
//!     }
//! }
//!
//! winsock_async_face::convert_types!(bindings::types);
//!
//! winsock_async_face::serve! {
//!     View<'_>;
//!     lifecycle: bindings::lifecycle;
//!     requests: bindings::requests;
//!     completions: async bindings::completions;
//!     readiness: bindings::readiness, |view| view.table;
//! }
//! ```
//!
//! The test `tests/stand_ins` has a whole face, without wasmtime.

#![deny(unsafe_code)]

mod hosts;
mod timer;
mod types;

use std::io;
use std::time::Duration;

pub use winsock_async_engine as engine;
use winsock_async_engine::{Completion, Session};

/// Access to the session of a store's guest, for the functions that [`serve!`] implements.
pub trait HasSession {
    /// The session.
    fn session(&mut self) -> &mut Session;
}

/// Serves `completions.take`.
pub fn take(session: &mut Session, max: u32) -> Vec<Completion> {
    session.take(usize::try_from(max).unwrap_or(usize::MAX))
}

/// Serves `completions.wait` by blocking the thread. Unit of the time-out: nanoseconds.
pub fn wait(session: &mut Session, timeout: Option<u64>) -> bool {
    session.wait(timeout.map(Duration::from_nanos))
}

/// Serves `completions.wait` without blocking the thread. Unit of the time-out: nanoseconds.
///
/// The future works in any runtime. The first one with a time-out starts a thread, `winsock-timer`,
/// which times all of them.
///
/// # Errors
///
/// If that thread cannot be started.
pub async fn wait_async(session: &mut Session, timeout: Option<u64>) -> io::Result<bool> {
    let Some(nanoseconds) = timeout else {
        return Ok(session.completed().await);
    };
    if nanoseconds == 0 {
        return Ok(session.wait(Some(Duration::ZERO)));
    }
    let timeout = Duration::from_nanos(nanoseconds);
    let completed = timer::with(|| tokio::time::timeout(timeout, session.completed()))?;
    match completed.await {
        Ok(ready) => Ok(ready),
        Err(_elapsed) => Ok(false),
    }
}
