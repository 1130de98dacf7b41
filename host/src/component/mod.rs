//! The wasmtime face: a session in a store, and the interfaces in a linker.

mod bindings;
mod host;
mod timer;

use wasmtime::Result;
use wasmtime::component::{HasData, Linker, ResourceTable};

use self::bindings::{completions, completions_sync, lifecycle, readiness, requests};
use crate::engine::{LookupEngine, Session};

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
