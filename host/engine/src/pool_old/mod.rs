//! The workers: a bounded set of threads that all sessions share, and that take sessions in turn.

mod idle;
pub(crate) mod job;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
mod posts;
mod search;
mod spares;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod timekeeper;

pub(crate) use self::job::Lane as SessionQueue;
use self::job::{Finished, Job, Lane, Shift};
use self::posts::Posts;
use self::search::Search;
use self::spares::Spares;
pub(crate) use self::timekeeper::Alarm;
use self::timekeeper::Timekeeper;
use crate::judge::Judge;
use crate::limits::Limits;
use crate::lookup::Resolver;
use crate::observe::RunsOn;
use crate::panics::catch_panic;
use crate::sync::{
    Arc, AtomicBool, AtomicUsize, CachePadded, Clock, Fault, Ordering, SharedQueue, Steal, planted,
    thread,
};
use crate::types::ErrorCode;

pub(crate) mod session_queue {
    pub(crate) use super::job::CUT;
}

/// What the workers are at.
pub(crate) struct Status {
    pub(crate) busy: usize,
    pub(crate) stuck: usize,
    pub(crate) extra: usize,
}

/// What workers and sessions share.
pub(crate) struct Pool {
    resolver: Arc<dyn Resolver>,
    judge: Arc<Judge>,
    /// Lanes that have jobs. A worker takes one job of the first and puts the lane at the end.
    lanes: CachePadded<SharedQueue<Arc<Lane>>>,
    /// Jobs that were done, for the watch.
    done: CachePadded<AtomicUsize>,
    search: Search,
    posts: Posts,
    spares: Spares,
    timekeeper: Timekeeper,
    closed: AtomicBool,
    /// Lanes in the queue whose sessions are gone, but for those that a worker had in its hands.
    gone: AtomicUsize,
}

impl Pool {
    /// Starts the threads, and says how many there are. They are never joined: one that sits in a
    /// resolver would keep whoever waited for it.
    pub(crate) fn start(
        resolver: Arc<dyn Resolver>,
        judge: Arc<Judge>,
        limits: &Limits,
        clock: Clock,
    ) -> (Arc<Pool>, usize) {
        let workers = limits.workers.min(posts::MOST);
        let spares = limits.max_extra_workers.min(posts::MOST - workers);
        let pool = Arc::new(Pool {
            resolver,
            judge,
            lanes: CachePadded::new(SharedQueue::new()),
            done: CachePadded::new(AtomicUsize::new(0)),
            search: Search::default(),
            // Whoever ends gives back its post before another can be started in its place. A model has a
            // worker of its own.
            posts: Posts::new(workers + spares + usize::from(cfg!(any(loom, shuttle)))),
            spares: Spares::new(workers, spares, limits.max_workers_per_session),
            timekeeper: Timekeeper::new(clock, limits.stuck_after),
            closed: AtomicBool::new(false),
            gone: AtomicUsize::new(0),
        });
        let started = (0..workers)
            .map_while(|i| pool.spawn(format!("winsock-{i}")))
            .count();
        (pool, started)
    }

