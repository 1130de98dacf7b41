//! A session: one guest's requests. Every decision on them is made here, on the guest's own thread.

mod admission;
mod deadlines;
mod decide;
mod ended;
mod memory;
mod overdue;
mod readiness;
mod ready;
mod receiver;
mod table;
mod task;

use std::fmt;
use std::time::{Duration, Instant};

use self::admission::{Admitted, admit};
use self::deadlines::Deadlines;
use self::ended::RecentlyCompleted;
pub use self::readiness::Readiness;
use self::ready::ReadyOrder;
use self::receiver::SessionReceiver;
use self::table::HandleTable;
use self::task::{Ready, Task};
use crate::limits::RateLimiter;
use crate::lookup::Responder;
use crate::metrics::{Counters, RequestStats};
use crate::observe::{QueryKind, RunsOn, SessionObservers};
use crate::pool::job::Job;
use crate::pool::{SessionKey, SessionQueue};
use crate::registry::Registration;
use crate::shared::EngineShared;
use crate::sync::{Arc, Fault, Ordering, SPIN, planted, spin_until, spinners};
use crate::types::{Completion, ErrorCode, Query, TaskHandle};

/// One guest's requests.
///
/// Workers and resolvers queue their results. Each call that changes the session first takes the
/// results out of that queue. A result becomes a completion if its handle is alive, and is dropped
/// if not. A cancel removes the handle, and a completion with it that was not taken. So the guest
/// either takes a request's completion or cancels the request, and no other thread decides which
/// (`S-C8`).
///
/// Only [`wait`](Self::wait) and [`completed`](Self::completed) wait. A request that needs a worker
/// briefly takes the lock of the session's own queue, and sometimes that of the pool.
///
/// Dropping a session cancels its pending requests and leaves nothing in the engine (`S-S7`).
pub struct Session {
    engine: Arc<EngineShared>,
    queue: Arc<SessionQueue>,
    /// Names the session in the engine's registry.
    registration: Registration,
    /// Names the session in the pool.
    key: SessionKey,
    table: HandleTable<Task>,
    ready: ReadyOrder,
    recent: RecentlyCompleted,
    startups: u64,
    /// Bytes held, as [`Limits::bytes_per_session`](crate::Limits::bytes_per_session) counts them.
    bytes: usize,
    /// Holds the session to [`Limits::max_rate`](crate::Limits::max_rate), if there is one.
    rate_limiter: Option<RateLimiter>,
    /// When its requests are overdue. None without a time-out.
    deadlines: Option<Deadlines>,
    /// Whether spinning for the last request's result does not pay: an idle worker had to be woken
    /// for it, or it needs no worker.
    parks_at_once: bool,
    counters: Arc<Counters>,
}

fn pending_bytes(job: &Job) -> usize {
    size_of::<Job>() + job.lookup.heap_bytes()
}

impl Session {
    pub(crate) fn new(engine: Arc<EngineShared>) -> Session {
        let observers =
            SessionObservers::new(Arc::clone(&engine.observers), engine.number_session());
        let counters = Arc::new(Counters::new(engine.measure_latency));
        let judge = Arc::clone(&engine.judge);
        let queue = Arc::new(SessionQueue::new(Arc::clone(&counters), observers, judge));
        let rate_limiter = engine.limits.max_rate.map(RateLimiter::new);
        let deadlines = engine.limits.request_timeout.map(Deadlines::new);
        let registration = engine.registry.register(Arc::clone(&queue));
        let key = engine.pool.add(&queue);
        Session {
            engine,
            queue,
            registration,
            key,
            table: HandleTable::new(),
            ready: ReadyOrder::default(),
            recent: RecentlyCompleted::default(),
            startups: 0,
            bytes: 0,
            rate_limiter,
            deadlines,
            parks_at_once: false,
            counters,
        }
    }

    /// WSAStartup: adds one to the count of start-ups, each of which needs a clean-up (`S-S3`).
    ///
    /// # Errors
    /// None today. [`ErrorCode::SystemNotReady`] is reserved for an engine that cannot serve.
    pub fn startup(&mut self) -> Result<(), ErrorCode> {
        self.startups += 1;
        Ok(())
    }

