//! An application with the lookups and a custom resolver:
//! `embed target/guests/lookup.wasm host:db.internal`.

use std::env;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};
use winsock_async_wasmtime::engine::resolvers::{Chain, Tables};
use winsock_async_wasmtime::engine::{HostEntry, LookupEngine, Policy};
use winsock_async_wasmtime::engine::{Lookup, Resolution, Resolver};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView};

/// Resolves hosts under `internal`, like a service registry.
struct Internal;

impl Resolver for Internal {
    // A lookup that waits returns `Resolution::Blocking`; a worker then calls `resolve_blocking`.
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if name.ends_with(".internal") => {
                let host = HostEntry::new(&**name, [[10, 0, 0, 7].into()]);
                Resolution::Ready(Ok(std::sync::Arc::new(host.into())))
            }
            _ => Resolution::NotFound,
        }
    }
}

/// A store's data: WASI for the guest's main program, the lookups, and one table for both.
struct State {
    wasi: WasiCtx,
    winsock: WinsockCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WinsockView for State {
    fn winsock(&mut self) -> WinsockCtxView<'_> {
        WinsockCtxView {
            ctx: &mut self.winsock,
            table: &mut self.table,
        }
    }
}

fn main() -> wasmtime::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let guest = args.first().context("usage: embed GUEST.wasm [ARGS...]")?;

    // One lookup engine serves all guests of a process. A guest can look up any service and
    // protocol, and the hosts that the policy allows. Private addresses in answers must be allowed
    // too.
    let policy = Policy::deny_all()
        .allow("*.internal".parse()?)
        .allow_answers("10.0.0.0/8".parse()?);
    let lookups = LookupEngine::builder()
        .resolver(Chain::new().then(Internal).then(Tables::system()))
        .policy(policy)
        .build();

    // No two calls of a guest run at the same time here. Without support for that, each call is
    // 110 ns cheaper.
    let engine = Engine::new(Config::new().concurrency_support(false))?;
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    winsock_async_wasmtime::add_to_linker_sync(&mut linker)?;

    // Each guest has a store with a session, which ends with the store.
    let state = State {
        wasi: WasiCtx::builder().inherit_stdio().args(&args).build(),
        winsock: WinsockCtx::new(&lookups),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let component = Component::from_file(&engine, guest)?;
    let command = Command::instantiate(&mut store, &component, &linker)?;
    let ended = command.wasi_cli_run().call_run(&mut store);
    println!(
        "{} requests",
        store.data_mut().winsock.session().stats().requests
    );
    match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(())) => wasmtime::bail!("the guest failed"),
        // A guest's `exit` is an error to wasmtime.
        Err(error) => match error.downcast_ref() {
            Some(I32Exit(0)) => Ok(()),
            Some(I32Exit(status)) => wasmtime::bail!("the guest's exit status is {status}"),
            None => Err(error),
        },
    }
}
