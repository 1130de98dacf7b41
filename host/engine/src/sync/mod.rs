//! What threads share here is built from these and nothing else.
//!
//! In a build they are the standard library's and crossbeam's. Under `--cfg loom` or `--cfg shuttle` they are
//! those of a model checker, which runs the protocols of this engine in every order of their steps
//! that it finds: see `models/mod.rs`.

#[cfg(any(loom, shuttle))]
mod checked;
pub(crate) mod event;
mod fault;
#[cfg(not(any(loom, shuttle)))]
mod os;

#[cfg(any(loom, shuttle))]
pub(crate) use self::checked::*;
pub(crate) use self::event::Event;
pub(crate) use self::fault::{Fault, planted};
#[cfg(test)]
pub(crate) use self::fault::{mend, plant};
#[cfg(not(any(loom, shuttle)))]
pub(crate) use self::os::*;

/// Counts of an `Arc` decide nothing here but when memory is freed, so they are not checked.
pub(crate) use std::sync::Arc;

pub(crate) use crossbeam_utils::CachePadded;

/// A time in nanoseconds, as the engine's clock counts; what is longer than that can count is the longest.
pub(crate) fn nanoseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// How long a thread spins before it parks: about what parking and waking cost.
pub(crate) const SPIN: std::time::Duration = std::time::Duration::from_micros(20);
