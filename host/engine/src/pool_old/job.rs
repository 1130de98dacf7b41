//! What a session shares with the workers: its jobs, and the lane they travel on.

use std::time::Instant;

use crate::judge::{Judge, Verdict};
use crate::lookup::Lookup;
use crate::metrics::Counters;
use crate::observe::SessionObservers;
use crate::sync::Event;
use crate::sync::{
    Arc, AtomicBool, AtomicU8, AtomicU64, CachePadded, Fault, Ordering, SharedQueue, Stealer,
    planted,
};
use crate::types::TaskHandle;

/// A lookup that a worker does for a session.
///
/// What is written to comes first, so that it lies beside the `Arc`'s counts, which are too: a line of
/// memory travels between two processors once, not twice.
#[repr(C)]
pub(crate) struct Job {
    /// Where it is, and in its upper bits, while it runs, the shift of the worker that is in it.
    stage: AtomicU64,
    pub(crate) handle: TaskHandle,
    pub(crate) tag: u64,
    /// When it was asked for, in nanoseconds of the engine's clock; 0 when nobody measures.
    pub(crate) asked_at: u64,
    pub(crate) lookup: Lookup,
}

const QUEUED: u64 = 0;
const RUNNING: u64 = 1;
const DONE: u64 = 2;
const CANCELLED: u64 = 3;
/// A resolver that needs no worker is at work on it.
const ASKED: u64 = 4;
const STAGE_BITS: u32 = 3;

/// One worker's stay in the resolver, which no other has been or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    /// Where the worker can be found.
    pub(crate) post: u16,
    /// How many shifts there were at that post before, modulo [`Shift::TURNS`].
    pub(crate) turn: u64,
}

impl Shift {
    pub(crate) const TURNS: u64 = 1 << (u64::BITS - STAGE_BITS - u16::BITS);

    fn running(self) -> u64 {
        (self.turn << u16::BITS | u64::from(self.post)) << STAGE_BITS | RUNNING
    }

    fn of(stage: u64) -> Shift {
        let shift = stage >> STAGE_BITS;
        Shift {
            post: shift as u16,
            turn: shift >> u16::BITS,
        }
    }
}

/// Where a job was when it was cancelled.
#[derive(PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// No worker had begun with it; it is still in the queue, or was just taken from it.
    Queued,
    /// A worker is in the resolver with it, for how long nobody knows.
    Running(Shift),
    /// Its result is there or will be in a moment, or comes from a resolver that needs no worker.
    Done,
}

/// The stage tells workers what need not be done. It decides nothing: the session does.
impl Job {
    pub(crate) fn new(handle: TaskHandle, tag: u64, asked_at: u64, lookup: Lookup) -> Job {
        Job {
            stage: AtomicU64::new(QUEUED),
            handle,
            tag,
            asked_at,
            lookup,
        }
    }

    /// One that never waits for a worker.
    pub(crate) fn asked(handle: TaskHandle, tag: u64, asked_at: u64, lookup: Lookup) -> Job {
        Job {
            stage: AtomicU64::new(ASKED),
            ..Job::new(handle, tag, asked_at, lookup)
        }
    }

    /// A worker's: whether it is to go to the resolver. No for a cancelled job.
    pub(crate) fn begin(&self, shift: Shift) -> bool {
        self.change(QUEUED, shift.running())
    }

    /// Back from the resolver: whether anybody wants the result. If not, the job was cancelled while it
    /// ran.
    pub(crate) fn finish(&self, shift: Shift) -> bool {
        self.change(shift.running(), DONE)
    }

    /// The same of one that no worker was in.
    pub(crate) fn finish_asked(&self) -> bool {
        self.change(ASKED, DONE)
    }

    /// The session's: nobody wants the result any more.
    pub(crate) fn cancel(&self) -> Cancelled {
        // Acquires what `begin` releases: the worker is at its post, where it is to be marked.
        let stage = self.stage.swap(CANCELLED, Ordering::AcqRel);
        match stage & ((1 << STAGE_BITS) - 1) {
            QUEUED => Cancelled::Queued,
            RUNNING => Cancelled::Running(Shift::of(stage)),
            _ => Cancelled::Done,
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.stage.load(Ordering::Relaxed) == CANCELLED
    }

    fn change(&self, from: u64, to: u64) -> bool {
        self.stage
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }
}

/// What a worker found out.
pub(crate) struct Finished {
    pub(crate) job: Arc<Job>,
    pub(crate) verdict: Verdict,
}

/// The engine went down: the session ends what is pending.
pub(crate) const CUT: u8 = 1;
/// Time is over for some of the session's requests.
pub(crate) const DUE: u8 = 2;

/// One session's way to the workers and back.
pub(crate) struct Lane {
    /// Judges results that come from no worker.
    pub(crate) judge: Arc<Judge>,
    /// Jobs, which the session pushes at the other end.
    pub(crate) jobs: Stealer<Arc<Job>>,
    /// Results, which only the session takes.
    pub(crate) finished: SharedQueue<Finished>,
    /// Tells whoever waits for the session that a result has come.
    pub(crate) arrived: Event,
    /// Whether the lane has its turn coming: it waits in the pool's queue, or a worker that took it
    /// from there will put it back or retire it.
    pub(crate) scheduled: CachePadded<AtomicBool>,
    /// Whether the lane waits in the pool's queue.
    pub(crate) queued: AtomicBool,
    /// Whether the lane was taken out of turn though it may have jobs, as its session has enough workers.
    pub(crate) is_aside: AtomicBool,
    /// Whether the session is gone.
    pub(crate) closed: AtomicBool,
    /// What the session was told since it looked last: [`CUT`], [`DUE`].
    signals: AtomicU8,
    /// What the session has done; it writes, the engine reads.
    pub(crate) counters: Arc<Counters>,
    /// Tells whoever observes the session.
    pub(crate) observers: SessionObservers,
    /// Whether the session has completions to be taken; the session writes it, pollables read it.
    pub(crate) has_ready: AtomicBool,
}

impl Lane {
    pub(crate) fn new(
        jobs: Stealer<Arc<Job>>,
        counters: Arc<Counters>,
        observers: SessionObservers,
        judge: Arc<Judge>,
    ) -> Lane {
        Lane {
            judge,
            jobs,
            finished: SharedQueue::new(),
            arrived: Event::default(),
            scheduled: CachePadded::new(AtomicBool::new(false)),
            queued: AtomicBool::new(false),
            is_aside: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            signals: AtomicU8::new(0),
            counters,
            observers,
            has_ready: AtomicBool::new(false),
        }
    }

    pub(crate) fn queued(&self) -> usize {
        self.jobs.len()
    }

    /// Whether there is something for the session to settle.
    pub(crate) fn has_news(&self) -> bool {
        !self.finished.is_empty() || self.signals.load(Ordering::Acquire) != 0
    }

    /// Tells the session something, and wakes whoever waits for it.
    pub(crate) fn signal(&self, signal: u8) {
        self.signals.fetch_or(signal, Ordering::Release);
        if !planted(Fault::SignalQuietly) {
            self.arrived.notify();
        }
    }

    /// The session's: what it was told.
    pub(crate) fn take_signals(&self) -> u8 {
        if self.signals.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        self.signals.swap(0, Ordering::Acquire)
    }

    /// Parks the session's thread until there are news; false if the time was over first.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
        self.arrived.block_until(|| self.has_news(), deadline)
    }

    /// Whether a completion can probably be taken.
    pub(crate) fn is_ready(&self) -> bool {
        self.has_ready.load(Ordering::SeqCst)
            || self.has_news()
            || self.closed.load(Ordering::SeqCst)
    }
}
