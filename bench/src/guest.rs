//! Runs a mode of the bench's guest and reads its samples.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Store, Trap};
use wasmtime::{Result, bail};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use winsock_async_engine::LookupEngine;

use super::floors::Partner;
use super::state::State;

/// The bench's guest, compiled.
pub(crate) struct Guest {
    component: Component,
    linker: Linker<State>,
    end: Arc<End>,
}

/// Ends guests that run until they are told to end.
#[derive(Default)]
struct End {
    has_asked: AtomicBool,
    is_over: AtomicBool,
}

/// The samples of one run: nanoseconds by name, in the order of printing.
pub(crate) type Samples = Vec<(String, f64)>;

impl Guest {
    pub(crate) fn load(file: &Path) -> Result<Guest> {
        let mut config = Config::new();
        config.concurrency_support(false);
        let engine = Engine::new(&config)?;
        let component = Component::from_file(&engine, file)
            .with_context(|| format!("cannot load {}", file.display()))?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        winsock_async_wasmtime::add_to_linker_sync(&mut linker)?;
        let partner = Partner::new();
        let mut floor = linker.instance("winsock:bench/floor@0.1.0")?;
        floor.func_wrap("nothing", |_, (): ()| Ok(()))?;
        floor.func_wrap("round-trip", move |_, (): ()| {
            partner.round_trip();
            Ok(())
        })?;
        let end = Arc::new(End::default());
        let of_guests = Arc::clone(&end);
        floor.func_wrap("is-over", move |_, (): ()| {
            of_guests.has_asked.store(true, Ordering::Relaxed);
            Ok((of_guests.is_over.load(Ordering::Relaxed),))
        })?;
        Ok(Guest {
            component,
            linker,
            end,
        })
    }

    /// Runs a guest on another thread, again each time it traps, and `measure` beside it.
    pub(crate) fn beside<T>(
        &self,
        lookups: &LookupEngine,
        args: &[&str],
        measure: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let End { has_asked, is_over } = &*self.end;
        has_asked.store(false, Ordering::Relaxed);
        is_over.store(false, Ordering::Relaxed);
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                loop {
                    let run = self.run(lookups, args);
                    if is_over.load(Ordering::Relaxed) {
                        return run;
                    }
                    if let Err(error) = run
                        && !error.is::<Trap>()
                    {
                        return Err(error);
                    }
                }
            });
            while !has_asked.load(Ordering::Relaxed) && !other.is_finished() {
                thread::yield_now();
            }
            let measured = measure();
            let ended_early = other.is_finished();
            is_over.store(true, Ordering::Relaxed);
            let run = other.join().expect("no panic in the host");
            if ended_early {
                run?;
                bail!("the guest has ended too early at {}", args.join(" "));
            }
            measured
        })
    }

    /// Runs the guest with these arguments against `lookups`.
    pub(crate) fn run(&self, lookups: &LookupEngine, args: &[&str]) -> Result<Samples> {
        let output = MemoryOutputPipe::new(1 << 20);
        let wasi = WasiCtx::builder()
            .arg("bench")
            .args(args)
            .stdout(output.clone())
            .inherit_stderr()
            .inherit_network()
            .allow_ip_name_lookup(true)
            .build();
        let mut store = Store::new(self.component.engine(), State::new(lookups, wasi));
        let command = Command::instantiate(&mut store, &self.component, &self.linker)?;
        if command.wasi_cli_run().call_run(&mut store)?.is_err() {
            bail!("the bench's guest failed at {}", args.join(" "));
        }
        drop(store);
        String::from_utf8(output.contents().to_vec())?
            .lines()
            .map(sample)
            .collect()
    }
}

fn sample(line: &str) -> Result<(String, f64)> {
    let (name, value) = line
        .split_once(' ')
        .with_context(|| format!("no sample: {line}"))?;
    Ok((name.to_owned(), value.parse()?))
}
