//! The guest: from a file, a component or a core module, to a component that can be instantiated.

use std::fs;
use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::CommandPre;
use winsock_async_wasmtime::WinsockView;

use crate::error::Failure;

/// Reads and compiles a command, makes a component of it where it is a core module, and links it with WASI 0.2 and
/// the lookups.
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
    let bytes = winsock_async_componentize::component(&bytes)
        .map_err(|error| Failure::unusable(format_args!("cannot use {file}: {error}")))?;
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

fn linker<T>(engine: &Engine) -> wasmtime::Result<Linker<T>>
where
    T: WasiView + WinsockView + 'static,
{
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    winsock_async_wasmtime::add_to_linker_async(&mut linker)?;
    Ok(linker)
}
