//! `cargo xtask soak`: guests make random requests and cancels, trap and go. At the end it checks
//! that every request is accounted for, that no completion came twice, and that memory and threads
//! have not grown.
//!
//! - A *slot* always has one guest. When the guest ends, the next one starts. `--guests` sets the
//!   number of slots. At most 8 of them, and a quarter at most, have sync stores and a thread each;
//!   the others have async stores on two threads.
//! - A *guest* is one instance with its own session. It begins a number of requests, then cleans
//!   up, returns without a clean-up, traps, or sleeps. A guest in an async store may be dropped in
//!   any call before that.
//! - A *request* counts once it has begun; `--requests` counts these. A request completes, is
//!   cancelled, or ends with a clean-up or with its guest.
//!
//! In each guest ([`soak-guest`](../guest/src/main.rs)) the model of a session judges every result.
//! Guests report counts. The host compares them with the statistics of each session and with the
//! counts of the resolver. After every tenth of the requests no guest is left, and the host checks
//! the engine, the memory and the threads.

#![forbid(unsafe_code)]

mod args;
mod guest;
mod plan;
mod process;
mod progress;
mod resolver;
mod run;
mod slot;
mod table;
mod totals;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use self::args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    println!(
        "soak --requests {} --guests {} --seed {}",
        args.requests, args.guests, args.seed
    );
    match run::run(&args) {
        Ok(outcome) => {
            print!("\n{outcome}");
            println!("\nno request lost, no completion twice");
            ExitCode::SUCCESS
        }
        Err(discrepancy) => {
            println!("\nFAILED: {discrepancy:#}");
            ExitCode::FAILURE
        }
    }
}
