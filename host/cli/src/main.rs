//! `winsock-async run GUEST.wasm` runs a WebAssembly component that looks names up asynchronously.

mod args;
mod cache;
mod deadline;
mod error;
mod guest;
mod log;
mod report;
mod resolvers;
mod run;
mod timeline;

use std::process;

use clap::Parser;

use crate::args::{Cli, Run};

fn main() {
    // `exit` instead of a return: the process does not wait for threads that are in the operating
    // system.
    process::exit(match Cli::try_parse() {
        Ok(cli) => run(&cli.into_run()),
        Err(error) if error.use_stderr() => error::report(&args::refusal(error)),
        // --help and --version.
        Err(error) => error.print().map_or(1, |()| 0),
    })
}

/// Runs the guest and returns the exit status.
fn run(options: &Run) -> i32 {
    let ended = match log::start(options.log).and_then(|()| run::run(options)) {
        Ok(ended) => ended,
        Err(error) => return error::report(&error),
    };
    let status = ended.status.unwrap_or_else(|error| error::report(&error));
    if options.stats {
        report::write(&ended.stats, &ended.metrics);
    }
    match ended.timeline {
        Ok(()) => status,
        Err(error) => {
            let unwritten = error::report(&error);
            // The guest's failure is the more important of two.
            if status == 0 { unwritten } else { status }
        }
    }
}
