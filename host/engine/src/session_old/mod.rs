//! A session: one guest's requests. Every decision on them is made here, on the guest's own thread.

mod admission;
mod deadlines;
mod decide;
mod ended;
mod memory;
mod readiness;
mod receiver;
mod table;

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use self::admission::{Admitted, admit};
use self::deadlines::Deadlines;
use self::ended::RecentlyCompleted;
pub use self::readiness::Readiness;
use self::receiver::SessionReceiver;
use self::table::HandleTable;
use crate::limits::RateLimiter;
use crate::lookup::Responder;
use crate::metrics::{Counters, RequestStats};
use crate::observe::{QueryKind, RunsOn, SessionObservers};
use crate::pool::job::{Cancelled, Job, Lane};
use crate::registry::Registration;
use crate::shared::EngineShared;
use crate::sync::{Arc, Fault, OwnedQueue, SPIN, planted, spin_until, spinners};
use crate::types::{Completion, ErrorCode, Query, TaskHandle};

/// One guest's requests.
///
/// A result becomes a completion when the session takes it out of its queue, which every call here
/// does first; cancel removes the handle; a result whose handle is gone is dropped. So a request is
/// either cancelled or completed, and no other thread has a say in it (`S-C8`). No call takes a lock but the
/// short one of whatever is parked and must be woken; and none but [`wait`](Self::wait) and [`completed`](Self::completed) waits.
///
/// Dropping a session cancels what is pending and leaves nothing in the engine (`S-S7`).
pub struct Session {
    engine: Arc<EngineShared>,
    lane: Arc<Lane>,
    /// Names the session in the engine's registry.
    registration: Registration,
    /// This end of the lane's jobs.
    jobs: OwnedQueue<Arc<Job>>,
    table: HandleTable<Task>,
    ready: VecDeque<Ready>,
    recent: RecentlyCompleted,
    startups: u64,
    /// Bytes held, as [`Limits::bytes_per_session`](crate::Limits::bytes_per_session) counts them.
    bytes: usize,
    /// Jobs cancelled in the queue since it was swept: at least as many as are in it.
    dead: usize,
    /// Bytes that they hold.
    dead_bytes: usize,
    /// Holds the session to [`Limits::max_rate`](crate::Limits::max_rate), if there is one.
    rate_limiter: Option<RateLimiter>,
    /// When its requests are overdue, if they ever are.
    deadlines: Option<Deadlines>,
    /// Whether the last job found every worker asleep, or takes none.
    woke: bool,
    counters: Arc<Counters>,
}

/// An outstanding request.
enum Task {
    Pending(Arc<Job>),
    /// Completed, and among the `ready`.
    Ready,
}

/// A completion that waits to be taken.
struct Ready {
    completion: Completion,
    asked_at: u64,
}

impl Ready {
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + self
                .completion
                .outcome
                .as_ref()
                .map_or(0, |answer| answer.bytes())
    }
}

fn pending_bytes(job: &Job) -> usize {
    size_of::<Job>() + job.lookup.heap_bytes()
}

impl Session {
    pub(crate) fn new(engine: Arc<EngineShared>) -> Session {
        let jobs = OwnedQueue::new_fifo();
        let observers =
            SessionObservers::new(Arc::clone(&engine.observers), engine.number_session());
        let counters = Arc::new(Counters::new(engine.measure_latency));
        let judge = Arc::clone(&engine.judge);
        let lane = Arc::new(Lane::new(
            jobs.stealer(),
            Arc::clone(&counters),
            observers,
            judge,
        ));
        let rate_limiter = engine.limits.max_rate.map(RateLimiter::new);
        let deadlines = engine.limits.request_timeout.map(Deadlines::new);
        let registration = engine.registry.register(Arc::clone(&lane));
        Session {
            engine,
            lane,
            registration,
            jobs,
            table: HandleTable::new(),
            ready: VecDeque::new(),
            recent: RecentlyCompleted::default(),
            startups: 0,
            bytes: 0,
            dead: 0,
            dead_bytes: 0,
            rate_limiter,
            deadlines,
            woke: false,
            counters,
        }
    }

