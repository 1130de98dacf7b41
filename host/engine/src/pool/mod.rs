//! The workers: a bounded number of threads that take sessions in turn. See `README.md` beside this
//! file.

pub(crate) mod job;
mod list;
mod lookup_wakers;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
pub(crate) mod session_queue;
mod state;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod thresholds;
mod watchdog;

use std::time::Duration;

use self::job::{Finished, Job};
pub(crate) use self::session_queue::SessionQueue;
use self::session_queue::{Begun, Cancelled};
pub(crate) use self::state::SessionKey;
use self::state::{Call, State, Turn};
pub(crate) use self::thresholds::Alarm;
use self::thresholds::Thresholds;
use crate::limits::{Limits, Share};
use crate::lookup::Resolver;
use crate::observe::RunsOn;
use crate::panics::catch_panic;
use crate::sync::{
    Arc, AtomicBool, AtomicUsize, CachePadded, Clock, Condvar, Fault, Mutex, MutexGuard, Ordering,
    SPIN, nanoseconds, planted, spin_until, spinners, thread,
};
use crate::types::ErrorCode;

/// How long a worker takes one job after the other of one session.
const TURN: Duration = Duration::from_micros(50);

/// The most threads of one pool.
const MAX_THREADS: usize = 1 << u16::BITS;

/// What workers and sessions share: a monitor.
pub(crate) struct Pool {
    resolver: Arc<dyn Resolver>,
    clock: Clock,
    /// Whether it may start threads. If not, calls of sessions do the watchdog's work.
    pub(crate) has_threads: bool,
    state: CachePadded<Mutex<State>>,
    /// Idle workers wait here for sessions.
    work_came: Condvar,
    /// The watchdog waits here for its next scan.
    look_came: Condvar,
    hints: CachePadded<Hints>,
}

/// Parts of the state that threads read without the lock. Written under the lock, and only when
/// they change.
#[derive(Default)]
struct Hints {
    /// Sessions in the run queue; 1 if the pool is closed, so that nobody spins on.
    waiting: AtomicUsize,
    replaced: AtomicUsize,
    /// Whether the watchdog is needed, and could not be started.
    lacks_watchdog: AtomicBool,
}

impl Hints {
    /// Writes the hints that have changed.
    fn publish(&self, state: &State) {
        let set = |hint: &AtomicUsize, value| {
            if hint.load(Ordering::Relaxed) != value {
                hint.store(value, Ordering::Relaxed);
            }
        };
        set(
            &self.waiting,
            state.waiting().max(usize::from(state.is_closed)),
        );
        set(&self.replaced, state.replaced);
        let start_failed = state.watchdog.start_failed;
        if self.lacks_watchdog.load(Ordering::Relaxed) != start_failed {
            self.lacks_watchdog.store(start_failed, Ordering::Relaxed);
        }
    }
}

/// What workers are at now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// Workers that are at a lookup, or on their way to or from one.
    pub(crate) busy: usize,
    /// Workers whose lookup was cancelled, or takes longer than `stuck_after`.
    pub(crate) stuck: usize,
    /// Those, and slow ones: as many extra workers may take their place.
    pub(crate) replaced: usize,
    /// Extra workers.
    pub(crate) extra: usize,
}

impl Pool {
    /// Starts the workers, and returns how many there are. Nobody joins them: one that sits in a
    /// resolver would keep the thread that joins it.
    pub(crate) fn start(
        resolver: Arc<dyn Resolver>,
        limits: &Limits,
        clock: Clock,
        has_threads: bool,
    ) -> (Arc<Pool>, usize) {
        let most = if has_threads { MAX_THREADS } else { 0 };
        let workers = limits.workers.min(most);
        let max_extra = limits.max_extra_workers.min(most - workers);
        let share = Share {
            // A model has a worker of its own.
            workers: workers + max_extra + usize::from(cfg!(any(loom, shuttle))),
            per_session: limits.max_workers_per_session.max(1),
            started: workers,
        };
        let thresholds = Thresholds::new(limits.stuck_after);
        let pool = Arc::new(Pool {
            resolver,
            clock,
            has_threads,
            state: CachePadded::new(Mutex::new(State::new(share, max_extra, thresholds))),
            work_came: Condvar::new(),
            look_came: Condvar::new(),
            hints: CachePadded::default(),
        });
        let started = (0..workers)
            .take_while(|i| pool.spawn(format!("winsock-{i}"), Pool::work))
            .count();
        pool.lock().share.workers -= workers - started;
        (pool, started)
    }