    /// WSACleanup: takes one from the count of start-ups. The last clean-up cancels every pending
    /// request, drops the completions that were not taken, and forgets every handle (`S-S4`).
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`] if every start-up has had its clean-up (`S-S3`).
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

    /// Starts a request and returns its handle. `tag` comes back with the completion. An outcome
    /// that is known at once is a completion too, which can be taken when this call returns
    /// (`S-R5`).
    ///
    /// # Errors
    /// A call that fails begins no request. An error in the query is in the completion (`S-R4`).
    ///
    /// - [`ErrorCode::NotInitialised`]: there was no start-up (`S-S5`).
    /// - [`ErrorCode::NetworkDown`]: the engine is down, or has no worker (`S-R18`).
    /// - [`ErrorCode::WouldBlock`]: a limit is reached (`S-R2`). Or the lookup needs a worker, and
    ///   all workers are stuck, or all that this session may have (`S-C7`).
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
        let observed = self.queue.observers.observed(&query);
        let admitted = admit(&self.engine, query);
        if matches!(admitted, Admitted::Blocking(_)) && self.engine.pool.is_out_of_workers(self.key)
        {
            self.engine.release(1);
            return Err(self.refuse(kind, ErrorCode::WouldBlock));
        }
        self.count_request();
        Ok(match admitted {
            Admitted::Blocking(lookup) => {
                let job = self.pend(observed, |handle| Job::new(handle, tag, asked_at, lookup));
                let handle = job.handle;
                self.parks_at_once = self.engine.pool.push(self.key, &self.queue, job);
                handle
            }
            Admitted::Async(lookup) => {
                let job = self.pend(observed, |handle| {
                    Job::new_async(handle, tag, asked_at, lookup)
                });
                let responder = Responder::to(SessionReceiver {
                    job: Arc::clone(&job),
                    queue: Arc::clone(&self.queue),
                });
                // A worker may answer within the time of a spin, an async resolver hardly does.
                self.parks_at_once = true;
                self.queue.observers.start(job.handle, RunsOn::Resolver);
                self.engine.start(&job.lookup, responder);
                job.handle
            }
            Admitted::Now(verdict) => self.complete_at_once(observed, tag, asked_at, verdict),
        })
    }

    /// Cancels an outstanding request: its completion never arrives (`S-C1`). The request may have
    /// completed, as long as its completion was not taken (`S-C2`). The cost does not grow with the
    /// number of outstanding requests, and the call frees at once what the request held (`S-C6`).
    ///
    /// # Errors
    /// A cancel that fails changes nothing. The first two errors do not depend on the handle
    /// (`S-C5`).
    ///
    /// - [`ErrorCode::NotInitialised`]: there was no start-up.
    /// - [`ErrorCode::NetworkDown`]: the engine is down, or has no worker.
    /// - [`ErrorCode::AlreadyCompleted`]: the completion was taken (`S-C2`), and is one of the last
    ///   65,536 that were (`S-C9`).
    /// - [`ErrorCode::InvalidArgument`]: any other number (`S-C3`).
    pub fn cancel(&mut self, handle: TaskHandle) -> Result<(), ErrorCode> {
        self.settle();
        if self.startups == 0 {
            return Err(ErrorCode::NotInitialised);
        }
        if self.engine.is_down() {
            return Err(ErrorCode::NetworkDown);
        }
        if planted(Fault::CancelKeepsHandle) {
            return Ok(());
        }
        match self.table.remove(handle) {
            Some(Task::Pending(job)) => {
                self.bytes -= pending_bytes(&job);
                self.engine.pool.cancel(&self.queue, &job);
            }
            Some(Task::Ready(ready)) => {
                self.bytes -= ready.bytes();
                self.ready.cancel();
                self.note_ready();
            }
            None if self.recent.contains(handle) => return Err(ErrorCode::AlreadyCompleted),
            None => return Err(ErrorCode::InvalidArgument),
        }
        self.engine.release(1);
        self.counters.count_cancels(1);
        self.queue.observers.cancel(handle);
        Ok(())
    }

    /// Takes up to `max` completions, in the order in which requests completed. Never waits.
    /// Returns none before start-up.
    pub fn take(&mut self, max: usize) -> Vec<Completion> {
        self.settle();
        let count = max.min(self.ready.count());
        let now = if self.engine.measure_latency && count > 0 {
            self.engine.now()
        } else {
            0
        };
        let mut taken = Vec::with_capacity(count);
        for _ in 0..count {
            let (handle, ready) = self.ready.pop(&mut self.table).expect("they are counted");
            self.bytes -= ready.bytes();
            if !planted(Fault::TakeForgetsHandle) {
                self.recent.push(handle);
            }
            self.counters.count_completion(&ready.verdict);
            self.counters
                .record_latency(now.saturating_sub(ready.asked_at));
            taken.push(Completion {
                handle,
                tag: ready.tag,
                outcome: ready.verdict.outcome,
            });
        }
        self.engine.release(count);
        self.note_ready();
        taken
    }

    /// Blocks the thread until a completion can be taken. Returns false when `timeout` is over, and
    /// at once when no request is outstanding. Without `timeout`, waits for ever.
    ///
    /// If a worker is awake, spins for at most 20 µs before it parks the thread.
    pub fn wait(&mut self, timeout: Option<Duration>) -> bool {
        if let Some(known) = self.settled() {
            return known;
        }
        let spin = SPIN.min(timeout.unwrap_or(SPIN));
        let spins = spinners() > 0 && !self.parks_at_once;
        if spins
            && spin_until(spin, || self.queue.has_news())
            && let Some(known) = self.settled()
        {
            return known;
        }
        self.engine.pool.ensure_watchdog();
        // A time-out that no `Instant` can express never ends.
        let deadline = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            let in_time = self.queue.park(deadline);
            match self.settled() {
                Some(known) => return known,
                None if !in_time => return false,
                None => {}
            }
        }
    }

    /// Waits until a completion can be taken, like [`wait`](Self::wait) without a time-out, for
    /// async callers. The future may be dropped at any time.
    pub async fn completed(&mut self) -> bool {
        loop {
            if let Some(known) = self.settled() {
                return known;
            }
            self.engine.pool.ensure_watchdog();
            let queue = &self.queue;
            queue.arrived.wait_until(|| queue.has_news()).await;
        }
    }

    /// Whether completions can be taken, as a value to poll or await without the session. It
    /// outlives the session.
    pub fn readiness(&self) -> Readiness {
        self.engine.pool.ensure_watchdog();
        Readiness::new(Arc::clone(&self.queue))
    }

    /// Requests that are outstanding: pending, or completed and not yet taken.
    pub fn outstanding(&self) -> usize {
        self.table.len()
    }

    /// Counts of the session's requests since the session was made.
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
        self.engine.pool.remove(self.key);
        self.queue.closed.store(true, Ordering::SeqCst);
        // A task that awaits a readiness of this session waits no more.
        self.queue.arrived.notify();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("startups", &self.startups)
            .field("outstanding", &self.outstanding())
            .field("ready", &self.ready.count())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, any(loom, shuttle)))]
mod models;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
