//! The workers: a bounded set of threads that all sessions share, and that take sessions in turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use super::Limits;
use super::job::{Finished, Job, Lane};
use super::spin::{SPIN, spin_until, spinners};
use super::sync::{
    Arc, AtomicBool, AtomicIsize, AtomicU8, AtomicU64, AtomicUsize, CachePadded, Event, Listener,
    Ordering, SharedQueue, Steal, fence, listener,
};
use crate::resolve::{Lookup, Resolver};
use crate::types::{ErrorCode, Outcome};

/// An idle time that is no longer than what parking and waking would cost. Units: nanoseconds.
const BRIEF: u64 = 2 * SPIN.as_nanos() as u64;

/// How long lanes may wait while workers are parked and those that work are not brisk.
const WATCH: Duration = Duration::from_micros(100);
/// Jobs done in that time that make waking another worker not worth it.
const BRISK: usize = 16;

/// No worker watches; one was woken to watch; one does.
const UNWATCHED: u8 = 0;
const WATCH_WANTED: u8 = 1;
const WATCHED: u8 = 2;

/// What workers and sessions share.
pub(crate) struct Pool {
    resolver: Arc<dyn Resolver>,
    /// Lanes that have jobs. A worker takes one job of the first and puts the lane at the end.
    lanes: CachePadded<SharedQueue<Arc<Lane>>>,
    /// Workers that look at `lanes` by themselves, so that nobody need be woken.
    searching: CachePadded<AtomicUsize>,
    /// Workers that are parked listen here.
    idle: Event,
    /// Whether work has come briefly after a worker had nothing more to do, so that spinning for it
    /// pays; and when one last had nothing, in nanoseconds since `start`.
    brief: AtomicBool,
    idle_since: AtomicU64,
    start: Instant,
    /// Whether a worker watches over lanes that wait while others work.
    watch: AtomicU8,
    /// Jobs that were done, for the watch.
    done: CachePadded<AtomicUsize>,
    closed: AtomicBool,
    /// Workers in a resolver with a job that was cancelled. Below 0 for a moment, when one comes back
    /// before it was counted.
    stuck: AtomicIsize,
    /// Workers that were started to replace them, and the most there may be.
    spares: AtomicUsize,
    most_spares: usize,
    /// Lanes in the queue whose sessions are gone: at least as many as there are.
    gone: AtomicUsize,
}

impl Pool {
    /// Starts the threads, and says how many there are. They are never joined: one that sits in a
    /// resolver would keep whoever waited for it.
    pub(crate) fn start(resolver: Arc<dyn Resolver>, limits: &Limits) -> (Arc<Pool>, usize) {
        let pool = Arc::new(Pool {
            resolver,
            lanes: CachePadded::new(SharedQueue::new()),
            searching: CachePadded::new(AtomicUsize::new(0)),
            idle: Event::new(),
            brief: AtomicBool::new(true),
            idle_since: AtomicU64::new(0),
            start: Instant::now(),
            watch: AtomicU8::new(UNWATCHED),
            done: CachePadded::new(AtomicUsize::new(0)),
            closed: AtomicBool::new(false),
            stuck: AtomicIsize::new(0),
            spares: AtomicUsize::new(0),
            most_spares: limits.stuck_workers,
            gone: AtomicUsize::new(0),
        });
        let started = (0..limits.workers)
            .map_while(|i| pool.spawn(format!("winsock-{i}")))
            .count();
        (pool, started)
    }

    fn spawn(self: &Arc<Self>, name: String) -> Option<()> {
        let pool = Arc::clone(self);
        thread::Builder::new()
            .name(name)
            .spawn(move || pool.work())
            .ok()
            .map(drop)
    }

    /// A worker is in the resolver with a job that was cancelled: it may never come back (`S-C7`).
    pub(crate) fn abandon_worker(self: &Arc<Self>) {
        self.stuck.fetch_add(1, Ordering::SeqCst);
        self.relieve();
    }

    /// Workers in a resolver with a job that was cancelled.
    pub(crate) fn stuck_workers(&self) -> usize {
        usize::try_from(self.stuck.load(Ordering::Relaxed)).unwrap_or(0)
    }

    #[cfg(test)]
    pub(crate) fn lanes_in_queue(&self) -> usize {
        self.lanes.len()
    }

