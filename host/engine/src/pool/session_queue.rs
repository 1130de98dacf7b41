//! What one session shares with the workers: its jobs on their way there, its results on their way
//! back.

use std::mem;
use std::time::Instant;

use super::job::{Finished, Job, Stage};
use super::list::LinkedQueue;
use super::lookup_wakers::LookupWakers;
use crate::judge::Judge;
use crate::metrics::Counters;
use crate::observe::SessionObservers;
use crate::sync::{
    Arc, AtomicBool, AtomicU8, AtomicUsize, Event, Fault, Mutex, MutexGuard, Ordering, SharedQueue,
    planted,
};

/// The engine went down: the session ends what is pending.
pub(crate) const CUT: u8 = 1;
/// The time of some of the session's requests is over.
pub(crate) const DUE: u8 = 2;

/// One session's way to the workers and back.
pub(crate) struct SessionQueue {
    /// Judges what comes from resolvers.
    pub(crate) judge: Arc<Judge>,
    /// The way there. Boxed, so that workers do not write beside what the guest reads. Not aligned
    /// to cache lines, which would cost each idle session up to 128 bytes.
    waiting: Box<Waiting>,
    /// Results, which only the session takes.
    pub(crate) finished: SharedQueue<Finished>,
    /// Notified when a result or a signal has come.
    pub(crate) arrived: Event,
    /// Wakes the session's lookups. A result wakes its own, a signal all.
    pub(crate) lookups: LookupWakers,
    /// Whether the session is gone.
    pub(crate) closed: AtomicBool,
    /// Signals since the session looked last: [`CUT`], [`DUE`].
    signals: AtomicU8,
    /// What the session has done; it writes, the engine reads.
    pub(crate) counters: Arc<Counters>,
    /// Tells the observers of the session.
    pub(crate) observers: SessionObservers,
    /// Whether completions can be taken; the session writes it, pollables read it.
    pub(crate) has_ready: AtomicBool,
}

/// A session's jobs that no worker has begun.
struct Waiting {
    /// The session's own lock. Held for some instructions, by its guest and the workers that serve
    /// it.
    jobs: Mutex<Jobs>,
    /// How many jobs wait: written under the lock, and read without it.
    queued: AtomicUsize,
}

/// What the session's lock protects.
struct Jobs {
    waiting: LinkedQueue<Arc<Job>>,
    /// Whether the session is in the run queue, or in the hands of somebody who puts it there, or
    /// looks for a job of it. Then a new job needs no scheduling.
    is_scheduled: bool,
}

/// What a worker found in a session's queue at the begin of its turn.
pub(super) struct Begun {
    pub(super) job: Option<Arc<Job>>,
    /// Whether more jobs wait, so that the session must enter the run queue again.
    pub(super) reschedule: bool,
}

/// What a worker does after a job.
pub(super) struct Next {
    /// Whether the job's outcome is wanted.
    pub(super) is_wanted: bool,
    /// The session's next job.
    pub(super) job: Option<Arc<Job>>,
    /// Whether the worker lingers: the session is marked as scheduled.
    pub(super) lingers: bool,
}

/// What came of a job's cancellation.
pub(super) enum Cancelled<'a> {
    /// The job is over for the workers: it was removed from the queue, or has an outcome, or needs
    /// no worker.
    Over,
    /// A worker is in the resolver with it. The worker does not leave its slot while the lock is
    /// held.
    Running(u32, JobsGuard<'a>),
}

/// The lock of a session's jobs.
pub(super) struct JobsGuard<'a>(#[allow(dead_code, reason = "it is held")] MutexGuard<'a, Jobs>);

impl SessionQueue {
    /// The size of a queued job's node. Units: bytes.
    pub(crate) const NODE_BYTES: usize = LinkedQueue::<Arc<Job>>::NODE_BYTES;

    /// The bytes of the heap that a queue holds before its first job.
    pub(crate) const BYTES: usize = size_of::<SessionQueue>() + size_of::<Waiting>();

    pub(crate) fn new(
        counters: Arc<Counters>,
        observers: SessionObservers,
        judge: Arc<Judge>,
    ) -> SessionQueue {
        SessionQueue {
            judge,
            waiting: Box::new(Waiting {
                jobs: Mutex::new(Jobs {
                    waiting: LinkedQueue::new(),
                    is_scheduled: false,
                }),
                queued: AtomicUsize::new(0),
            }),
            finished: SharedQueue::new(),
            arrived: Event::default(),
            lookups: LookupWakers::default(),
            closed: AtomicBool::new(false),
            signals: AtomicU8::new(0),
            counters,
            observers,
            has_ready: AtomicBool::new(false),
        }
    }

    /// How many jobs wait for a worker.
    pub(crate) fn queued(&self) -> usize {
        self.waiting.queued.load(Ordering::Relaxed)
    }

    /// Appends a job. True if the caller must put the session into the run queue.
    pub(super) fn push(&self, job: Arc<Job>) -> bool {
        let mut jobs = self.jobs();
        jobs.waiting.push_back_with(|place| {
            job.set_stage(Stage::Queued(place));
            job
        });
        self.note_queued(&jobs);
        !mem::replace(&mut jobs.is_scheduled, true)
    }

