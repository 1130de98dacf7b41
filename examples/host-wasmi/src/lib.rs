//! A host for core modules with lookups, on the interpreter wasmi.

#![forbid(unsafe_code)]

use anyhow::{Context, Result};
use wasmi::{Caller, Engine, Error, Extern, FuncType, Linker, Memory, Module, Store, Val, ValType};
use wasmi_wasi::WasiCtx;
use winsock_async_componentize::unwrap_realloc;
use winsock_async_core::{Guest, Import, REALLOC, Value, ValueType, WinsockCtx};
use winsock_async_engine::LookupEngine;

/// A guest's data: WASI preview 1, and the lookups.
pub struct State {
    /// WASI, by wasmi's own crate.
    pub wasi: WasiCtx,
    /// The guest's session.
    pub winsock: WinsockCtx,
}

/// Runs a command to its end, and returns its exit status.
///
/// # Errors
/// If `module` is no command for WASI preview 1 with lookups, or if the guest traps.
pub fn run(lookups: &LookupEngine, module: &[u8], wasi: WasiCtx) -> Result<i32> {
    let engine = Engine::default();
    let module = Module::new(&engine, unwrap_realloc(module)?)?;
    let mut linker = Linker::new(&engine);
    wasmi_wasi::add_to_linker(&mut linker, |state: &mut State| &mut state.wasi)
        .context("cannot link WASI")?;
    add_to_linker(&mut linker)?;
    let winsock = WinsockCtx::new(lookups);
    let mut store = Store::new(&engine, State { wasi, winsock });
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    let start = instance.get_typed_func::<(), ()>(&store, "_start")?;
    match start.call(&mut store, ()) {
        Ok(()) => Ok(0),
        Err(error) => error.i32_exit_status().ok_or(error.into()),
    }
}

/// Adds the lookups to a linker.
///
/// # Errors
/// If the linker has one of these names already.
pub fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    for import in Import::ALL {
        let types = |types: &[ValueType]| types.iter().map(value_type).collect::<Vec<_>>();
        let ty = FuncType::new(types(import.params()), types(import.results()));
        let call = move |caller: Caller<'_, State>, params: &[Val], results: &mut [Val]| {
            let params: Option<Vec<_>> = params.iter().map(value).collect();
            let mut guest = CallingGuest::new(caller)?;
            let called = import.call(&mut guest, &params.unwrap_or_default());
            match (called.map_err(trap)?, results) {
                (Some(Value::I32(value)), [result]) => *result = Val::I32(value),
                (Some(Value::I64(value)), [result]) => *result = Val::I64(value),
                _ => {}
            }
            Ok(())
        };
        linker.func_new(import.module(), import.name(), ty, call)?;
    }
    Ok(())
}

fn value_type(ty: &ValueType) -> ValType {
    match ty {
        ValueType::I32 => ValType::I32,
        ValueType::I64 => ValType::I64,
    }
}

fn value(value: &Val) -> Option<Value> {
    match value {
        Val::I32(value) => Some(Value::I32(*value)),
        Val::I64(value) => Some(Value::I64(*value)),
        _ => None,
    }
}

/// The error that ends the guest. An error of wasmi passes as it is: it may be the guest's exit.
fn trap(error: winsock_async_core::Error<Error>) -> Error {
    match error {
        winsock_async_core::Error::Guest(error) => error,
        other => Error::new(other.to_string()),
    }
}

/// A guest that has called an import.
struct CallingGuest<'a> {
    caller: Caller<'a, State>,
    memory: Memory,
}

impl<'a> CallingGuest<'a> {
    fn new(caller: Caller<'a, State>) -> Result<CallingGuest<'a>, Error> {
        let memory = caller.get_export("memory").and_then(Extern::into_memory);
        let memory = memory.ok_or_else(|| Error::new("the guest exports no memory"))?;
        Ok(CallingGuest { caller, memory })
    }
}

impl Guest for CallingGuest<'_> {
    type Error = Error;

    fn ctx(&mut self) -> &mut WinsockCtx {
        &mut self.caller.data_mut().winsock
    }

    fn memory_bytes(&mut self) -> u64 {
        self.memory.data_size(&self.caller) as u64
    }

    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), Error> {
        let read = self.memory.read(&self.caller, address as usize, bytes);
        read.map_err(|error| Error::new(error.to_string()))
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error> {
        let written = self.memory.write(&mut self.caller, address as usize, bytes);
        written.map_err(|error| Error::new(error.to_string()))
    }

    fn allocate(&mut self, align: u32, bytes: u32) -> Result<u32, Error> {
        let exports = REALLOC
            .iter()
            .filter_map(|name| self.caller.get_export(name));
        let mut functions = exports.filter_map(Extern::into_func);
        let realloc = functions.next();
        let realloc = realloc.ok_or_else(|| Error::new("the guest exports no `cabi_realloc`"))?;
        let realloc = realloc.typed::<(u32, u32, u32, u32), u32>(&self.caller)?;
        realloc.call(&mut self.caller, (0, 0, align, bytes))
    }
}
