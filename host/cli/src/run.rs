//! One run of a guest.

use std::env;
use std::time::Duration;

use tokio::runtime;
use tokio::time;
use wasmtime::component::ResourceTable;
use wasmtime::{Config, Engine, Store, Trap, WasmBacktrace};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use winsock_async_engine::{Metrics, RequestStats};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView};

use crate::args::{Run, Variable};
use crate::deadline::Deadline;
use crate::error::Failure;
use crate::timeline::Timeline;
use crate::{guest, resolvers};

/// How a guest ended.
pub struct Ended {
    /// Its exit status, or why it has none.
    pub status: Result<i32, Failure>,
    /// What its requests came to.
    pub stats: RequestStats,
    /// What the engine was at then.
    pub metrics: Metrics,
    /// Whether the timeline was written, where one is asked for.
    pub timeline: Result<(), Failure>,
}

/// Runs the guest to its end. An error is what kept it from being started.
pub fn run(options: &Run) -> Result<Ended, Failure> {
    let timeline = options
        .timeline
        .as_ref()
        .map(Timeline::create)
        .transpose()?;
    let lookups = resolvers::engine(options, timeline.as_ref())?;
    let wasi = wasi(options)?;
    let engine = engine(options)
        .map_err(|error| Failure::unusable(format_args!("cannot set wasmtime up: {error:#}")))?;
    let command = guest::load::<State>(&engine, options.guest())?;
    let mut store = Store::new(
        &engine,
        State {
            wasi,
            winsock: WinsockCtx::new(&lookups),
            table: ResourceTable::new(),
        },
    );
    let status = call(&mut store, &command, options, timeline.clone())?;
    let stats = store.data_mut().winsock.session().stats();
    Ok(Ended {
        status,
        stats,
        metrics: lookups.metrics(),
        timeline: timeline.map_or(Ok(()), |timeline| timeline.write()),
    })
}

/// What the store holds for the guest.
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

fn engine(options: &Run) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    // WASI 0.2 has no concurrent calls; each call of the guest is 110 ns cheaper without.
    config.concurrency_support(false);
    // Only where it is used, as every loop of the guest pays for it.
    config.epoch_interruption(options.timeout.is_some());
    Engine::new(&config)
}

/// The guest's standard streams, arguments, environment and directories. No network.
fn wasi(options: &Run) -> Result<WasiCtx, Failure> {
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio();
    wasi.args(
        &options
            .command_line()
            .map_err(|arg| Failure::unusable(format_args!("the argument {arg:?} is not UTF-8")))?,
    );
    for variable in &options.env {
        match variable {
            Variable::Set { name, value } => wasi.env(name, value),
            Variable::Inherit(name) => wasi.env(name, inherited(name)?),
        };
    }
    for directory in &options.dir {
        wasi.preopened_dir(&directory.host, &directory.guest, FsPerms::ReadWrite)
            .map_err(|error| {
                let host = directory.host.display();
                Failure::unusable(format_args!("cannot open the directory {host}: {error:#}"))
            })?;
    }
    Ok(wasi.build())
}

fn inherited(name: &str) -> Result<String, Failure> {
    env::var(name).map_err(|error| {
        Failure::unusable(format_args!(
            "--env {name}: {error}; write --env {name}=VALUE"
        ))
    })
}

/// Calls the guest and waits for its end. The outer error is what kept it from being started.
fn call(
    store: &mut Store<State>,
    command: &CommandPre<State>,
    options: &Run,
    timeline: Option<Timeline>,
) -> Result<Result<i32, Failure>, Failure> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unusable(format_args!("cannot make an event loop: {error}")))?;
    let ended = match options.timeout {
        None => runtime.block_on(call_run(store, command)),
        Some(limit) => {
            store.set_epoch_deadline(1);
            let blocked = timed_out(
                options,
                limit,
                ", in a call to the host that does not return",
            );
            let deadline = Deadline::start(store.engine(), limit, blocked, timeline)
                .map_err(|error| Failure::unusable(format_args!("cannot keep time: {error}")))?;
            // The timer stops a guest that waits, the deadline one that computes.
            let timed = async { time::timeout(limit, call_run(store, command)).await };
            let ended = runtime.block_on(timed);
            drop(deadline);
            ended.unwrap_or_else(|_elapsed| Err(Trap::Interrupt.into()))
        }
    };
    // Whatever the guest had begun in another thread must not hold the process up.
    runtime.shutdown_background();
    Ok(ended.or_else(|error| status(&error, options)))
}

async fn call_run(store: &mut Store<State>, command: &CommandPre<State>) -> wasmtime::Result<i32> {
    let command = command.instantiate_async(&mut *store).await?;
    let result = command.wasi_cli_run().call_run(store).await?;
    Ok(if result.is_ok() { 0 } else { 1 })
}

/// The status of a guest that did not return: its own, if it exited.
fn status(error: &wasmtime::Error, options: &Run) -> Result<i32, Failure> {
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return Ok(*status);
    }
    if let (Some(Trap::Interrupt), Some(limit)) = (error.downcast_ref(), options.timeout) {
        return Err(timed_out(options, limit, ""));
    }
    let guest = options.guest().display();
    let cause = error.root_cause();
    let functions = functions(error);
    Err(Failure::trapped(match functions.as_str() {
        "" => format!("{guest} trapped: {cause}"),
        functions => format!("{guest} trapped: {cause}, in {functions}"),
    }))
}

/// The functions that the guest was in, the innermost first, as far as they have names.
fn functions(error: &wasmtime::Error) -> String {
    const SHOWN: usize = 8;
    let frames = error.downcast_ref().map_or(&[][..], WasmBacktrace::frames);
    let named = frames.iter().filter_map(|frame| frame.func_name());
    named.take(SHOWN).collect::<Vec<_>>().join(" < ")
}

fn timed_out(options: &Run, limit: Duration, detail: &str) -> Failure {
    let guest = options.guest().display();
    let limit = humantime::format_duration(limit);
    Failure::timed_out(format_args!(
        "{guest} was stopped, as it ran longer than --timeout {limit}{detail}"
    ))
}
