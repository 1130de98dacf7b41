//! The guest: from a file with a component or a core module to a linked command.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::WasiHttpView;
use winsock_async_wasmtime::WinsockView;

use crate::args::Run;
use crate::files;

/// Reads the guest's file.
pub(crate) fn read(options: &Run) -> Result<Vec<u8>> {
    let path = options.guest();
    if path.as_os_str().is_empty() {
        bail!("the guest's name is empty; try `winsock-async run GUEST.wasm`");
    }
    let read = files::read(path, options.max_guest_bytes, options.timeout);
    read.with_context(|| format!("cannot read the guest {}", path.display()))
}

/// Makes a component of a core module, compiles the component, and links it with WASI 0.2,
/// `wasi:http` and the lookups. WASI's own lookups are the same ones. `path` is for errors.
pub(crate) fn load<T>(engine: &Engine, bytes: &[u8], path: &Path) -> Result<CommandPre<T>>
where
    T: WasiView + WasiHttpView + WinsockView + 'static,
{
    let file = path.display();
    let bytes = winsock_async_componentize::component(bytes)
        .with_context(|| format!("cannot use {file}"))?;
    let component = Component::from_binary(engine, &bytes)
        .map_err(|error| anyhow!("{file} is not a valid component: {error:#}"))?;
    let linker = linker::<T>(engine).map_err(|error| anyhow!("cannot make a linker: {error:#}"))?;
    let linked = linker.instantiate_pre(&component).map_err(|error| {
        anyhow!(
            "cannot link {file}: {error:#}; it can import WASI 0.2, \
             wasi:http/outgoing-handler@0.2 and winsock:async-lookup@0.1.0, and nothing else"
        )
    })?;
    CommandPre::new(linked).map_err(|error| {
        anyhow!(
            "{file} is no command: {error:#}; build a program, not a library, for wasm32-wasip2"
        )
    })
}

fn linker<T>(engine: &Engine) -> wasmtime::Result<Linker<T>>
where
    T: WasiView + WasiHttpView + WinsockView + 'static,
{
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    winsock_async_wasmtime::wasi::replace_in_linker(&mut linker)?;
    winsock_async_wasmtime::add_to_linker_async(&mut linker)?;
    Ok(linker)
}
