//! The data of a store, the same for every guest that the bench runs.

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use winsock_async_engine::LookupEngine;
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView};

pub(crate) struct State {
    table: ResourceTable,
    wasi: WasiCtx,
    winsock: WinsockCtx,
}

impl State {
    pub(crate) fn new(lookups: &LookupEngine, wasi: WasiCtx) -> State {
        State {
            table: ResourceTable::new(),
            wasi,
            winsock: WinsockCtx::new(lookups),
        }
    }
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
