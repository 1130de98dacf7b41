//! `cargo xtask soak`: random requests and cancels by guests that come, trap and go; at the end every
//! request is accounted for, nothing came twice, and the process is as it was.
//!
//! - A *slot* always has one guest; when that ends, another takes its place. There are as many slots as
//!   `--guests` says, some with sync stores and a thread each, the rest with async stores on a few
//!   threads that they share.
//! - A *guest* is one instance with a session of its own. It begins so many requests, then cleans up,
//!   returns without, traps, or sleeps; one in an async store may be dropped in any call before that.
//! - A *request* is counted once it has begun, and `--requests` counts these. It is completed, cancelled, or
//!   gone: with a clean-up, or with its guest.
//!
//! Guests check what they are told ([`soak-guest`](../guest/src/main.rs)) and report what became of
//! their requests; the host checks that against each session's statistics, the resolver's own counts, and,
//! after every tenth of the requests, when no guest is there, the engine, the memory and the threads.

#![forbid(unsafe_code)]

mod accounts;
mod guest;
mod process;
mod progress;
mod resolver;
mod run;
mod slot;
mod table;
mod verify;

use std::alloc::System;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use cap::Cap;
use clap::Parser;

/// Counts the bytes that are allocated.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Random requests, cancels and ends of guests; every request must be accounted for.
///
/// The defaults are the documented run.
#[derive(Clone, Debug, Parser)]
#[command(name = "soak")]
struct Args {
    /// Requests to begin
    #[arg(long, value_name = "N", default_value_t = 10_000_000, value_parser = clap::value_parser!(u32).range(1000..1 << 28))]
    requests: u32,

    /// Guests at a time
    #[arg(long, value_name = "G", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1000))]
    guests: u32,

    /// Guests of the same seed do the same, as far as threads allow
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// What a guest waits for must come within this time, or is lost
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    patience: u64,

    /// The guest, as `cargo xtask guests` builds it
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/guests/soak-guest.wasm"
    )]
    guest: PathBuf,
}

impl Args {
    fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    println!(
        "soak --requests {} --guests {} --seed {}",
        args.requests, args.guests, args.seed
    );
    match run::run(&args) {
        Ok(outcome) => {
            print!("\n{outcome}");
            println!("\nnothing lost, nothing twice");
            ExitCode::SUCCESS
        }
        Err(discrepancy) => {
            println!("\nFAILED: {discrepancy:#}");
            ExitCode::FAILURE
        }
    }
}
