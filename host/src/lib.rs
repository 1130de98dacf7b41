//! Winsock's asynchronous lookups for WebAssembly guests.
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "wasmtime")]
mod component;
mod engine;
mod names;
pub mod policy;
pub mod resolve;
pub mod types;

#[cfg(feature = "wasmtime")]
pub use component::{
    WinsockCtx, WinsockCtxView, WinsockView, add_to_linker_async, add_to_linker_sync,
};
pub use engine::{Limits, LookupEngine, LookupEngineBuilder, Readiness, Session, SessionStats};
pub use policy::Policy;
pub use types::{
    AF_INET, AddressQuery, Answer, Completion, ErrorCode, HostEntry, Outcome, ProtocolEntry, Query,
    ServiceEntry, ServiceNameQuery, ServicePortQuery, TaskHandle,
};
