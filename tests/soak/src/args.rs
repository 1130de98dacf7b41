//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Makes random requests, cancels and ends of guests, and accounts for every request.
///
/// The defaults are the documented run.
#[derive(Clone, Debug, Parser)]
#[command(name = "soak")]
pub(crate) struct Args {
    /// Requests to begin
    #[arg(long, value_name = "N", default_value_t = 10_000_000, value_parser = clap::value_parser!(u32).range(1000..1 << 28))]
    pub requests: u32,

    /// Guests at the same time
    #[arg(long, value_name = "G", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub guests: u32,

    /// Seed of the guests' calls; threads interleave them differently in each run
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// A completion that does not come within this time is lost
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub patience: u64,

    /// The guest, as `cargo xtask guests` builds it
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/guests/soak-guest.wasm"
    )]
    pub guest: PathBuf,
}

impl Args {
    /// How long a guest waits for a completion that must come.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }
}
