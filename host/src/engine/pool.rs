//! The workers: a bounded set of threads that all sessions share, and that take sessions in turn.

use std::hint;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use super::job::{Finished, Job, Lane};
use super::sync::{
    Arc, AtomicBool, AtomicUsize, CachePadded, Event, Listener, Ordering, SharedQueue, Steal,
    fence, listener,
};
use crate::resolve::{Lookup, Resolver};
use crate::types::{ErrorCode, Outcome};

/// How long a thread looks out for work before it parks: about what it costs to park and be woken.
pub(crate) const SPIN: Duration = Duration::from_micros(20);

/// What workers and sessions share.
pub(crate) struct Pool {
    resolver: Arc<dyn Resolver>,
    /// Lanes that have jobs. A worker takes one job of the first and puts the lane at the end.
    lanes: CachePadded<SharedQueue<Arc<Lane>>>,
    /// Workers that look at `lanes` by themselves, so that nobody need be woken.
    searching: CachePadded<AtomicUsize>,
    /// Workers that are parked listen here.
    idle: Event,
    closed: AtomicBool,
}

impl Pool {
    /// Starts up to `workers` threads, and says how many there are. They are never joined: one that
    /// sits in a resolver would keep whoever waited for it.
    pub(crate) fn start(resolver: Arc<dyn Resolver>, workers: usize) -> (Arc<Pool>, usize) {
        let pool = Arc::new(Pool {
            resolver,
            lanes: CachePadded::new(SharedQueue::new()),
            searching: CachePadded::new(AtomicUsize::new(0)),
            idle: Event::new(),
            closed: AtomicBool::new(false),
        });
        let started = (0..workers)
            .map_while(|i| {
                let pool = Arc::clone(&pool);
                thread::Builder::new()
                    .name(format!("winsock-{i}"))
                    .spawn(move || pool.work())
                    .ok()
            })
            .count();
        (pool, started)
    }

    /// Lets the workers know that `lane` has jobs. Says whether a parked one had to be woken, which
    /// takes so long that nobody should spin for the result.
    pub(crate) fn offer(&self, lane: &Arc<Lane>) -> bool {
        // Both sides of `scheduled` are read-modify-writes: whoever comes second sees what the
        // other one wrote before, the job here or the empty queue in `retire`.
        let idle = !lane.scheduled.swap(true, Ordering::AcqRel);
        if idle {
            self.enqueue(lane);
        }
        idle && self.wake_one()
    }

    /// Tells the workers to end. Those in a resolver do so when it returns.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.idle.notify(usize::MAX);
    }

    /// A worker's life.
    fn work(&self) {
        while let Some(lane) = self.next_lane() {
            match lane.jobs.steal() {
                Steal::Success(job) if lane.jobs.is_empty() => {
                    self.retire(&lane);
                    self.run(&lane, job);
                }
                Steal::Success(job) => {
                    // Before the resolver is entered, as it may not come back.
                    self.enqueue(&lane);
                    self.wake_one();
                    self.run(&lane, job);
                    self.stay(&lane);
                }
                Steal::Empty => self.retire(&lane),
                Steal::Retry => self.enqueue(&lane),
            }
        }
    }

    /// Works on for a lane that is the only one in the queue: it would be its turn anyway.
    fn stay(&self, lane: &Lane) {
        while lane.queued.load(Ordering::Relaxed) && self.lanes.len() == 1 {
            match lane.jobs.steal() {
                Steal::Success(job) => self.run(lane, job),
                Steal::Empty => return,
                Steal::Retry => {}
            }
        }
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
    fn retire(&self, lane: &Arc<Lane>) {
        lane.scheduled.swap(false, Ordering::AcqRel);
        if !lane.jobs.is_empty() {
            self.offer(lane);
        }
    }

    fn run(&self, lane: &Lane, job: Arc<Job>) {
        if job.is_cancelled() {
            return;
        }
        let outcome = contained(&job.lookup, || self.resolver.resolve(&job.lookup));
        if job.is_cancelled() {
            return;
        }
        lane.finished.push(Finished { job, outcome });
        lane.arrived.notify(usize::MAX);
    }

    /// The next lane in turn; none when the pool is closed.
    fn next_lane(&self) -> Option<Arc<Lane>> {
        if self.closed.load(Ordering::Relaxed) {
            return None;
        }
        self.dequeue().or_else(|| self.search())
    }

    /// Spins, then parks, until there is a lane.
    fn search(&self) -> Option<Arc<Lane>> {
        loop {
            if self.searching.fetch_add(1, Ordering::SeqCst) < spinners() {
                spin_until(SPIN, || {
                    !self.lanes.is_empty() || self.closed.load(Ordering::Relaxed)
                });
            }
            if let Some(lane) = self.dequeue() {
                self.stop_searching();
                return Some(lane);
            }
            // First we listen, then we stop counting as searching, then we look once more: whoever
            // offers a lane either sees that somebody searches, and then we see the lane, or wakes us.
            listener!(self.idle => parked);
            self.stop_searching();
            if self.closed.load(Ordering::SeqCst) {
                return None;
            }
            if let Some(lane) = self.dequeue() {
                return Some(lane);
            }
            parked.wait();
        }
    }

    /// What was offered while we were the reason to wake nobody, others must be woken for.
    fn stop_searching(&self) {
        let others = self.searching.fetch_sub(1, Ordering::SeqCst) - 1;
        fence(Ordering::SeqCst);
        if others == 0 && !self.lanes.is_empty() {
            self.idle.notify(1);
        }
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

/// Looks at `ready` for a while; says what it was in the end.
pub(crate) fn spin_until(limit: Duration, ready: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    loop {
        for _ in 0..32 {
            if ready() {
                return true;
            }
            hint::spin_loop();
        }
        if start.elapsed() >= limit {
            return ready();
        }
    }
}

/// Threads of each kind that may spin at a time: with one processor, it has better things to do.
pub(crate) fn spinners() -> usize {
    use std::sync::OnceLock;
    static SPINNERS: OnceLock<usize> = OnceLock::new();
    *SPINNERS.get_or_init(|| thread::available_parallelism().map_or(0, |n| n.get() / 2))
}