    /// WSAStartup: begins the use of the session, or adds one to the count (`S-S3`).
    ///
    /// # Errors
    /// None today; [`ErrorCode::SystemNotReady`] is reserved for an engine that cannot serve.
    pub fn startup(&mut self) -> Result<(), ErrorCode> {
        self.startups += 1;
        Ok(())
    }

    /// WSACleanup: takes one from the count. The last one cancels every pending request, drops the completions
    /// that were not taken, and forgets every handle (`S-S4`).
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`] for one too many (`S-S3`).
    pub fn cleanup(&mut self) -> Result<(), ErrorCode> {
        self.settle();
        self.startups = self
            .startups
            .checked_sub(1)
            .ok_or(ErrorCode::NotInitialised)?;
        if self.startups == 0 && !planted(Fault::KeepTable) {
            self.abandon();
            self.recent.clear();
        }
        Ok(())
    }

    /// Starts a request and returns its handle. What is known by now is ready when this returns, and
    /// arrives as a completion like all the rest (`S-R5`). `tag` comes back with it.
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`] before start-up (`S-S5`), [`ErrorCode::NetworkDown`] when the engine
    /// is down or has no worker (`S-R18`), [`ErrorCode::WouldBlock`] at a limit (`S-R2`), and for what needs a worker
    /// while all that there may be, or as many as one session may keep, are stuck (`S-C7`). Whatever is wrong with the query itself is in the
    /// completion (`S-R4`).
    pub fn request(&mut self, query: Query, tag: u64) -> Result<TaskHandle, ErrorCode> {
        self.settle();
        if self.startups == 0 {
            return Err(ErrorCode::NotInitialised);
        }
        let kind = QueryKind::from(&query);
        if let Err(error) = self.reserve() {
            return Err(self.refuse(kind, error));
        }
        let asked_at = if self.engine.measure_latency {
            self.engine.now()
        } else {
            0
        };
        let observed = self.lane.observers.observed(&query);
        let admitted = admit(&self.engine, query);
        if matches!(admitted, Admitted::Work(_)) && self.is_out_of_workers() {
            self.engine.release(1);
            return Err(self.refuse(kind, ErrorCode::WouldBlock));
        }
        self.counters.count_request();
        Ok(match admitted {
            Admitted::Work(lookup) => {
                let job = self.pend(observed, |handle| Job::new(handle, tag, asked_at, lookup));
                let handle = job.handle;
                self.jobs.push(job);
                self.woke = self.engine.pool.offer(&self.lane);
                handle
            }
            Admitted::Ask(lookup) => {
                let job = self.pend(observed, |handle| Job::asked(handle, tag, asked_at, lookup));
                let reply = Responder::to(SessionReceiver {
                    job: Arc::clone(&job),
                    lane: Arc::clone(&self.lane),
                });
                // No worker is at it that could be done in a moment.
                self.woke = true;
                self.lane.observers.start(job.handle, RunsOn::Resolver);
                self.engine.start(&job.lookup, reply);
                job.handle
            }
            Admitted::Now(verdict) => self.complete_at_once(observed, tag, asked_at, verdict),
        })
    }

    /// Cancels a request: no completion of it comes afterwards (`S-C1`). Costs the same however many
    /// are outstanding, and gives back at once what the request held (`S-C6`); every now and then it
    /// sweeps the queue, which comes to the same for all cancels together.
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`] before start-up, [`ErrorCode::NetworkDown`] while the engine is down,
    /// whatever the handle (`S-C5`). [`ErrorCode::AlreadyCompleted`] if the completion was taken or
    /// waits to be taken, where it stays (`S-C2`); remembered for the last 65,536 (`S-C9`).
    /// [`ErrorCode::InvalidArgument`] for any other number (`S-C3`).
    pub fn cancel(&mut self, handle: TaskHandle) -> Result<(), ErrorCode> {
        self.settle();
        if self.startups == 0 {
            return Err(ErrorCode::NotInitialised);
        }
        if self.engine.is_down() {
            return Err(ErrorCode::NetworkDown);
        }
        match self.table.get_mut(handle) {
            Some(Task::Pending(_)) => {}
            Some(Task::Ready) => return Err(ErrorCode::AlreadyCompleted),
            None if self.recent.contains(handle) => return Err(ErrorCode::AlreadyCompleted),
            None => return Err(ErrorCode::InvalidArgument),
        }
        if planted(Fault::CancelKeepsHandle) {
            return Ok(());
        }
        if let Some(Task::Pending(job)) = self.table.remove(handle) {
            self.engine.release(1);
            let bytes = pending_bytes(&job);
            self.bytes -= bytes;
            self.counters.count_cancels(1);
            match job.cancel() {
                Cancelled::Queued => {
                    self.dead += 1;
                    self.dead_bytes += bytes;
                    self.sweep();
                }
                Cancelled::Running(shift) => self.engine.pool.abandon_worker(shift),
                Cancelled::Done => {}
            }
            self.lane.observers.cancel(handle);
        }
        Ok(())
    }

    /// Takes up to `max` completions, in the order in which they completed. Never waits; empty
    /// before start-up.
    pub fn take(&mut self, max: usize) -> Vec<Completion> {
        self.settle();
        let count = max.min(self.ready.len());
        let now = if self.engine.measure_latency && count > 0 {
            self.engine.now()
        } else {
            0
        };
        let mut taken = Vec::with_capacity(count);
        for ready in self.ready.drain(..count) {
            self.bytes -= ready.bytes();
            let handle = ready.completion.handle;
            if !planted(Fault::TakeKeepsHandle) {
                self.table.remove(handle);
            }
            self.recent.push(handle);
            self.counters
                .record_latency(now.saturating_sub(ready.asked_at));
            taken.push(ready.completion);
        }
        self.engine.release(count);
        self.note_ready();
        taken
    }

    /// Blocks the thread until a completion can be taken, and says whether one can. False when the
    /// time is over, and at once when nothing is outstanding, as nothing could come then.
    ///
    /// Looks out for some microseconds before the thread is parked, if a worker is awake; never spins
    /// longer.
    pub fn wait(&mut self, timeout: Option<Duration>) -> bool {
        if let Some(known) = self.settled() {
            return known;
        }
        let spin = SPIN.min(timeout.unwrap_or(SPIN));
        let spins = spinners() > 0 && !self.woke;
        if spins
            && spin_until(spin, || self.lane.has_news())
            && let Some(known) = self.settled()
        {
            return known;
        }
        self.see_to_alarm();
        // A time-out past the end of the clock is none.
        let deadline = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            let in_time = self.lane.park(deadline);
            match self.settled() {
                Some(known) => return known,
                None if !in_time => return false,
                None => {}
            }
        }
    }

    /// The same for an async caller, without a time-out: it may be dropped at any time.
    pub async fn completed(&mut self) -> bool {
        loop {
            if let Some(known) = self.settled() {
                return known;
            }
            self.see_to_alarm();
            let lane = &self.lane;
            lane.arrived.wait_until(|| lane.has_news()).await;
        }
    }

    /// Something to wait for from elsewhere; it outlives the session.
    pub fn readiness(&self) -> Readiness {
        self.see_to_alarm();
        Readiness::new(Arc::clone(&self.lane))
    }

    /// Requests that are outstanding: pending, or completed and not yet taken.
    pub fn outstanding(&self) -> usize {
        self.table.len()
    }

    /// A snapshot of what was counted since the session was made.
    pub fn stats(&self) -> RequestStats {
        self.counters.stats()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.abandon();
        if !planted(Fault::DropKeepsPlace) {
            self.engine.registry.unregister(self.registration);
        }
        self.engine.pool.forget(&self.lane);
        // Whoever awaits a readiness of this session waits no more.
        self.lane.arrived.notify();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("startups", &self.startups)
            .field("outstanding", &self.outstanding())
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, any(loom, shuttle)))]
mod models;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
