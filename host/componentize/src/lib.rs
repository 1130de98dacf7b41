//! Makes components of core modules that look names up.
//!
//! A C compiler for wasm32-wasip1 makes a core module, which imports WASI preview 1. Linked with
//! `libws2_32.a` or with the bindings of wit-bindgen, it also imports `winsock:async-lookup`.
//! [`component`] makes a component, which imports WASI 0.2 and `winsock:async-lookup` instead.
//!
//! Go makes such a module too. It needs an array for the adapter of WASI preview 1, because Go's
//! heap takes every address behind the module's data.
//!
//! [`compose`] composes a guest with a provider of its lookups, so that it runs on any runtime of
//! components.
//!
//! The input need not be trusted: any bytes are a component or an [`Error`].
//!
//! ```
//! # fn main() -> Result<(), winsock_async_componentize::Error> {
//! let program = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
//! let program = wat::parse_str(program).unwrap();
//! let component = winsock_async_componentize::component(&program)?;
//! assert_eq!(winsock_async_componentize::component(&component)?, component);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod adapter_memory;
mod command;
mod compose;
mod error;
mod module;
mod types;

use std::borrow::Cow;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wit_component::ComponentEncoder;

pub use crate::compose::compose;
pub use crate::error::Error;

/// The first eight bytes of a core module.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";
/// The first eight bytes of a component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Makes a component of a core module that is a command. A component is returned unchanged, without
/// validation.
///
/// # Errors
/// If `bytes` are neither a core module nor a component, or are a module that cannot become a
/// command.
pub fn component(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if bytes.starts_with(COMPONENT) {
        return Ok(Cow::Borrowed(bytes));
    }
    if !bytes.starts_with(CORE_MODULE) {
        return Err(not_a_module(bytes));
    }
    let types = &types::LOOKUPS;
    module::check(bytes, types)?;
    let bytes = adapter_memory::provide(bytes)?;
    encode(&types.embed(&command::unwrap_realloc(&bytes)?)?).map(Cow::Owned)
}

/// Prepares a core module for a runtime without components: unwraps its allocator.
///
/// Linkers with a wasi-libc of 2022 wrap the export `cabi_realloc` in calls of constructors and
/// destructors. The host calls the export while the program runs. The wrapper would run the
/// constructors again and close the standard streams. Any other module is returned unchanged.
///
/// # Errors
/// If the module cannot be parsed.
pub fn unwrap_realloc(module: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    Ok(command::unwrap_realloc(module)?)
}

/// The error for a file that is neither a module nor a component, by its first bytes.
fn not_a_module(bytes: &[u8]) -> Error {
    if bytes.starts_with(b"\0asm") {
        Error::Version
    } else if bytes.trim_ascii_start().starts_with(b"(") {
        Error::Text
    } else {
        Error::NotWebAssembly
    }
}

/// Encodes a module with types, and the adapter from WASI preview 1 to 0.2, as a component.
fn encode(module: &[u8]) -> Result<Vec<u8>, Error> {
    let encoder = ComponentEncoder::default();
    let encoded = encoder
        .module(module)
        .and_then(|encoder| {
            encoder.adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            )
        })
        .and_then(|mut encoder| encoder.encode());
    let component = encoded.map_err(|error| Error::Encode {
        reason: format!("{error:#}"),
    })?;
    // The encoder does not detect every wrong entry point and memory. No compiler makes these.
    match wasmparser::validate(&component) {
        Ok(_) => Ok(component),
        Err(error) => Err(Error::Encode {
            reason: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests;
