//! `winsock-async run GUEST.wasm` runs a WebAssembly component that looks names up asynchronously.

#![deny(unsafe_code)]

mod args;
mod cache;
mod compile;
mod compiled;
mod compose;
mod deadline;
mod ending;
mod engine;
mod error;
mod files;
mod guest;
mod http;
mod log;
mod output;
mod panics;
mod policy_trace;
mod report;
mod resolvers;
mod room;
mod run;
mod signals;
mod stall;
mod timeline;

use std::ffi::OsString;
use std::{env, process};

use anyhow::Context;
use clap::Parser;

use crate::args::{Cli, Command, Run};
use crate::ending::Ending;

fn main() {
    panics::report_in_one_line();
    let args: Vec<OsString> = env::args_os().collect();
    // `exit` instead of a return: the process does not wait for threads that are in the operating
    // system.
    process::exit(match Cli::try_parse_from(&args) {
        Ok(cli) => panics::catch(|| run(&cli.command)).unwrap_or(error::UNUSABLE),
        Err(error) if error.use_stderr() => error::report(&args::refusal(error, &args)),
        // --help and --version.
        Err(error) => error.print().map_or(1, |()| 0),
    })
}

/// Runs a command of the runner, and returns the exit status.
fn run(command: &Command) -> i32 {
    let outcome = match command {
        Command::Run(options) => run_guest(options),
        Command::Compile(options) => compile::compile(options).map(|()| 0),
        Command::Compose(options) => compose::compose(options).map(|()| 0),
    };
    outcome.unwrap_or_else(|error| error::report(&error))
}

/// Runs the guest and returns the exit status.
fn run_guest(options: &Run) -> anyhow::Result<i32> {
    let ending = Ending::default();
    room::check()?;
    log::start(options.log)?;
    let at_signal = ending.clone();
    signals::catch(move |status| {
        at_signal.end_in_time(Ok(status));
    })
    .context("cannot wait for signals")?;
    run::run(options, &ending)
}
