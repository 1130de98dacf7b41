//! The guest: from a file to a component that can be instantiated.

use std::fs;
use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::CommandPre;
use winsock_async_host::WinsockView;

use crate::error::Failure;

/// What the first eight bytes of a core module are, and those of a component.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Reads and compiles a command component, and links it with WASI 0.2 and the lookups.
pub fn load<T>(engine: &Engine, path: &Path) -> Result<CommandPre<T>, Failure>
where
    T: WasiView + WinsockView + 'static,
{
    if path.as_os_str().is_empty() {
        return Err(Failure::unusable(
            "the guest's name is empty; try `winsock-async run GUEST.wasm`",
        ));
    }
    let file = path.display();
    let bytes = fs::read(path).map_err(|error| {
        Failure::unusable(format_args!("cannot read the guest {file}: {error}"))
    })?;
    if let Some(wrong) = not_a_component(&bytes) {
        return Err(Failure::unusable(format_args!("{file} {wrong}")));
    }
    let component = Component::from_binary(engine, &bytes).map_err(|error| {
        Failure::unusable(format_args!("{file} is not a valid component: {error:#}"))
    })?;
    let linker = linker::<T>(engine)
        .map_err(|error| Failure::unusable(format_args!("cannot make a linker: {error:#}")))?;
    let linked = linker.instantiate_pre(&component).map_err(|error| {
        Failure::unusable(format_args!(
            "cannot link {file}: {error:#}; it can import WASI 0.2 and \
             winsock:async-lookup@0.1.0, and nothing else"
        ))
    })?;
    CommandPre::new(linked).map_err(|error| {
        Failure::unusable(format_args!(
            "{file} is no command: {error:#}; build a program, not a library, for wasm32-wasip2"
        ))
    })
}

/// What is wrong with a file that is no component, as its first bytes show, and what to do.
fn not_a_component(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(COMPONENT) {
        None
    } else if bytes.starts_with(CORE_MODULE) {
        Some(
            "is a core module, not a component; build it for wasm32-wasip2, or make a component \
             of it with `wasm-tools component new`",
        )
    } else if bytes.starts_with(b"\0asm") {
        Some("is WebAssembly of an unknown version; build it for wasm32-wasip2")
    } else if bytes.trim_ascii_start().starts_with(b"(") {
        Some("is WebAssembly as text; make it binary with `wasm-tools parse`")
    } else {
        Some("is not WebAssembly; give a component, such as a program built for wasm32-wasip2")
    }
}

fn linker<T>(engine: &Engine) -> wasmtime::Result<Linker<T>>
where
    T: WasiView + WinsockView + 'static,
{
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    winsock_async_host::add_to_linker_async(&mut linker)?;
    Ok(linker)
}
