//! From the core module that a C compiler makes to a component that a host can run.
//!
//! A linker for wasm32-wasip1 makes a core module: it imports WASI preview 1, and where it is linked with
//! `libws2_32.a` or with wit-bindgen's bindings, also `winsock:async-lookup`. [`component`] makes a component of it,
//! which imports WASI 0.2 and `winsock:async-lookup`. It can be given any bytes, whoever wrote them.
//!
//! ```
//! # fn main() -> Result<(), winsock_async_componentize::Error> {
//! let program = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#).unwrap();
//! let component = winsock_async_componentize::component(&program)?;
//! assert_eq!(winsock_async_componentize::component(&component)?, component);
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod command;
mod error;
mod module;
mod types;

use std::borrow::Cow;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
};
use wit_component::ComponentEncoder;

pub use crate::error::Error;

/// What the first eight bytes of a core module are, and those of a component.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Makes a component of a program that is a core module. A component is given back as it is, and is not validated.
///
/// Fails where `bytes` are neither, or are a module that cannot become a command: see [`Error`].
pub fn component(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if bytes.starts_with(COMPONENT) {
        return Ok(Cow::Borrowed(bytes));
    }
    if !bytes.starts_with(CORE_MODULE) {
        return Err(not_a_module(bytes));
    }
    let types = &types::LOOKUPS;
    module::check(bytes, types)?;
    encode(&types.embed(&command::unwrap_realloc(bytes)?)?).map(Cow::Owned)
}

/// What is wrong with a file that is neither module nor component, as its first bytes show.
fn not_a_module(bytes: &[u8]) -> Error {
    if bytes.starts_with(b"\0asm") {
        Error::Version
    } else if bytes.trim_ascii_start().starts_with(b"(") {
        Error::Text
    } else {
        Error::NotWebAssembly
    }
}

fn encode(module: &[u8]) -> Result<Vec<u8>, Error> {
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder
        .module(module)
        .and_then(|encoder| {
            encoder.adapter(
                WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
                WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
            )
        })
        .and_then(ComponentEncoder::encode);
    let component = encoded.map_err(|error| Error::Encode {
        reason: format!("{error:#}"),
    })?;
    // The encoder believes what an entry or a memory that no compiler makes says of itself.
    match wasmparser::validate(&component) {
        Ok(_) => Ok(component),
        Err(error) => Err(Error::Encode {
            reason: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests;
