//! One lookup that a session asked for, and its result.

use crate::judge::Verdict;
use crate::lookup::Lookup;
use crate::sync::{Arc, AtomicU64, Ordering};
use crate::types::TaskHandle;

/// A lookup of one session, for a worker or for a resolver with threads of its own.
///
/// The stage comes first: it is written to, and so shares the cache line of the `Arc`'s counts.
#[repr(C)]
pub(crate) struct Job {
    /// A [`Stage`]. For workers it is read and written under the lock of the session's jobs only.
    stage: AtomicU64,
    pub(crate) handle: TaskHandle,
    pub(crate) tag: u64,
    /// When the guest asked, in nanoseconds of the engine's clock; 0 if nobody measures.
    pub(crate) asked_at: u64,
    pub(crate) lookup: Lookup,
}

/// Where a job is. It decides nothing for the guest: the session does (`S-C8`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits in its session's queue, at this place.
    Queued(u32),
    /// A worker is in the resolver with it; the number is the worker's slot.
    Running(u32),
    /// A resolver that needs no worker has it.
    Async,
    /// Its outcome is known.
    Done,
    /// Nobody wants its outcome.
    Cancelled,
}

const QUEUED: u64 = 0;
const RUNNING: u64 = 1;
const ASYNC: u64 = 2;
const DONE: u64 = 3;
const CANCELLED: u64 = 4;
const KIND_BITS: u32 = 3;
const KIND: u64 = (1 << KIND_BITS) - 1;

impl Stage {
    fn word(self) -> u64 {
        match self {
            Stage::Queued(place) => u64::from(place) << KIND_BITS | QUEUED,
            Stage::Running(slot) => u64::from(slot) << KIND_BITS | RUNNING,
            Stage::Async => ASYNC,
            Stage::Done => DONE,
            Stage::Cancelled => CANCELLED,
        }
    }

    fn of(word: u64) -> Stage {
        let number = (word >> KIND_BITS) as u32;
        match word & KIND {
            QUEUED => Stage::Queued(number),
            RUNNING => Stage::Running(number),
            ASYNC => Stage::Async,
            DONE => Stage::Done,
            _ => Stage::Cancelled,
        }
    }
}

impl Job {
    /// A job for a worker. [`Pool::push`](super::Pool::push) queues it.
    pub(crate) fn new(handle: TaskHandle, tag: u64, asked_at: u64, lookup: Lookup) -> Job {
        Job {
            stage: AtomicU64::new(Stage::Done.word()),
            handle,
            tag,
            asked_at,
            lookup,
        }
    }

    /// A job for a resolver that needs no worker.
    pub(crate) fn new_async(handle: TaskHandle, tag: u64, asked_at: u64, lookup: Lookup) -> Job {
        Job {
            stage: AtomicU64::new(Stage::Async.word()),
            ..Job::new(handle, tag, asked_at, lookup)
        }
    }

    /// Marks an async job as done. False if it was cancelled.
    pub(crate) fn finish_async(&self) -> bool {
        self.change(Stage::Async, Stage::Done)
    }

    /// Marks an async job as cancelled. False if it is done, or is a worker's.
    pub(super) fn cancel_async(&self) -> bool {
        self.change(Stage::Async, Stage::Cancelled)
    }

    /// Whether nobody wants the outcome any more. For async jobs.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.stage() == Stage::Cancelled
    }

    /// Whether no worker has begun it. Its session's guest asks, after it has removed all that wait
    /// from the queue.
    pub(crate) fn is_queued(&self) -> bool {
        matches!(self.stage(), Stage::Queued(_))
    }

    pub(super) fn stage(&self) -> Stage {
        Stage::of(self.stage.load(Ordering::Relaxed))
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        self.stage.store(stage.word(), Ordering::Relaxed);
    }

    fn change(&self, from: Stage, to: Stage) -> bool {
        self.stage
            .compare_exchange(from.word(), to.word(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }
}

/// What a worker or a resolver found out.
pub(crate) struct Finished {
    pub(crate) job: Arc<Job>,
    pub(crate) verdict: Verdict,
}