    /// Starts a thread. False if it cannot be started.
    fn spawn(self: &Arc<Self>, name: String, run: fn(&Arc<Self>)) -> bool {
        if planted(Fault::NoThread) {
            return false;
        }
        let pool = Arc::clone(self);
        let builder = thread::Builder::new().name(name);
        builder.spawn(move || run(&pool)).is_ok()
    }

    /// Has the threads end. Those in a resolver end when it returns.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        self.hints.publish(&state);
        drop(state);
        if !planted(Fault::CloseQuietly) {
            self.work_came.notify_all();
        }
        self.look_came.notify_all();
    }

    /// Adds a session.
    pub(crate) fn add(&self, queue: &Arc<SessionQueue>) -> SessionKey {
        self.lock().add(Arc::clone(queue))
    }

    /// Removes a session (`S-S7`). Its jobs are cancelled by then.
    pub(crate) fn remove(self: &Arc<Self>, session: SessionKey) {
        let mut state = self.lock();
        let queue = state.remove(session);
        self.release(state);
        drop(queue);
    }

    /// Queues a job. True if an idle worker had to be woken, which takes so long that spinning for
    /// the result does not pay.
    pub(crate) fn push(
        self: &Arc<Self>,
        session: SessionKey,
        queue: &SessionQueue,
        job: Arc<Job>,
    ) -> bool {
        self.ensure_watchdog();
        queue.push(job) && self.schedule(session)
    }

    /// Cancels a job. A worker that is in the resolver with it is stuck from here on (`S-C7`).
    pub(crate) fn cancel(self: &Arc<Self>, queue: &SessionQueue, job: &Job) {
        if let Cancelled::Running(slot, jobs) = queue.cancel(job) {
            let held = (!planted(Fault::MarkUnlocked)).then_some(jobs);
            let mut state = self.lock();
            state.mark_stuck(slot);
            drop(held);
            self.release(state);
        }
    }

    /// Puts a session into the run queue. True if an idle worker was woken.
    fn schedule(self: &Arc<Self>, session: SessionKey) -> bool {
        let mut state = self.lock();
        state.schedule(session);
        state.starts_failed = false;
        if state.idle > 0 && state.spinning == 0 {
            let idle = self.clock.now().saturating_sub(state.idle_since);
            state.spin_pays = idle < 2 * nanoseconds(SPIN);
        }
        self.release(state)
    }

    /// Whether no worker is left for this session: all are stuck, or as many as it may have.
    pub(crate) fn is_out_of_workers(&self, session: SessionKey) -> bool {
        self.hints.replaced.load(Ordering::Relaxed) > 0 && self.lock().is_out_of_workers(session)
    }

    /// What workers are at.
    pub(crate) fn status(&self) -> Status {
        let state = self.lock();
        Status {
            busy: state.busy,
            stuck: state.stuck,
            replaced: state.replaced,
            extra: usize::try_from(state.extra).unwrap_or(0),
        }
    }

    /// How many sessions there are, and how many of them wait in the run queue.
    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn sessions(&self) -> (usize, usize) {
        let state = self.lock();
        (state.sessions(), state.waiting())
    }

    /// A worker's life.
    fn work(self: &Arc<Self>) {
        let slot = self.lock().open_slot();
        while let Some(turn) = self.next_turn(slot) {
            self.serve(slot, turn);
        }
    }

    /// Ends a worker's turn, and waits for the next one. None if the worker is to end.
    fn next_turn(self: &Arc<Self>, slot: u32) -> Option<Turn> {
        let mut state = self.lock();
        state.end_turn(slot);
        let mut may_spin = true;
        loop {
            // With the lock: a turn does not begin before it is taken, however long that lasts.
            let now = self.clock.now();
            if state.is_closed {
                return None;
            }
            if planted(Fault::EndWithoutLooking) && state.end_excess(slot) {
                return None;
            }
            let turn = state.begin_turn(slot, now);
            if turn.is_some() || state.end_excess(slot) {
                self.release(state);
                return turn;
            }
            self.hints.publish(&state);
            if planted(Fault::WaitWithoutLock) {
                drop(state);
                state = self.lock();
            }
            if may_spin && state.spin_pays && state.spinning < spinners() {
                state.spinning += 1;
                drop(state);
                spin_until(SPIN, || self.hints.waiting.load(Ordering::Relaxed) > 0);
                state = self.lock();
                state.spinning -= 1;
                may_spin = false;
                continue;
            }
            state.idle += 1;
            state.idle_since = now;
            state = self.work_came.wait(state).expect("no holder panics");
            state.idle -= 1;
            state.woken();
            may_spin = true;
        }
    }

    /// A worker's turn: does a job of the session, and more if they are short.
    fn serve(self: &Arc<Self>, slot: u32, turn: Turn) {
        let queue = &turn.queue;
        let mut job = self.begin(slot, &turn, turn.is_queued);
        while let Some(now) = job {
            queue.observers.start(now.handle, RunsOn::Worker);
            // A panic in it is the resolver's failure, not the host's.
            let policy = &queue.judge.policy;
            let outcome = catch_panic(|| self.resolver.resolve_with_policy(&now.lookup, policy))
                .unwrap_or(Err(ErrorCode::NoRecovery));
            let verdict = queue.judge.verdict(&now.lookup, outcome);
            queue.observers.finish(now.handle, RunsOn::Worker);
            // No session that waits is passed over.
            let waiting = self.hints.waiting.load(Ordering::Relaxed);
            let passed = self.clock.now().saturating_sub(turn.since);
            let is_young = passed < nanoseconds(TURN);
            let goes_on = is_young && queue.queued() > 0;
            let may_linger = is_young && turn.spin_pays && waiting == 0;
            let next = queue.finish(&now, slot, goes_on.then_some(waiting), may_linger);
            if next.is_wanted {
                queue.deliver(Finished { job: now, verdict });
            }
            job = match next.lingers {
                true => self.linger(slot, &turn),
                false => next.job,
            };
        }
    }

    /// Takes the session's first job. `is_queued`: the session is in the run queue already.
    fn begin(self: &Arc<Self>, slot: u32, turn: &Turn, is_queued: bool) -> Option<Arc<Job>> {
        let Begun { job, reschedule } = turn.queue.begin(slot, is_queued);
        // Before the resolver is entered, as it may not come back.
        if reschedule {
            self.schedule(turn.session);
        }
        job
    }

    /// Spins for the session's next job, which the guest queues without the pool's lock: the
    /// session is marked as scheduled meanwhile.
    fn linger(self: &Arc<Self>, slot: u32, turn: &Turn) -> Option<Arc<Job>> {
        spin_until(SPIN, || {
            turn.queue.queued() > 0 || self.hints.waiting.load(Ordering::Relaxed) > 0
        });
        if planted(Fault::LeaveUnseen) {
            return None;
        }
        self.begin(slot, turn, false)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    /// Releases the lock, and calls the threads that the change is for. True if an idle worker was
    /// woken.
    fn release(self: &Arc<Self>, mut state: MutexGuard<'_, State>) -> bool {
        let calls = state.calls();
        self.hints.publish(&state);
        drop(state);
        match calls.worker {
            Call::Wake if !planted(Fault::WakeNobody) => self.work_came.notify_one(),
            Call::Start if !self.spawn("winsock-extra".to_owned(), Pool::work) => {
                let mut state = self.lock();
                state.start_failed(self.clock.now());
                self.release(state);
            }
            Call::Start | Call::Wake | Call::Nobody => {}
        }
        match calls.watchdog {
            Call::Wake => self.look_came.notify_one(),
            // In a model, the model does its work.
            Call::Start
                if self.has_threads
                    && !cfg!(any(loom, shuttle))
                    && !self.spawn("winsock-watchdog".to_owned(), Pool::watch) =>
            {
                let mut state = self.lock();
                state.watchdog.note_failed_start();
                self.hints.publish(&state);
            }
            Call::Start | Call::Nobody => {}
        }
        calls.worker == Call::Wake
    }
}
