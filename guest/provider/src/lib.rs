//! The interfaces of `winsock:async-lookup` as a component over WASI 0.2.
//!
//! Composed with this component, a guest runs on any runtime of components that has `wasi:sockets`:
//! the runtime need not know this project. The component has the engine's own session
//! ([`winsock_async_engine::Session`]), so its calls follow the same rules as in a host with the
//! engine. Names are looked up by the runtime's `wasi:sockets/ip-name-lookup`, and services and
//! protocols in the tables of the engine.
//!
//! The README has an example, and says which rules do not hold here.
#![warn(missing_docs)]

mod bindings;
mod convert;
mod names;
mod provider;