    /// Starts a spare worker for a stuck one, if lanes wait; without them it can wait too.
    fn relieve(self: &Arc<Self>) {
        if self.lanes.is_empty() {
            return;
        }
        let wanted = self.stuck_workers().min(self.most_spares);
        let more = |spares| (spares < wanted).then_some(spares + 1);
        let started = self
            .spares
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, more);
        if started.is_ok_and(|i| self.spawn(format!("winsock-spare-{i}")).is_none()) {
            self.spares.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// A worker's, back from a job that was cancelled: whether it is to end, as spares do its work.
    fn is_surplus(&self) -> bool {
        self.stuck.fetch_sub(1, Ordering::SeqCst);
        let stuck = self.stuck_workers();
        let fewer = |spares| (spares > stuck).then(|| spares - 1);
        self.spares
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, fewer)
            .is_ok()
    }

    /// A session is gone. Its lane may wait in the queue, where nobody takes it out while all workers
    /// are stuck; such lanes are swept before they are half of it (`S-S7`).
    pub(crate) fn forget(&self, lane: &Lane) {
        lane.closed.store(true, Ordering::Relaxed);
        if !lane.queued.load(Ordering::Relaxed) {
            return;
        }
        let gone = self.gone.fetch_add(1, Ordering::Relaxed) + 1;
        let queued = self.lanes.len();
        if gone * 2 < queued {
            return;
        }
        self.gone.store(0, Ordering::Relaxed);
        for _ in 0..queued {
            let Some(lane) = self.lanes.pop() else { break };
            if !lane.closed.load(Ordering::Relaxed) {
                self.lanes.push(lane);
            }
        }
        if !self.lanes.is_empty() {
            // A worker that saw the queue empty meanwhile may have parked.
            self.wake_one();
        }
    }

    /// Lets the workers know that `lane` has jobs. Says whether a parked one had to be woken, which
    /// takes so long that nobody should spin for the result.
    pub(crate) fn offer(self: &Arc<Self>, lane: &Arc<Lane>) -> bool {
        // Both sides of `scheduled` are read-modify-writes: whoever comes second sees what the
        // other one wrote before, the job here or the empty queue in `retire`.
        if lane.scheduled.swap(true, Ordering::AcqRel) {
            return false;
        }
        self.enqueue(lane);
        let woke = self.wake_one();
        if !woke && self.stuck_workers() > 0 {
            self.relieve();
        }
        woke
    }

