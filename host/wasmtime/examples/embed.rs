//! The lookups in an application of one's own, with a resolver of one's own:
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

/// Knows the hosts under `internal`, as a service registry would, and leaves the rest to others.
struct Internal;

impl Resolver for Internal {
    // What takes time belongs in `resolve`, which worker threads call after `Resolution::Blocking`.
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

/// What a store holds: WASI for the guest's main program, Winsock for its lookups, one table for both.
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

    // One lookup engine serves all guests of a process. A guest may ask for what is allowed here, and
    // for any service and protocol. An address of a private network must be allowed in answers, too.
    let policy = Policy::deny_all()
        .allow("*.internal".parse()?)
        .allow_answers("10.0.0.0/8".parse()?);
    let lookups = LookupEngine::builder()
        .resolver(Chain::new().then(Internal).then(Tables::system()))
        .policy(policy)
        .build();

    // Nothing here runs several calls of one guest at a time: without, each call is 110 ns cheaper.
    let engine = Engine::new(Config::new().concurrency_support(false))?;
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    winsock_async_wasmtime::add_to_linker_sync(&mut linker)?;

    // One store for a guest, and one session in it, which ends with the store.
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
        // How a guest's `exit` arrives.
        Err(error) => match error.downcast_ref() {
            Some(I32Exit(0)) => Ok(()),
            Some(I32Exit(status)) => wasmtime::bail!("the guest's exit status is {status}"),
            None => Err(error),
        },
    }
}
