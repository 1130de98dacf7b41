//! Counters of a session and of an engine, and their snapshots.

mod counter;
mod counters;
mod engine;
mod histogram;
mod requests;

pub(crate) use self::counters::Counters;
pub use self::engine::Metrics;
pub use self::histogram::LatencyHistogram;
pub use self::requests::RequestStats;
