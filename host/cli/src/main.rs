//! `winsock-async run GUEST.wasm` runs a WebAssembly component that looks names up asynchronously.

mod args;
mod cache;
mod deadline;
mod ending;
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

use std::process;

use anyhow::Context;
use clap::Parser;

use crate::args::{Cli, Run};
use crate::ending::Ending;

fn main() {
    panics::report_in_one_line();
    // `exit` instead of a return: the process does not wait for threads that are in the operating
    // system.
    process::exit(match Cli::try_parse() {
        Ok(cli) => panics::catch(|| run(&cli.into_run())).unwrap_or(error::UNUSABLE),
        Err(error) if error.use_stderr() => error::report(&args::refusal(error)),
        // --help and --version.
        Err(error) => error.print().map_or(1, |()| 0),
    })
}

/// Runs the guest and returns the exit status.
fn run(options: &Run) -> i32 {
    let ending = Ending::default();
    let started = room::check()
        .and_then(|()| log::start(options.log))
        .and_then(|()| {
            let ending = ending.clone();
            let end = move |status| {
                ending.end_in_time(Ok(status));
            };
            signals::catch(end).context("cannot wait for signals")
        });
    let outcome = started.and_then(|()| run::run(options, &ending));
    outcome.unwrap_or_else(|error| error::report(&error))
}
