//! One run of a guest.

use std::time::Duration;
use std::{env, fmt, io};

use anyhow::{Context, Error, Result, anyhow};
use tokio::runtime::{self, Runtime};
use tokio::time;
use wasmtime::component::ResourceTable;
use wasmtime::{Store, Trap, WasmBacktrace};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use winsock_async_wasmtime::http::HttpHooks;
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView};

use crate::args::{Run, Variable};
use crate::deadline::Deadline;
use crate::ending::{Ending, Running};
use crate::engine::{self, Settings};
use crate::error::{self, Aborted, UNUSABLE};
use crate::guest::{self, Command, Guest};
use crate::policy_trace::PolicyTrace;
use crate::timeline::Timeline;
use crate::{http, panics, resolvers};

/// Runs the guest to its end, and returns the exit status.
///
/// # Errors
/// If the guest cannot be started.
pub(crate) fn run(options: &Run, ending: &Ending) -> Result<i32> {
    let timeline = options
        .timeline
        .as_ref()
        .map(Timeline::create)
        .transpose()?;
    let trace = options.policy_trace.as_deref().map(PolicyTrace::create);
    let trace = trace.transpose()?;
    let lookups = resolvers::engine(options, timeline.as_ref(), trace.as_ref())?;
    let winsock = WinsockCtx::new(&lookups);
    let hooks = http::hooks(options, &winsock)?;
    let wasi = wasi(options, &winsock)?;
    let guest = Guest::read(options.guest(), options.max_guest_bytes, options.timeout)?;
    let is_compiled = matches!(guest, Guest::Compiled(_));
    let settings = Settings {
        uses_p3: guest.uses_p3(),
        // Code that was compiled for later has the check, with a deadline or without.
        is_interruptible: options.timeout.is_some() || is_compiled,
        is_cached: !options.no_cache && !is_compiled,
    };
    let (engine, command) = engine::with(&settings, |engine| {
        let component = guest.code(engine, options.guest())?;
        guest::link::<State>(&component, options.guest())
    })?;
    drop(guest);
    let mut store = Store::new(
        &engine,
        State {
            wasi,
            winsock,
            http: WasiHttpCtx::new(),
            hooks,
            table: ResourceTable::new(),
        },
    );
    store.set_epoch_deadline(NEVER);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot make an event loop")?;
    let deadline = options.timeout.map(|limit| {
        deadline(&mut store, options, limit, ending.clone()).context("cannot keep time")
    });
    let deadline = deadline.transpose()?;
    ending.begin(Running {
        lookups,
        timeline,
        trace,
        stats: options.stats,
    });
    let called = panics::catch(|| call(&mut store, &command, options, &runtime));
    drop(deadline);
    let outcome = called.unwrap_or(Ok(UNUSABLE));
    let status = match &outcome {
        Err(error) if error::is_time_out(error) => ending.end_in_time(outcome),
        _ => ending.end(outcome),
    };
    // The process does not wait for what the guest started on other threads.
    runtime.shutdown_background();
    Ok(status)
}

/// A deadline that does not come.
const NEVER: u64 = u64::MAX / 2;

/// Starts the clock of `--timeout`.
fn deadline(
    store: &mut Store<State>,
    options: &Run,
    limit: Duration,
    ending: Ending,
) -> io::Result<Deadline> {
    store.set_epoch_deadline(1);
    let detail = ", in a call to the host that does not return";
    let blocked = timed_out(options, limit, detail);
    Deadline::start(store.engine(), limit, blocked, ending)
}

/// The store's data: WASI, the lookups, and one table for all.
pub(crate) struct State {
    wasi: WasiCtx,
    winsock: WinsockCtx,
    http: WasiHttpCtx,
    hooks: HttpHooks,
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

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            hooks: &mut self.hooks,
            table: &mut self.table,
        }
    }
}

/// The guest's standard streams, arguments, environment, directories, and sockets as the policy
/// allows them.
fn wasi(options: &Run, winsock: &WinsockCtx) -> Result<WasiCtx> {
    let mut wasi = WasiCtxBuilder::new();
    wasi.allow_tcp(true).allow_udp(true);
    wasi.socket_addr_check(winsock.connection_check());
    wasi.inherit_stdio();
    wasi.args(
        &options
            .command_line()
            .map_err(|arg| anyhow!("the argument {arg:?} is not UTF-8"))?,
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
                anyhow!("cannot open the directory {host}: {error:#}")
            })?;
    }
    Ok(wasi.build())
}

fn inherited(name: &str) -> Result<String> {
    env::var(name).map_err(|error| anyhow!("--env {name}: {error}; write --env {name}=VALUE"))
}

/// Calls the guest and waits for its end. The error says why the guest has no exit status.
fn call(
    store: &mut Store<State>,
    command: &Command<State>,
    options: &Run,
    runtime: &Runtime,
) -> Result<i32> {
    let ended = match options.timeout {
        None => runtime.block_on(call_run(store, command)),
        Some(limit) => {
            // The timer stops a guest that waits, the deadline a guest that computes.
            let timed = async { time::timeout(limit, call_run(store, command)).await };
            let ended = runtime.block_on(timed);
            ended.unwrap_or_else(|_elapsed| Err(Trap::Interrupt.into()))
        }
    };
    ended.or_else(|error| status(&error, options))
}

/// There is no room for the guest's memory or stack.
#[derive(Debug)]
struct NoRoom(String);

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoRoom {}

async fn call_run(store: &mut Store<State>, command: &Command<State>) -> wasmtime::Result<i32> {
    let instance = match command.linked.instantiate_async(&mut *store).await {
        // Its instructions, or a function that they call.
        Err(error) if error.is::<Trap>() || error.is::<WasmBacktrace>() => return Err(error),
        Err(error) => return Err(NoRoom(format!("{error:#}")).into()),
        Ok(instance) => instance,
    };
    let succeeded = command.call_run(store, &instance).await?;
    Ok(if succeeded { 0 } else { 1 })
}

/// The status of a guest that did not return: that of its `exit`, or an error.
fn status(error: &wasmtime::Error, options: &Run) -> Result<i32> {
    if let Some(I32Exit(status)) = error.downcast_ref() {
        return Ok(*status);
    }
    if let (Some(Trap::Interrupt), Some(limit)) = (error.downcast_ref(), options.timeout) {
        return Err(timed_out(options, limit, ""));
    }
    let guest = options.guest().display();
    if let Some(error) = error.downcast_ref::<NoRoom>() {
        return Err(anyhow!("cannot start {guest}: {error}"));
    }
    let cause = error.root_cause();
    let functions = functions(error);
    let what = match functions.as_str() {
        "" => format!("{guest} trapped: {cause}"),
        functions => format!("{guest} trapped: {cause}, in {functions}"),
    };
    Err(Aborted::Trapped(what).into())
}

/// The names of up to eight functions on the guest's stack, the innermost first.
fn functions(error: &wasmtime::Error) -> String {
    const MAX_FUNCTIONS: usize = 8;
    let frames = error.downcast_ref().map_or(&[][..], WasmBacktrace::frames);
    let named = frames.iter().filter_map(|frame| frame.func_name());
    named.take(MAX_FUNCTIONS).collect::<Vec<_>>().join(" < ")
}

fn timed_out(options: &Run, limit: Duration, detail: &str) -> Error {
    let guest = options.guest().display();
    let limit = humantime::format_duration(limit);
    let what = format!("{guest} was stopped: it ran longer than --timeout {limit}{detail}");
    Aborted::TimedOut(what).into()
}
