//! The primitives of all state that threads of the engine share.
//!
//! In a build they are those of the standard library and crossbeam. Under `--cfg loom` or
//! `--cfg shuttle` a model checker replaces them, and runs the engine's code in many orders of its
//! steps: see `models/mod.rs`.

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

/// Not checked: the counts of an `Arc` only decide when memory is freed.
pub(crate) use std::sync::{Arc, Weak};

pub(crate) use crossbeam_utils::CachePadded;

/// A time in nanoseconds, as the engine's clock counts; `u64::MAX` for a longer time.
pub(crate) fn nanoseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// How long a thread spins before it parks: about the cost of parking and waking.
pub(crate) const SPIN: std::time::Duration = std::time::Duration::from_micros(20);
