//! The interfaces of `winsock:async-lookup` in a linker.

use wasmtime::Result;
use wasmtime::component::{HasData, Linker};

use crate::bindings::{completions, completions_sync, lifecycle, readiness, requests, types};
use crate::ctx::{WinsockCtxView, WinsockView};

/// The type by which wasmtime names what the linked functions get of a store's data.
struct Winsock;

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
/// # Errors
/// If the linker has one of these names already.
pub fn add_to_linker_sync<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    add_shared::<T>(linker)?;
    completions_sync::add_to_linker::<T, Winsock>(linker, T::winsock)
}

/// Adds the interfaces that are the same for both kinds of stores.
fn add_shared<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    types::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    lifecycle::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    requests::add_to_linker::<T, Winsock>(linker, T::winsock)?;
    readiness::add_to_linker::<T, Winsock>(linker, T::winsock)
}
