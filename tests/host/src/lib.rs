//! Runs the guest programs of `tests/guests` and `tests/c` in stores of both kinds.

pub mod ordinary;
pub mod servers;
pub mod tls;

use std::fs;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::Poll;

use tokio::runtime::Runtime;
use wasmtime::Result;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p2::bindings::{Command, sync};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use winsock_async_engine::Resolver;
use winsock_async_engine::policy::{Pattern, Policy};
use winsock_async_engine::resolvers::{Chain, Script, ScriptControl, Scripted, Tables};
use winsock_async_engine::{Limits, LookupEngine, RequestStats};
use winsock_async_provider::COMPONENT;
use winsock_async_wasmtime::http::{HttpHooks, tls_config};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView};

use self::tls::Authority;

/// The folder into which `cargo xtask guests` builds the guests.
pub fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests")
}

/// The file of a guest that not every machine can build. If `cargo xtask guests` has found that
/// this machine cannot, this prints why and returns `None`.
pub fn if_built(program: &str) -> Option<PathBuf> {
    let file = guests().join(program).with_extension("wasm");
    if let Ok(reason) = fs::read_to_string(file.with_extension("missing")) {
        println!("!!! NOT TESTED: guest {program}: {reason} !!!");
        return None;
    }
    let shown = file.display();
    assert!(file.exists(), "no {shown}: run `cargo xtask guests` first");
    Some(file)
}

/// The sorted names of the programs in a directory of this repository's `tests`, whose sources have
/// this extension.
pub fn programs(directory: &str, extension: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(directory);
    let mut names: Vec<String> = fs::read_dir(directory)
        .expect("the programs' sources")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// How a guest's calls reach the host.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `add_to_linker_sync`.
    Sync,
    /// `add_to_linker_async`.
    Async,
}

/// How a program ended.
#[derive(Debug)]
pub enum End {
    /// With status 0: `main` returned, or the program called exit.
    Returned,
    /// It trapped, or ended with another status.
    Trapped(wasmtime::Error),
}

/// The result of a run.
#[derive(Debug)]
pub struct Run {
    /// How the program ended.
    pub end: End,
    /// The statistics of its session.
    pub stats: RequestStats,
}

/// Runs a guest program and drops its store. The name of a program is that of its file in
/// [`guests`], without `.wasm`.
pub fn run(program: &str, lookups: &LookupEngine, kind: Kind) -> Result<Run> {
    Program::load(program)?.run(lookups, kind)
}

/// A compiled guest program. Each run of it is another guest.
pub struct Program {
    name: String,
    component: Component,
    args: Vec<String>,
}

impl Program {
    /// Compiles a program, named as for [`run`].
    pub fn load(name: &str) -> Result<Program> {
        let component = component(name)?;
        let (name, args) = (name.into(), Vec::new());
        Ok(Program {
            name,
            component,
            args,
        })
    }

    /// Compiles a program composed with the provider of its lookups.
    pub fn composed(name: &str) -> Result<Program> {
        let component = Component::from_binary(engine(), &composed(name)?)?;
        let (name, args) = (name.into(), Vec::new());
        Ok(Program {
            name,
            component,
            args,
        })
    }

    /// The names of what the program imports.
    pub fn imports(&self) -> Vec<String> {
        let of = self.component.component_type();
        of.imports(engine()).map(|(name, _)| name.into()).collect()
    }

    /// Adds arguments.
    #[must_use]
    pub fn with_args(mut self, args: impl IntoIterator<Item = String>) -> Self {
        self.args.extend(args);
        self
    }

    /// Runs the program once, and drops its store.
    pub fn run(&self, lookups: &LookupEngine, kind: Kind) -> Result<Run> {
        let Program {
            name,
            component,
            args,
        } = self;
        let mut wasi = WasiCtx::builder();
        wasi.inherit_stderr().arg(name).args(args);
        let mut linker = Linker::new(engine());
        let state = State::new(WinsockCtx::new(lookups), wasi.build(), &[]);
        let mut store = Store::new(engine(), state);
        let ended = match kind {
            Kind::Sync => {
                wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
                winsock_async_wasmtime::wasi::replace_in_linker(&mut linker)?;
                winsock_async_wasmtime::add_to_linker_sync(&mut linker)?;
                let command = sync::Command::instantiate(&mut store, component, &linker)?;
                command.wasi_cli_run().call_run(&mut store)
            }
            Kind::Async => {
                wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
                winsock_async_wasmtime::wasi::replace_in_linker(&mut linker)?;
                winsock_async_wasmtime::add_to_linker_async(&mut linker)?;
                tokio().block_on(async {
                    let command =
                        Command::instantiate_async(&mut store, component, &linker).await?;
                    command.wasi_cli_run().call_run(&mut store).await
                })
            }
        };
        let stats = store.data_mut().winsock.session().stats();
        let end = match ended {
            Ok(Ok(())) => End::Returned,
            Ok(Err(())) => End::Trapped(wasmtime::Error::msg("the program returned an error")),
            Err(exit)
                if exit
                    .downcast_ref::<I32Exit>()
                    .is_some_and(|exit| exit.0 == 0) =>
            {
                End::Returned
            }
            Err(trap) => End::Trapped(trap),
        };
        Ok(Run { end, stats })
    }
}

