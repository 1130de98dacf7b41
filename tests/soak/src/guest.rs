//! Runs guests: instances of `soak-guest`, each with its own session.

use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use wasmtime::Result;
use wasmtime::component::{Component, ComponentType, Lift, Linker, ResourceTable};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Store, StoreContextMut, Trap};
use wasmtime_wasi::p2::bindings::{CommandPre, sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use winsock_async_engine::{LookupEngine, RequestStats};
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView};

/// The size of a guest's standard error, which holds the message of a panic.
const STDERR_BYTES: usize = 8192;

/// The counts that a guest reports, as in `wit/soak.wit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ComponentType, Lift)]
#[component(record)]
pub(crate) struct Counts {
    pub requests: u64,
    pub refused: u64,
    pub denied: u64,
    pub answered: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub cleaned: u64,
    pub late: u64,
    pub invalid: u64,
}

/// The next action of a guest, as it reports it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[allow(dead_code, reason = "lifting makes the variants from their numbers")]
pub(crate) enum Next {
    #[default]
    #[component(name = "goes-on")]
    GoesOn,
    #[component(name = "returns")]
    Returns,
    #[component(name = "traps")]
    Traps,
    #[component(name = "sleeps")]
    Sleeps,
}

/// A guest to run.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    /// The arguments of `soak-guest`.
    pub args: Vec<String>,
    /// In an async store: the await in which the store is dropped, counted from 1.
    pub awaits: Option<u32>,
}

/// How a guest ended.
#[derive(Debug)]
pub(crate) enum End {
    /// Its `run` returned.
    Returned,
    /// It executed `unreachable`, as a panic does too.
    Trapped,
    /// Its store was dropped in a call.
    Dropped,
    /// It ended in a way that is not planned for any guest.
    Other(wasmtime::Error),
}

/// The state of a guest after its store was dropped.
#[derive(Debug)]
pub(crate) struct Left {
    pub end: End,
    /// The counts of its last report.
    pub counts: Counts,
    /// The next action in its last report.
    pub next: Next,
    /// The statistics of its session.
    pub stats: RequestStats,
    /// The requests that were outstanding in its session.
    pub outstanding: u64,
    /// Its standard error.
    pub stderr: String,
}

/// The program of the guests, compiled.
pub(crate) struct Guests {
    engine: Engine,
    in_sync_stores: sync::CommandPre<State>,
    in_async_stores: CommandPre<State>,
    lookups: LookupEngine,
    begun: Arc<AtomicU64>,
}

impl Guests {
    /// Loads the program. `begun` counts the requests as guests report them.
    pub(crate) fn load(
        file: &Path,
        lookups: LookupEngine,
        begun: Arc<AtomicU64>,
    ) -> Result<Guests> {
        let mut config = Config::new();
        config.concurrency_support(false);
        let engine = Engine::new(&config)?;
        let component = Component::from_file(&engine, file)
            .with_context(|| format!("no {}: run `cargo xtask guests` first", file.display()))?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        winsock_async_wasmtime::add_to_linker_sync(&mut linker)?;
        add_book(&mut linker)?;
        let in_sync_stores = sync::CommandPre::new(linker.instantiate_pre(&component)?)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        winsock_async_wasmtime::add_to_linker_async(&mut linker)?;
        add_book(&mut linker)?;
        let in_async_stores = CommandPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Guests {
            engine,
            in_sync_stores,
            in_async_stores,
            lookups,
            begun,
        })
    }

    /// Runs a guest in a sync store.
    pub(crate) fn run(&self, guest: &Guest) -> Result<Left> {
        let mut store = self.store(guest);
        let command = self.in_sync_stores.instantiate(&mut store)?;
        let end = command.wasi_cli_run().call_run(&mut store);
        Ok(left(store, how(end)))
    }

    /// Runs a guest in an async store.
    pub(crate) async fn run_async(&self, guest: &Guest) -> Result<Left> {
        let mut store = self.store(guest);
        let book = Arc::clone(&store.data().book);
        let command = self.in_async_stores.instantiate_async(&mut store).await?;
        let end = {
            let mut call = pin!(command.wasi_cli_run().call_run(&mut store));
            let mut awaits = 0;
            poll_fn(|context| match call.as_mut().poll(context) {
                Poll::Ready(end) => Poll::Ready(how(end)),
                Poll::Pending => {
                    awaits += 1;
                    if guest.awaits == Some(awaits) || book.last().1 == Next::Sleeps {
                        Poll::Ready(End::Dropped)
                    } else {
                        Poll::Pending
                    }
                }
            })
            .await
        };
        Ok(left(store, end))
    }

    fn store(&self, guest: &Guest) -> Store<State> {
        let stderr = MemoryOutputPipe::new(STDERR_BYTES);
        let state = State {
            table: ResourceTable::new(),
            wasi: WasiCtx::builder()
                .arg("soak-guest")
                .args(&guest.args)
                .stderr(stderr.clone())
                .build(),
            winsock: WinsockCtx::new(&self.lookups),
            book: Arc::new(Book {
                begun: Arc::clone(&self.begun),
                last: Mutex::default(),
            }),
            stderr,
        };
        Store::new(&self.engine, state)
    }
}

/// The end of a guest, from the result of `run`.
fn how(end: Result<Result<(), ()>>) -> End {
    match end {
        Ok(Ok(())) => End::Returned,
        Ok(Err(())) => End::Other(wasmtime::Error::msg("`run` returned an error")),
        Err(error) => match error.downcast_ref() {
            Some(Trap::UnreachableCodeReached) => End::Trapped,
            _ => End::Other(error),
        },
    }
}

/// Reads the session's counts, and drops the store.
fn left(mut store: Store<State>, end: End) -> Left {
    let state = store.data_mut();
    let (counts, next) = state.book.last();
    let session = state.winsock.session();
    Left {
        end,
        counts,
        next,
        stats: session.stats(),
        outstanding: session.outstanding() as u64,
        stderr: String::from_utf8_lossy(&state.stderr.contents()).into_owned(),
    }
}

/// The last report of a guest.
struct Book {
    begun: Arc<AtomicU64>,
    last: Mutex<(Counts, Next)>,
}

impl Book {
    fn report(&self, counts: Counts, next: Next) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let more = counts.requests.saturating_sub(last.0.requests);
        self.begun.fetch_add(more, Ordering::Relaxed);
        *last = (counts, next);
    }

    fn last(&self) -> (Counts, Next) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add_book(linker: &mut Linker<State>) -> Result<()> {
    let report = |store: StoreContextMut<'_, State>, (counts, next): (Counts, Next)| {
        store.data().book.report(counts, next);
        Ok(())
    };
    let mut book = linker.instance("winsock:soak/book@0.1.0")?;
    book.func_wrap("report", report)
}

struct State {
    table: ResourceTable,
    wasi: WasiCtx,
    winsock: WinsockCtx,
    book: Arc<Book>,
    stderr: MemoryOutputPipe,
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
