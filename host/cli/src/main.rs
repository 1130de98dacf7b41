//! `winsock-async run GUEST.wasm`: runs a WebAssembly component that looks names up asynchronously.
#![warn(missing_docs)]

mod args;
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
use crate::error::Failure;

fn main() {
    // Not a return: nothing waits for threads that sit in the operating system.
    process::exit(match Cli::try_parse() {
        Ok(cli) => run(&cli.into_run()),
        Err(error) if error.use_stderr() => Failure::from(error).report(),
        // --help and --version.
        Err(error) => error.print().map_or(1, |()| 0),
    })
}

/// Runs the guest and gives the exit status.
fn run(options: &Run) -> i32 {
    let ended = match log::start(options.log).and_then(|()| run::run(options)) {
        Ok(ended) => ended,
        Err(failure) => return failure.report(),
    };
    let status = ended.status.unwrap_or_else(|failure| failure.report());
    if options.stats {
        report::write(&ended.stats, &ended.metrics);
    }
    match ended.timeline {
        Ok(()) => status,
        Err(failure) => {
            let unwritten = failure.report();
            // What went wrong with the guest says more.
            if status == 0 { unwritten } else { status }
        }
    }
}
