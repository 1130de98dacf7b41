//! Measures the time of a process that runs a guest: in the runner, and in wasmtime alone.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::Instant;

use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Cache, Config, Engine, Result, Store, ensure};
use wasmtime_wasi::p2::bindings::sync::Command as Guest;
use wasmtime_wasi::{I32Exit, WasiCtx};
use winsock_async_engine::LookupEngine;

use super::report::{Table, median};
use super::state::State;

/// Measures starts of the guest `lookup`, which ends at once when it has no arguments.
///
/// The floor is [`alone`] in this program. It runs a guest as wasmtime's runner does, with fewer
/// options to parse.
pub(crate) fn measure(runner: &Path, table: &mut Table, rounds: usize) -> Result<()> {
    const GUEST: &str = "target/guests/lookup.wasm";
    let bench = env::current_exe()?;
    let home = Home::new()?;
    let in_runner = |options: &[&str]| {
        let mut command = home.command(runner);
        command.arg("run").args(options).arg(GUEST);
        time(command)
    };
    let alone = || {
        let mut command = home.command(&bench);
        command.args(["--alone", GUEST]);
        time(command)
    };
    let first = in_runner(&[])?;
    table.floor("first start in the runner, which compiles", first, "us");
    alone()?;
    let (mut floor, mut second, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        floor.push((String::new(), alone()?));
        second.push((String::new(), in_runner(&[])?));
    }
    for _ in 0..rounds.div_ceil(10) {
        without.push((String::new(), in_runner(&["--no-cache"])?));
    }
    let (floor, second) = (median(floor), median(second));
    table.floor("start in wasmtime alone, compiled before", floor, "us");
    table.target(
        "start in the runner, compiled before",
        second,
        "us",
        floor,
        1.3,
    );
    table.floor("start in the runner, --no-cache", median(without), "us");
    Ok(())
}

/// Runs a guest as wasmtime's runner does, with its cache, and ends the process with the status of
/// the guest. The guest is linked with the lookups, which it imports, and makes none.
pub(crate) fn alone(file: &Path) -> Result<()> {
    let mut config = Config::new();
    config.cache(Some(Cache::from_file(None)?));
    let engine = Engine::new(&config)?;
    let component = Component::from_file(&engine, file)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    winsock_async_wasmtime::add_to_linker_sync(&mut linker)?;
    let wasi = WasiCtx::builder()
        .inherit_stdio()
        .arg(file.display().to_string())
        .build();
    let state = State::new(&LookupEngine::builder().build(), wasi);
    let mut store = Store::new(&engine, state);
    let guest = Guest::instantiate(&mut store, &component, &linker)?;
    let status = match guest.wasi_cli_run().call_run(&mut store) {
        Ok(result) => i32::from(result.is_err()),
        Err(error) => match error.downcast_ref() {
            Some(I32Exit(status)) => *status,
            None => return Err(error),
        },
    };
    process::exit(status)
}

/// Microseconds from the start of a process to its end. The process runs a guest without arguments.
fn time(mut command: Command) -> Result<f64> {
    let start = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("cannot start {command:?}"))?;
    let time = start.elapsed().as_secs_f64() * 1e6;
    ensure!(
        status.code() == Some(2),
        "{command:?} ended with {status}, not 2"
    );
    Ok(time)
}

/// A directory for wasmtime's cache, empty at first.
struct Home(PathBuf);

impl Home {
    fn new() -> Result<Home> {
        let home = env::temp_dir().join(format!("winsock-async-bench-{}", process::id()));
        fs::create_dir_all(&home)?;
        Ok(Home(home))
    }

    /// A command with only this home in its environment, and without input or output.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("HOME", &self.0);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A file that stays is in the system's directory for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