    fn spawn(self: &Arc<Self>, name: String) -> Option<()> {
        if planted(Fault::NoThread) {
            return None;
        }
        let pool = Arc::clone(self);
        thread::Builder::new()
            .name(name)
            .spawn(move || pool.work())
            .ok()
            .map(drop)
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            busy: self.busy_workers(),
            stuck: self.stuck_workers(),
            extra: self.spare_workers(),
        }
    }

    /// Workers that are at a lookup, or on their way to or from one.
    pub(crate) fn busy_workers(&self) -> usize {
        self.search.busy()
    }

    /// Does a job as a worker would.
    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn work_once(self: &Arc<Self>, lane: &Arc<Lane>, job: Arc<Job>) {
        let post = self.posts.take().expect("a worker that is free");
        let shift = self.begin(post, lane);
        self.run(shift, lane, job);
        self.posts.give_back(post);
    }

    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn lanes_in_queue(&self) -> usize {
        self.lanes.len()
    }

    /// A session is gone. Its lane may wait in the queue, where nobody takes it out while all workers
    /// are stuck; such lanes are swept before they are half of it (`S-S7`).
    pub(crate) fn forget(self: &Arc<Self>, lane: &Lane) {
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
        // Whoever saw the queue empty meanwhile may have parked, or started no spare for any of these.
        if !self.lanes.is_empty() {
            self.summon();
            self.relieve();
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
        self.call_for_worker()
    }

    /// Calls a worker for a lane that was put into the queue: a parked one, which it wakes, or
    /// a spare for one that is relieved. Says whether a parked one was woken.
    fn call_for_worker(self: &Arc<Self>) -> bool {
        let woke = self.summon();
        if !woke {
            self.relieve();
        }
        woke
    }

    /// Tells the workers to end. Those in a resolver do so when it returns.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if !planted(Fault::CloseQuietly) {
            self.search.idle.wake_all();
        }
        self.timekeeper.wake();
    }

    /// A worker's life. One without a post is one too many.
    fn work(self: Arc<Self>) {
        if let Some(post) = self.posts.take() {
            self.work_at(post);
        }
    }

    fn work_at(self: &Arc<Self>, post: u16) {
        self.search.awake.fetch_add(1, Ordering::Relaxed);
        while let Some(lane) = self.next_lane(post) {
            if self.is_at_its_share(&lane) {
                self.set_aside(&lane);
                continue;
            }
            match lane.jobs.steal() {
                Steal::Success(job) => {
                    // Before others can take the lane, so that they see one worker more at it.
                    let shift = self.begin(post, &lane);
                    if lane.jobs.is_empty() {
                        self.retire(&lane);
                        self.run(shift, &lane, job);
                    } else {
                        // Before the resolver is entered, as it may not come back.
                        self.enqueue(&lane);
                        self.call_for_worker();
                        self.run(shift, &lane, job);
                        self.stay(post, &lane);
                    }
                }
                Steal::Empty => self.retire(&lane),
                Steal::Retry => self.enqueue(&lane),
            }
        }
        self.search.awake.fetch_sub(1, Ordering::Relaxed);
    }

    /// Works on for a lane that is the only one in the queue: it would be its turn anyway. Not where there are
    /// spares, as whoever does not take the lane itself does not count who is at it.
    fn stay(self: &Arc<Self>, post: u16, lane: &Arc<Lane>) {
        while lane.queued.load(Ordering::Relaxed)
            && self.lanes.len() == 1
            && self.spare_workers() == 0
        {
            match lane.jobs.steal() {
                Steal::Success(job) => self.run(self.begin(post, lane), lane, job),
                Steal::Retry => {}
                Steal::Empty => return,
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
    fn retire(self: &Arc<Self>, lane: &Arc<Lane>) {
        let order = if planted(Fault::RetireWithoutOrder) {
            Ordering::Relaxed
        } else {
            Ordering::AcqRel
        };
        lane.scheduled.swap(false, order);
        if !planted(Fault::RetireWithoutLooking) {
            self.readmit(lane);
        }
    }

    /// Takes a lane out of turn although it may have jobs, as its session has enough workers. One of those that
    /// leaves readmits it: it sees that the lane is aside, or this sees that it has left.
    fn set_aside(self: &Arc<Self>, lane: &Arc<Lane>) {
        lane.scheduled.swap(false, Ordering::AcqRel);
        lane.is_aside.store(true, Ordering::Release);
        if !planted(Fault::SetAsideWithoutLooking) && !self.is_still_at_its_share(lane) {
            self.end_aside(lane);
        }
    }

    #[cold]
    fn end_aside(self: &Arc<Self>, lane: &Arc<Lane>) {
        if lane.is_aside.swap(false, Ordering::AcqRel) {
            self.readmit(lane);
        }
    }

    /// Gives a lane that is out of turn its turn, if it has jobs.
    fn readmit(self: &Arc<Self>, lane: &Arc<Lane>) {
        if !lane.jobs.is_empty() {
            self.offer(lane);
        }
    }

    /// Begins a shift for a job of this lane.
    fn begin(self: &Arc<Self>, post: u16, lane: &Lane) -> Shift {
        let shift = self.posts.enter(post, lane.observers.session());
        self.be_watched();
        shift
    }

    /// Does a job, and ends the shift.
    fn run(self: &Arc<Self>, shift: Shift, lane: &Arc<Lane>, job: Arc<Job>) {
        self.serve(shift, lane, job);
        self.leave(shift, lane);
    }

    fn leave(self: &Arc<Self>, shift: Shift, lane: &Arc<Lane>) {
        if self.posts.leave(shift) {
            self.spares.come_back();
        }
        if lane.is_aside.load(Ordering::Relaxed) {
            self.end_aside(lane);
        }
    }

    fn serve(&self, shift: Shift, lane: &Lane, job: Arc<Job>) {
        if !job.begin(shift) {
            return;
        }
        lane.observers.start(job.handle, RunsOn::Worker);
        // A panic in it is the resolver's failure, not the host's.
        let outcome = catch_panic(|| self.resolver.resolve_blocking(&job.lookup))
            .unwrap_or(Err(ErrorCode::NoRecovery));
        let verdict = self.judge.verdict(&job.lookup, outcome);
        lane.observers.finish(job.handle, RunsOn::Worker);
        self.done.fetch_add(1, Ordering::Relaxed);
        if !job.finish(shift) {
            return;
        }
        lane.finished.push(Finished { job, verdict });
        if lane.arrived.notify() {
            // Whoever was woken may be on this processor.
            thread::yield_now();
        }
    }
}
