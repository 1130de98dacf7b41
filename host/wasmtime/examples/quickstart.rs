//! An application that runs a guest with lookups.
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use winsock_async_wasmtime::engine::{LookupEngine, Policy};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView, add_to_linker_sync};

struct State(WasiCtx, WinsockCtx, ResourceTable);

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (ctx, table) = (&mut self.0, &mut self.2);
        WasiCtxView { ctx, table }
    }
}

impl WinsockView for State {
    fn winsock(&mut self) -> WinsockCtxView<'_> {
        let (ctx, table) = (&mut self.1, &mut self.2);
        WinsockCtxView { ctx, table }
    }
}

fn main() -> Result<()> {
    // One lookup engine for the process: it has the policy, the limits and the worker threads.
    let policy = Policy::deny_all().allow("*.example.com".parse()?);
    let lookups = LookupEngine::builder().policy(policy).build();
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    add_to_linker_sync(&mut linker)?;

    // One store for each guest: dropping the store cancels the guest's pending requests.
    let wasi = WasiCtx::builder().inherit_stdio().build();
    let state = State(wasi, WinsockCtx::new(&lookups), ResourceTable::new());
    let mut store = Store::new(&engine, state);
    let guest = Component::from_file(&engine, "guest.wasm")?;
    let command = Command::instantiate(&mut store, &guest, &linker)?;
    let ended = command.wasi_cli_run().call_run(&mut store)?;
    ended.map_err(|()| wasmtime::format_err!("the guest failed"))
}
