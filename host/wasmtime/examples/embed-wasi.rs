//! An application that runs unmodified WASI programs, with lookups and connections by a policy:
//! `embed-wasi policy.toml target/guests/fetch.wasm http://example.com/`.

use std::{env, fs};

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use winsock_async_wasmtime::engine::{LookupEngine, Policy};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView, wasi};

/// A store's data: WASI, the guest's lookups, and one table for both.
struct State {
    wasi: WasiCtx,
    winsock: WinsockCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (ctx, table) = (&mut self.wasi, &mut self.table);
        WasiCtxView { ctx, table }
    }
}

impl WinsockView for State {
    fn winsock(&mut self) -> WinsockCtxView<'_> {
        let (ctx, table) = (&mut self.winsock, &mut self.table);
        WinsockCtxView { ctx, table }
    }
}

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [file, guest, ..] = &args[..] else {
        wasmtime::bail!("usage: embed-wasi POLICY.toml GUEST.wasm [ARGS...]");
    };
    // `connect = ["example.com:80"]` allows the lookup of the name, and connections with that port
    // to the addresses that the guest was answered. All else is denied.
    let policy = Policy::parse(&fs::read_to_string(file).context("the policy")?, file)?;
    let lookups = LookupEngine::builder().policy(policy).build();

    // The lookups of WASI take the place of wasmtime's own.
    let engine = Engine::default();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    wasi::replace_in_linker(&mut linker)?;

    // Each guest has a context of its own, which judges its connections too.
    let winsock = WinsockCtx::new(&lookups);
    let wasi = WasiCtx::builder()
        .inherit_stdio()
        .args(&args[1..])
        .allow_tcp(true)
        .allow_udp(true)
        .socket_addr_check(winsock.connection_check())
        .build();
    let table = ResourceTable::new();
    let mut store = Store::new(
        &engine,
        State {
            wasi,
            winsock,
            table,
        },
    );
    let guest = Component::from_file(&engine, guest)?;
    let command = Command::instantiate(&mut store, &guest, &linker)?;
    let ended = command.wasi_cli_run().call_run(&mut store);
    let stats = store.data_mut().winsock.session().stats();
    println!("lookups: {}", stats.requests);
    println!("connections denied: {}", stats.connections_denied);
    ended?.map_err(|()| wasmtime::format_err!("the guest failed"))
}