    /// A worker's, which took the session from the run queue: takes the first job. With `is_queued`
    /// the session is there again, for another worker.
    pub(super) fn begin(&self, slot: u32, is_queued: bool) -> Begun {
        let mut jobs = self.jobs();
        let job = self.take_first(&mut jobs, slot);
        let reschedule = !is_queued && !jobs.waiting.is_empty() && !planted(Fault::NotRescheduled);
        if !is_queued {
            jobs.is_scheduled = reschedule || planted(Fault::NotUnscheduled);
        }
        Begun { job, reschedule }
    }

    /// A worker's, back from the resolver: whether the outcome is wanted, and what comes next.
    /// There is no job if the turn is over, or other sessions are among the `waiting` ones. A
    /// worker whose job was cancelled was marked as stuck, and so gets none. With `may_linger`, a
    /// worker that no session waits for lingers.
    pub(super) fn finish(
        &self,
        job: &Job,
        slot: u32,
        waiting: Option<usize>,
        may_linger: bool,
    ) -> Next {
        let mut jobs = self.jobs();
        let is_wanted = job.stage() == Stage::Running(slot);
        if !is_wanted {
            return Next {
                is_wanted,
                job: None,
                lingers: false,
            };
        }
        job.set_stage(Stage::Done);
        let own = usize::from(jobs.is_scheduled);
        let goes_on = waiting.is_some_and(|waiting| waiting <= own);
        let next = goes_on.then(|| self.take_first(&mut jobs, slot)).flatten();
        let lingers = may_linger && next.is_none() && !jobs.is_scheduled;
        jobs.is_scheduled |= lingers;
        Next {
            is_wanted,
            job: next,
            lingers,
        }
    }

    /// Cancels a job. Its worker, if there is one, does not leave its slot until the guard is
    /// dropped.
    pub(super) fn cancel(&self, job: &Job) -> Cancelled<'_> {
        if job.cancel_async() {
            return Cancelled::Over;
        }
        let mut jobs = self.jobs();
        match job.stage() {
            Stage::Queued(place) => {
                let removed = jobs.waiting.remove(place);
                job.set_stage(Stage::Cancelled);
                self.note_queued(&jobs);
                drop(jobs);
                drop(removed);
                Cancelled::Over
            }
            Stage::Running(slot) => {
                job.set_stage(Stage::Cancelled);
                Cancelled::Running(slot, JobsGuard(jobs))
            }
            Stage::Async | Stage::Done | Stage::Cancelled => Cancelled::Over,
        }
    }

    /// Removes a job from the queue. False if it is not there.
    pub(crate) fn remove(&self, job: &Job) -> bool {
        let mut jobs = self.jobs();
        let Stage::Queued(place) = job.stage() else {
            return false;
        };
        let removed = jobs.waiting.remove(place);
        job.set_stage(Stage::Cancelled);
        self.note_queued(&jobs);
        drop(jobs);
        removed.is_some()
    }

    /// Removes all jobs that wait. The list is dropped without the lock.
    pub(crate) fn clear(&self) {
        let mut jobs = self.jobs();
        let waiting = mem::replace(&mut jobs.waiting, LinkedQueue::new());
        self.note_queued(&jobs);
        drop(jobs);
        drop(waiting);
    }

    /// Puts a result where the session finds it, and wakes the session.
    pub(super) fn deliver(&self, finished: Finished) {
        let handle = finished.job.handle;
        self.finished.push(finished);
        self.arrived.notify();
        self.lookups.wake(handle);
    }

    /// Whether there is something for the session to settle.
    pub(crate) fn has_news(&self) -> bool {
        !self.finished.is_empty() || self.signals.load(Ordering::Acquire) != 0
    }

    /// Sends the session a signal, and wakes it.
    pub(crate) fn signal(&self, signal: u8) {
        self.signals.fetch_or(signal, Ordering::Release);
        if !planted(Fault::SignalQuietly) {
            self.arrived.notify();
            self.lookups.wake_all();
        }
    }

    /// The session's: takes the signals.
    pub(crate) fn take_signals(&self) -> u8 {
        if self.signals.load(Ordering::Relaxed) == 0 {
            return 0;
        }
        self.signals.swap(0, Ordering::Acquire)
    }

    /// Parks the session's thread until there is news, or a completion that a lookup of the session
    /// has settled meanwhile. False if `deadline` came first.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
        self.arrived.block_until(|| self.is_ready(), deadline)
    }

    /// Whether a completion can probably be taken.
    pub(crate) fn is_ready(&self) -> bool {
        self.has_completion() || self.has_news()
    }

    /// Whether a completion can be taken, or the session is gone.
    pub(crate) fn has_completion(&self) -> bool {
        self.has_ready.load(Ordering::SeqCst) || self.closed.load(Ordering::SeqCst)
    }

    fn take_first(&self, jobs: &mut Jobs, slot: u32) -> Option<Arc<Job>> {
        let job = jobs.waiting.pop_front()?;
        job.set_stage(Stage::Running(slot));
        self.note_queued(jobs);
        Some(job)
    }

    fn note_queued(&self, jobs: &Jobs) {
        let queued = &self.waiting.queued;
        queued.store(jobs.waiting.len(), Ordering::Relaxed);
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.waiting.jobs.lock().expect("no holder panics")
    }
}
