//! Runs guests of other languages, and guests that know nothing of this project, with the linker of
//! a test.

use std::fs;
use std::sync::{Mutex, OnceLock, PoisonError};

use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Cache, CacheConfig, Config, Engine, Result, Store};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{I32Exit, WasiCtxBuilder, p2, p3};
use winsock_async_engine::LookupEngine;
use winsock_async_wasmtime::{WinsockCtx, wasi};

use crate::{State, guests, if_built};

/// The most bytes that a guest may print.
const OUTPUT: usize = 1 << 20;

/// A compiled guest. Each run of it is another guest.
pub struct Ordinary {
    name: String,
    component: Component,
}

impl Ordinary {
    /// Loads a guest of `tests/wasi`, `examples/wasi` or another language. A core module becomes a
    /// component. `None` as for [`if_built`].
    ///
    /// What is compiled stays in `target/guests/compiled`: compiling Python takes 14 s.
    pub fn load(name: &str) -> Option<Ordinary> {
        // One at a time: a second test would compile the same guest again.
        static LOADING: Mutex<()> = Mutex::new(());
        let file = if_built(name)?;
        let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = fs::read(file).expect("a file");
        let component = winsock_async_componentize::component(&bytes).expect("a program");
        let component = Component::from_binary(engine(), &component).expect("a component");
        let name = name.into();
        Some(Ordinary { name, component })
    }

    /// The names of what the guest imports.
    pub fn imports(&self) -> Vec<String> {
        let of = self.component.component_type();
        of.imports(engine()).map(|(name, _)| name.into()).collect()
    }

    /// Runs the guest in an async store, and returns what it has printed and whether it succeeded.
    /// `state` adds to the guest's WASI and makes the store's data of it. `link` adds what the
    /// guest imports. A guest that exports `wasi:cli/run` 0.3 is called by that.
    pub async fn run(
        &self,
        args: &[&str],
        state: impl FnOnce(&mut WasiCtxBuilder) -> State,
        link: impl FnOnce(&mut Linker<State>) -> Result<()>,
    ) -> Result<(String, bool)> {
        let (mut store, linker, output) = self.prepare(args, state, link)?;
        let linked = linker.instantiate_pre(&self.component)?;
        let instance = linked.instantiate_async(&mut store).await?;
        let ended = match p3::bindings::Command::new(&mut store, &instance) {
            Ok(command) => {
                let run = async |store: &_| command.wasi_cli_run().call_run(store).await;
                store.run_concurrent(run).await??
            }
            Err(_) => {
                let command = p2::bindings::Command::new(&mut store, &instance)?;
                let ended = command.wasi_cli_run().call_run(&mut store).await;
                ended.or_else(exited)?
            }
        };
        drop(store);
        Ok((printed(&output)?, ended.is_ok()))
    }

    /// As [`Ordinary::run`], in a sync store. The caller is on a thread of no runtime.
    pub fn run_sync(
        &self,
        args: &[&str],
        state: impl FnOnce(&mut WasiCtxBuilder) -> State,
        link: impl FnOnce(&mut Linker<State>) -> Result<()>,
    ) -> Result<(String, bool)> {
        let (mut store, linker, output) = self.prepare(args, state, link)?;
        let command =
            p2::bindings::sync::Command::instantiate(&mut store, &self.component, &linker)?;
        let ended = command.wasi_cli_run().call_run(&mut store)?;
        drop(store);
        Ok((printed(&output)?, ended.is_ok()))
    }

    fn prepare(
        &self,
        args: &[&str],
        state: impl FnOnce(&mut WasiCtxBuilder) -> State,
        link: impl FnOnce(&mut Linker<State>) -> Result<()>,
    ) -> Result<(Store<State>, Linker<State>, MemoryOutputPipe)> {
        let output = MemoryOutputPipe::new(OUTPUT);
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stderr().stdout(output.clone());
        wasi.arg(&self.name).args(args);
        let store = Store::new(engine(), state(&mut wasi));
        let mut linker = Linker::new(engine());
        link(&mut linker)?;
        Ok((store, linker, output))
    }

    /// Runs the guest like [`run`](Self::run). `lookups` serves its lookups and judges its
    /// connections. `configure` adds to the guest's WASI.
    pub async fn run_with(
        &self,
        args: &[&str],
        lookups: &LookupEngine,
        configure: impl FnOnce(&mut WasiCtxBuilder),
    ) -> Result<(String, bool)> {
        let winsock = WinsockCtx::new(lookups);
        let state = |wasi: &mut WasiCtxBuilder| {
            wasi.allow_tcp(true).allow_udp(true);
            wasi.socket_addr_check(winsock.connection_check());
            configure(wasi);
            State::new(winsock, wasi.build(), &[])
        };
        let link = |linker: &mut Linker<State>| {
            p2::add_to_linker_async(linker)?;
            wasi::replace_in_linker(linker)?;
            p3::add_to_linker(linker)?;
            wasi::p3::replace_in_linker(linker)?;
            wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
            winsock_async_wasmtime::add_to_linker_async(linker)
        };
        self.run(args, state, link).await
    }
}

/// How a guest ended that called `exit`, as a core module of Go does at its end.
fn exited(error: wasmtime::Error) -> Result<std::result::Result<(), ()>> {
    match error.downcast_ref() {
        Some(I32Exit(0)) => Ok(Ok(())),
        Some(I32Exit(_)) => Ok(Err(())),
        None => Err(error),
    }
}

fn printed(output: &MemoryOutputPipe) -> Result<String> {
    String::from_utf8(output.contents().into()).context("the output")
}

/// The engine of these guests, for every test of the process.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let directory = guests().join("compiled");
        fs::create_dir_all(&directory).expect("a directory");
        let directory = directory.canonicalize().expect("a directory");
        let mut cache = CacheConfig::new();
        cache.with_directory(directory);
        let mut config = Config::new();
        config.cache(Some(Cache::new(cache).expect("a cache")));
        Engine::new(&config).expect("an engine with this configuration")
    })
}