    /// Tells the workers to end. Those in a resolver do so when it returns.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.idle.notify(usize::MAX);
    }

    /// A worker's life.
    fn work(self: Arc<Self>) {
        while let Some(lane) = self.next_lane() {
            let goes_on = match lane.jobs.steal() {
                Steal::Success(job) if lane.jobs.is_empty() => {
                    self.retire(&lane);
                    self.run(&lane, job)
                }
                Steal::Success(job) => {
                    // Before the resolver is entered, as it may not come back.
                    self.enqueue(&lane);
                    self.call_watch();
                    self.run(&lane, job) && self.stay(&lane)
                }
                Steal::Empty => {
                    self.retire(&lane);
                    true
                }
                Steal::Retry => {
                    self.enqueue(&lane);
                    true
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Works on for a lane that is the only one in the queue: it would be its turn anyway. Says
    /// whether the worker goes on.
    fn stay(&self, lane: &Lane) -> bool {
        while lane.queued.load(Ordering::Relaxed) && self.lanes.len() == 1 {
            match lane.jobs.steal() {
                Steal::Success(job) => {
                    if !self.run(lane, job) {
                        return false;
                    }
                }
                Steal::Retry => {}
                Steal::Empty => return true,
            }
        }
        true
    }

    fn enqueue(&self, lane: &Arc<Lane>) {
        lane.queued.store(true, Ordering::Relaxed);
        self.lanes.push(Arc::clone(lane));
    }

    fn dequeue(&self) -> Option<Arc<Lane>> {
        let lane = self.lanes.pop()?;
        lane.queued.store(false, Ordering::Relaxed);
        Some(lane)
    }

    /// Takes the lane out of turn, unless a job came in meanwhile.
    fn retire(self: &Arc<Self>, lane: &Arc<Lane>) {
        lane.scheduled.swap(false, Ordering::AcqRel);
        if !lane.jobs.is_empty() {
            self.offer(lane);
        }
    }

    /// Does a job, and says whether the worker goes on.
    fn run(&self, lane: &Lane, job: Arc<Job>) -> bool {
        if !job.begin() {
            return true;
        }
        let outcome = contained(&job.lookup, || self.resolver.resolve(&job.lookup));
        self.done.fetch_add(1, Ordering::Relaxed);
        if !job.finish() {
            return !self.is_surplus();
        }
        lane.finished.push(Finished { job, outcome });
        if lane.arrived.notify(usize::MAX) > 0 {
            // Whoever was woken may be on this processor.
            thread::yield_now();
        }
        true
    }

    /// The next lane in turn; none when the pool is closed.
    fn next_lane(&self) -> Option<Arc<Lane>> {
        if self.closed.load(Ordering::Relaxed) {
            return None;
        }
        self.dequeue().or_else(|| self.search())
    }

    /// Spins, if work has come briefly after work so far, then parks, until there is a lane.
    fn search(&self) -> Option<Arc<Lane>> {
        loop {
            if self.brief.load(Ordering::Relaxed) {
                if self.searching.fetch_add(1, Ordering::SeqCst) < spinners() {
                    let closed = || self.closed.load(Ordering::Relaxed);
                    spin_until(SPIN, || !self.lanes.is_empty() || closed());
                }
                let lane = self.dequeue();
                self.stop_searching();
                if lane.is_some() {
                    return lane;
                }
            }
            // First we listen, then we look once more: whoever offers a lane either sees that
            // somebody searches, or wakes us, or we see the lane.
            listener!(self.idle => parked);
            fence(Ordering::SeqCst);
            if self.closed.load(Ordering::SeqCst) {
                return None;
            }
            if let Some(lane) = self.dequeue() {
                return Some(lane);
            }
            // A call for the watch that found nobody parked waits for the next to be idle.
            if !self.take_watch() {
                self.idle_since.store(self.now(), Ordering::Relaxed);
                parked.wait();
                let idle = self
                    .now()
                    .saturating_sub(self.idle_since.load(Ordering::Relaxed));
                self.brief.store(idle < BRIEF, Ordering::Relaxed);
                if !self.take_watch() {
                    continue;
                }
            }
            self.keep_watch();
        }
    }

    /// What was offered while we were the reason to wake nobody must not be forgotten.
    fn stop_searching(&self) {
        let others = self.searching.fetch_sub(1, Ordering::SeqCst) - 1;
        fence(Ordering::SeqCst);
        if others == 0 && !self.lanes.is_empty() {
            self.call_watch();
        }
    }

    /// Has a parked worker watch over the lanes that wait. Waking it to take a job at once would cost
    /// more than most jobs, and leave it without one when they are short; a resolver that keeps its
    /// worker is found out soon enough.
    fn call_watch(&self) {
        // Either a watcher that is about to leave sees the lane, or we see that it has left.
        fence(Ordering::SeqCst);
        if self.watch.load(Ordering::Relaxed) == UNWATCHED
            && self.change_watch(UNWATCHED, WATCH_WANTED)
        {
            self.idle.notify(1);
        }
    }

    fn take_watch(&self) -> bool {
        self.change_watch(WATCH_WANTED, WATCHED)
    }

    fn change_watch(&self, from: u8, to: u8) -> bool {
        self.watch
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::Relaxed)
            .is_ok()
    }

    /// Waits until nothing is left to watch over, or what waits needs another worker.
    fn keep_watch(&self) {
        loop {
            let done = self.done.load(Ordering::Relaxed);
            listener!(self.idle => parked);
            if self.lanes.is_empty() || self.closed.load(Ordering::SeqCst) {
                break;
            }
            let offered = parked.wait_timeout(WATCH).is_some();
            if offered || self.done.load(Ordering::Relaxed).wrapping_sub(done) < BRISK {
                break;
            }
        }
        self.watch.store(UNWATCHED, Ordering::Release);
    }

    /// Nanoseconds since the pool was made.
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Wakes a parked worker, unless one is looking anyway; says whether it did.
    fn wake_one(&self) -> bool {
        fence(Ordering::SeqCst);
        self.searching.load(Ordering::Relaxed) == 0 && self.idle.notify(1) > 0
    }
}

/// Runs a resolver's code; a panic in it is the resolver's failure, not the host's.
fn contained(lookup: &Lookup, resolve: impl FnOnce() -> Outcome) -> Outcome {
    let outcome = catch_unwind(AssertUnwindSafe(resolve)).unwrap_or(Err(ErrorCode::NoRecovery));
    lookup.checked(outcome)
}
