//! WASI 0.3, as in `wasmtime_wasi::p3`: experimental in wasmtime 48.
//!
//! The engine of wasmtime needs `Config::concurrency_support`, which is on by default.
//!
//! ```
//! use wasmtime::component::{Linker, ResourceTable};
//! use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
//! use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView, wasi};
//!
//! struct State(WasiCtx, WinsockCtx, ResourceTable);
//!
//! impl WasiView for State {
//!     fn ctx(&mut self) -> WasiCtxView<'_> {
//!         let (ctx, table) = (&mut self.0, &mut self.2);
//!         WasiCtxView { ctx, table }
//!     }
//! }
//!
//! impl WinsockView for State {
//!     fn winsock(&mut self) -> WinsockCtxView<'_> {
//!         let (ctx, table) = (&mut self.1, &mut self.2);
//!         WinsockCtxView { ctx, table }
//!     }
//! }
//!
//! let mut linker = Linker::<State>::new(&wasmtime::Engine::default());
//! // The standard library of a guest of 0.3 may still import 0.2.
//! wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
//! wasi::replace_in_linker(&mut linker)?;
//! wasmtime_wasi::p3::add_to_linker(&mut linker)?;
//! wasi::p3::replace_in_linker(&mut linker)?;
//! # Ok::<(), wasmtime::Error>(())
//! ```

use wasmtime::Result;
use wasmtime::component::Linker;
use wasmtime_wasi::WasiView;

use super::{connections, name_lookup, shadowing};
use crate::ctx::WinsockView;

/// Serves the lookups of `wasi:sockets` 0.3 from the guest's session, in place of the functions
/// that `wasmtime_wasi::p3::add_to_linker` has added to the linker.
///
/// Everything else is as for [`wasi::replace_in_linker`](super::replace_in_linker), which serves
/// 0.2. A guest that uses both versions has one session for both.
///
/// # Errors
/// If a name in the linker is of another kind, or the engine of the linker has no concurrency
/// support.
pub fn replace_in_linker<T>(linker: &mut Linker<T>) -> Result<()>
where
    T: WasiView + WinsockView + 'static,
{
    shadowing(linker, |linker| {
        name_lookup::replace_p3(linker)?;
        connections::follow_sockets_p3(linker)
    })
}
