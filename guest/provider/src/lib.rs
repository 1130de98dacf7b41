//! The interfaces of `winsock:async-lookup` as a component over WASI 0.2.
//!
//! Composed with this component, a guest runs on any runtime of components that has `wasi:sockets`:
//! the runtime need not know this project. `winsock-async compose GUEST.wasm -o OUT.wasm` composes
//! a guest with it, and so does `winsock_async_componentize::compose` with [`COMPONENT`].
//!
//! The component has the engine's own session, so its calls follow the same rules as in a host with
//! the engine. Names are looked up by the runtime's `wasi:sockets/ip-name-lookup`, and services and
//! protocols in the tables of the engine. The README says which rules do not hold.

#![warn(missing_docs)]

#[cfg(target_family = "wasm")]
mod bindings;
#[cfg(target_family = "wasm")]
mod convert;
#[cfg(target_family = "wasm")]
mod names;
#[cfg(target_family = "wasm")]
mod provider;

/// The component. `None` only in a checkout of this project in which `cargo xtask guests` has not
/// built it.
#[cfg(not(target_family = "wasm"))]
pub const COMPONENT: Option<&[u8]> = {
    #[cfg(has_component)]
    let component = Some(include_bytes!("../winsock-async-provider.wasm").as_slice());
    #[cfg(not(has_component))]
    let component = None;
    component
};
