//! The interfaces of `winsock:async-lookup` in a linker.

use wasmtime::Result;
use wasmtime::component::{HasData, Linker};

use crate::bindings::{completions, completions_sync, lifecycle, readiness, requests};
use crate::ctx::{WinsockCtxView, WinsockView};

/// The type by which wasmtime names what the linked functions get of a store's data.
pub(crate) struct Winsock;

impl HasData for Winsock {
    type Data<'a> = WinsockCtxView<'a>;
}

/// Adds the interfaces of `winsock:async-lookup`, and no others, for stores whose functions are
/// called with `call_async`. `wait` awaits.
///
/// # Errors
/// If the linker has one of these names already.
pub fn add_to_linker_async<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    add_shared::<T>(linker)?;
    completions::add_to_linker::<T, Winsock>(linker, T::winsock)
}

/// Adds the interfaces of `winsock:async-lookup`, and no others, for stores whose functions are
/// called with `call`. `wait` blocks the thread.
///
/// A guest that uses `readiness` polls with `wasi:io/poll`, which
/// `wasmtime_wasi::p2::add_to_linker_sync` adds.
///
/// # Errors
/// If the linker has one of these names already.
pub fn add_to_linker_sync<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    add_shared::<T>(linker)?;
    completions_sync::add_to_linker::<T, Winsock>(linker, T::winsock)
}

/// Adds the interface `lookups` of `winsock:async-lookup-p3`, and no others: lookups as futures of
/// the component model (`S-F1`). For stores in which [`Store::run_concurrent`] runs the guest.
///
/// A guest that uses the other interfaces too needs [`add_to_linker_async`] as well. All of them
/// are of one session.
///
/// # Errors
/// If the linker has the name already, or its engine has no
/// [`Config::concurrency_support`](wasmtime::Config::concurrency_support).
///
/// ```
/// use wasmtime::component::{Linker, ResourceTable};
/// use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView, add_to_linker_p3};
///
/// struct State(WinsockCtx, ResourceTable);
///
/// impl WinsockView for State {
///     fn winsock(&mut self) -> WinsockCtxView<'_> {
///         let (ctx, table) = (&mut self.0, &mut self.1);
///         WinsockCtxView { ctx, table }
///     }
/// }
///
/// // `Config::concurrency_support` is on by default.
/// let engine = wasmtime::Engine::default();
/// let mut linker = Linker::<State>::new(&engine);
/// add_to_linker_p3(&mut linker)?;
/// # Ok::<(), wasmtime::Error>(())
/// ```
///
/// [`Store::run_concurrent`]: wasmtime::Store::run_concurrent
#[cfg(feature = "p3")]
pub fn add_to_linker_p3<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    crate::bindings::lookups::add_to_linker::<T, Winsock>(linker, T::winsock)
}

/// Adds the interfaces that are the same for both kinds of stores.
fn add_shared<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    lifecycle::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    requests::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    readiness::add_to_linker::<T, Winsock>(linker, T::winsock)
}