/// Runs a guest program in an async store until it waits for a request, and drops the store.
pub fn run_until_it_waits(program: &str, lookups: &LookupEngine) -> Result<()> {
    let component = component(program)?;
    let mut linker = Linker::new(engine());
    let wasi = WasiCtx::builder().inherit_stderr().build();
    let state = State::new(WinsockCtx::new(lookups), wasi, &[]);
    let mut store = Store::new(engine(), state);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    winsock_async_wasmtime::add_to_linker_async(&mut linker)?;
    tokio().block_on(async {
        let command = Command::instantiate_async(&mut store, &component, &linker).await?;
        let mut call = pin!(command.wasi_cli_run().call_run(&mut store));
        let waits = poll_fn(|context| match call.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(Err(wasmtime::Error::msg("the program has ended"))),
            // A wait before the first request is a wait in WASI.
            Poll::Pending if lookups.outstanding() == 0 => Poll::Pending,
            Poll::Pending => Poll::Ready(Ok(())),
        });
        waits.await
    })
}

/// The engine that the programs rely on, and the control of its script.
///
/// The policy allows names under `test`, which `script.toml` answers. Services and protocols are
/// those of the embedded tables. A session may have 100 outstanding requests.
pub fn lookups() -> (LookupEngine, ScriptControl) {
    let script = script();
    let control = script.control();
    let limits = Limits {
        max_requests: 100,
        ..Limits::default()
    };
    (lookups_of(then_tables(script), limits), control)
}

/// The engine of [`lookups`] with other limits. It does not record lookups, so that its memory does
/// not grow with them.
pub fn lookups_with(limits: Limits) -> LookupEngine {
    lookups_of(then_tables(script()), limits)
}

/// The engine of [`lookups_with`], with another resolver before the script.
pub fn lookups_behind(first: impl Resolver, limits: Limits) -> LookupEngine {
    lookups_of(Chain::new().then(first).then(then_tables(script())), limits)
}

fn lookups_of(resolver: Chain, limits: Limits) -> LookupEngine {
    let allowed = ["*.test", "192.0.2.0/24"].map(|p| p.parse::<Pattern>().expect("a good pattern"));
    let policy = allowed.into_iter().fold(Policy::deny_all(), Policy::allow);
    LookupEngine::builder()
        .resolver(resolver)
        .policy(policy)
        .host_name("quick.test")
        .limits(limits)
        .build()
}

fn then_tables(script: Scripted) -> Chain {
    let tables = Tables::builder().build().expect("embedded tables");
    Chain::new().then(script).then(tables)
}

fn script() -> Scripted {
    Script::parse(include_str!("script.toml"), "script.toml").expect("a good script")
}

/// Loads a guest program. A core module becomes a component.
fn component(program: &str) -> Result<Component> {
    Component::from_binary(engine(), &component_bytes(program)?)
}

fn component_bytes(program: &str) -> Result<Vec<u8>> {
    let file = guests().join(format!("{program}.wasm"));
    let bytes = fs::read(&file)
        .with_context(|| format!("no {}: run `cargo xtask guests` first", file.display()))?;
    let component = winsock_async_componentize::component(&bytes)
        .with_context(|| format!("no program in {}", file.display()))?;
    Ok(component.into_owned())
}

/// A guest program composed with the provider of its lookups, as a component.
pub fn composed(program: &str) -> Result<Vec<u8>> {
    let provider = COMPONENT.context("no provider: run `cargo xtask guests` first")?;
    let composed = winsock_async_componentize::compose(&component_bytes(program)?, provider);
    composed.with_context(|| format!("cannot compose {program}"))
}

/// The runtime of an async store's calls.
fn tokio() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// The one engine of wasmtime for every test of the process, as in an embedder.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config.concurrency_support(false);
        Engine::new(&config).expect("an engine with this configuration")
    })
}

/// The data of a guest's store.
pub struct State {
    table: ResourceTable,
    wasi: WasiCtx,
    winsock: WinsockCtx,
    http: WasiHttpCtx,
    hooks: HttpHooks,
}

impl State {
    /// Creates the data of a guest, whose `https` trusts `authorities` beside the public ones.
    pub fn new(winsock: WinsockCtx, wasi: WasiCtx, authorities: &[&Authority]) -> State {
        let more = authorities.iter().map(|authority| authority.certificate());
        let tls = tls_config(more).expect("certificates");
        State {
            table: ResourceTable::new(),
            wasi,
            http: WasiHttpCtx::new(),
            hooks: HttpHooks::with_tls(&winsock, tls),
            winsock,
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

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            hooks: &mut self.hooks,
            table: &mut self.table,
        }
    }
}
