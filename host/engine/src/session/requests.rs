//! The requests of one guest, by whichever interface, and every decision on them.

use std::mem;
use std::num::NonZeroU32;

use super::admission::{Admitted, admit};
use super::deadlines::Deadlines;
use super::ended::RecentlyCompleted;
use super::guest_connections::GuestConnections;
use super::ready::ReadyOrder;
use super::table::HandleTable;
use super::task::{Face, Ready, Task};
use crate::limits::RateLimiter;
use crate::lookup::Lookup;
use crate::metrics::Counters;
use crate::observe::{QueryKind, RunsOn, SessionObservers};
use crate::policy::Transport;
use crate::pool::job::Job;
use crate::pool::{SessionKey, SessionQueue};
use crate::registry::Registration;
use crate::shared::EngineShared;
use crate::sync::{Arc, Fault, planted};
use crate::types::{Completion, ErrorCode, Outcome, Query, TaskHandle};

/// The requests of one guest: those of its [`Session`](super::Session) and those of its
/// [`Lookups`](super::Lookups). All count for the same limits, and share the guest's workers.
///
/// The faces hold this under one lock.
///
/// Workers and resolvers queue their results. Each call first takes all results out of that queue,
/// whichever face their requests are of. A result becomes a completion if its handle is alive, and
/// is dropped if not. A cancel removes the handle, and a completion with it that was not taken. So
/// a request is taken or cancelled, and only the holder of the lock decides which (`S-C8`).
pub(super) struct Requests {
    pub(super) engine: Arc<EngineShared>,
    pub(super) queue: Arc<SessionQueue>,
    /// Names the session in the engine's registry.
    registration: Registration,
    /// Names the session in the pool.
    key: SessionKey,
    pub(super) table: HandleTable<Task>,
    pub(super) ready: ReadyOrder,
    recent: RecentlyCompleted,
    startups: u64,
    /// Bytes held, as [`Limits::bytes_per_session`](crate::Limits::bytes_per_session) counts them.
    pub(super) bytes: usize,
    /// How many requests in the table are of [`Face::Lookups`].
    pub(super) lookups: usize,
    /// Holds the session to [`Limits::max_rate`](crate::Limits::max_rate), if there is one.
    pub(super) rate_limiter: Option<Box<RateLimiter>>,
    /// When its requests are overdue. None without a time-out.
    pub(super) deadlines: Option<Box<Deadlines>>,
    pub(super) counters: Arc<Counters>,
    /// What the guest may connect to. None as long as nothing needs it.
    pub(super) connections: Option<Box<GuestConnections>>,
    /// Whether the release of the lock wakes those who wait for completions.
    pub(super) must_wake: bool,
}

/// A request that has begun.
pub(super) struct Begun {
    pub(super) handle: TaskHandle,
    /// Whether spinning for the result does not pay: an idle worker had to be woken for it, or it
    /// needs no worker. None if the request has completed.
    pub(super) parks_at_once: Option<bool>,
    /// A lookup that its resolver must start. The caller does it without the lock.
    pub(super) start: Option<Arc<Job>>,
}

fn count_taken(counters: &Counters, ready: &Ready, now: u64) {
    counters.count_completion(&ready.outcome, ready.is_denied);
    counters.record_latency(now.saturating_sub(ready.asked_at));
}

pub(super) fn pending_bytes(job: &Job) -> usize {
    size_of::<Job>() + job.lookup.heap_bytes()
}

impl Requests {
    pub(super) fn new(engine: Arc<EngineShared>) -> Requests {
        let observers =
            SessionObservers::new(Arc::clone(&engine.observers), engine.number_session());
        let counters = Arc::new(Counters::new(engine.measure_latency));
        let judge = Arc::clone(&engine.judge);
        let queue = Arc::new(SessionQueue::new(Arc::clone(&counters), observers, judge));
        let rate_limiter = engine.limits.max_rate.map(RateLimiter::new).map(Box::new);
        let deadlines = engine
            .limits
            .request_timeout
            .map(Deadlines::new)
            .map(Box::new);
        let registration = engine.registry.register(Arc::clone(&queue));
        let key = engine.pool.add(&queue);
        Requests {
            engine,
            queue,
            registration,
            key,
            table: HandleTable::new(),
            ready: ReadyOrder::default(),
            recent: RecentlyCompleted::default(),
            startups: 0,
            bytes: 0,
            lookups: 0,
            rate_limiter,
            deadlines,
            counters,
            connections: None,
            must_wake: false,
        }
    }

    pub(super) fn startup(&mut self) -> Result<(), ErrorCode> {
        self.startups += 1;
        Ok(())
    }

    pub(super) fn cleanup(&mut self) -> Result<(), ErrorCode> {
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

    /// Begins a request. Those of Winsock need a start-up.
    pub(super) fn request(
        &mut self,
        face: Face,
        query: Query,
        tag: u64,
    ) -> Result<Begun, ErrorCode> {
        self.settle();
        if self.startups == 0 && face == Face::Winsock {
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
        self.count_request(face);
        Ok(match admitted {
            Admitted::Blocking(lookup) => {
                let job = self.pend(face, observed, |handle| {
                    Job::new(handle, tag, asked_at, lookup)
                });
                let handle = job.handle;
                let parks_at_once = self.engine.pool.push(self.key, &self.queue, job);
                Begun {
                    handle,
                    parks_at_once: Some(parks_at_once),
                    start: None,
                }
            }
            Admitted::Async(lookup) => {
                let job = self.pend(face, observed, |handle| {
                    Job::new_async(handle, tag, asked_at, lookup)
                });
                self.queue.observers.start(job.handle, RunsOn::Resolver);
                Begun {
                    handle: job.handle,
                    // A worker may answer within the time of a spin, an async resolver hardly does.
                    parks_at_once: Some(true),
                    start: Some(job),
                }
            }
            Admitted::Now(verdict, lookup) => {
                let handle = self.complete_at_once(face, observed, tag, asked_at, verdict);
                if let Some(lookup) = &lookup {
                    self.note_name(handle, lookup);
                }
                Begun {
                    handle,
                    parks_at_once: None,
                    start: None,
                }
            }
        })
    }

    pub(super) fn cancel(&mut self, handle: TaskHandle) -> Result<(), ErrorCode> {
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
        // S-C3: the handle of another interface's request is one that was never given out.
        if self.table.get_mut(handle).map(|task| task.face()) != Some(Face::Winsock) {
            return if self.recent.contains(handle) {
                Err(ErrorCode::AlreadyCompleted)
            } else {
                Err(ErrorCode::InvalidArgument)
            };
        }
        self.remove(handle);
        Ok(())
    }

    /// Notes the name of a request that has completed, until its answer is taken (`S-W4`).
    pub(super) fn note_name(&mut self, handle: TaskHandle, lookup: &Lookup) {
        let Some(name) = lookup.host_name() else {
            return;
        };
        let policy = &self.engine.judge.policy;
        let has_rules = [Transport::Tcp, Transport::Udp]
            .iter()
            .any(|transport| policy.has_connections(*transport));
        if self.connections.is_some() || has_rules {
            self.connections().note_name(handle, name);
        }
    }

    /// What the guest may connect to. Made for the first answer that may count, or the first check.
    pub(super) fn connections(&mut self) -> &mut GuestConnections {
        let most = self.engine.limits.max_answered_addresses;
        let new = || Box::new(GuestConnections::new(most));
        self.connections.get_or_insert_with(new)
    }

    /// Remembers the addresses of an answer that is taken (`S-W4`).
    fn remember(&mut self, handle: TaskHandle, outcome: &Outcome, expires: Option<NonZeroU32>) {
        if let Some(connections) = &mut self.connections {
            let now = self.engine.now();
            connections.answered(&self.engine.judge.policy, handle, outcome, expires, now);
        }
    }

    /// Cancels an outstanding request.
    fn remove(&mut self, handle: TaskHandle) {
        if let Some(connections) = &mut self.connections {
            connections.forget_name(handle);
        }
        match self.table.remove(handle) {
            Some(Task::Pending(_, job)) => {
                self.bytes -= pending_bytes(&job);
                self.engine.pool.cancel(&self.queue, &job);
            }
            Some(Task::Ready(ready)) => {
                self.bytes -= ready.bytes();
                if ready.face == Face::Winsock {
                    self.ready.cancel();
                    self.note_ready();
                }
            }
            None => return,
        }
        self.engine.release(1);
        self.counters.count_cancels(1);
        self.queue.observers.cancel(handle);
    }

    pub(super) fn take(&mut self, max: usize) -> Vec<Completion> {
        self.settle();
        let count = max.min(self.ready.count());
        let now = self.now_if_measured(count);
        let mut taken = Vec::with_capacity(count);
        for _ in 0..count {
            let (handle, ready) = self.ready.pop(&mut self.table).expect("they are counted");
            self.bytes -= ready.bytes();
            if !planted(Fault::TakeForgetsHandle) {
                self.recent.push(handle);
            }
            count_taken(&self.counters, &ready, now);
            self.remember(handle, &ready.outcome, ready.expires);
            taken.push(Completion {
                handle,
                tag: ready.tag,
                outcome: ready.outcome,
            });
        }
        self.engine.release(count);
        self.note_ready();
        taken
    }

    /// The outcome of a lookup, if it has one. Its first reader takes it, and it counts for the
    /// limits until [`end_lookup`](Self::end_lookup).
    pub(super) fn outcome_of_lookup(&mut self, handle: TaskHandle) -> Option<Outcome> {
        self.settle();
        let now = self.now_if_measured(1);
        let Some(Task::Ready(ready)) = self.table.get_mut(handle) else {
            return None;
        };
        let outcome = ready.outcome.clone();
        if !mem::replace(&mut ready.is_taken, true) {
            let expires = ready.expires;
            count_taken(&self.counters, ready, now);
            self.remember(handle, &outcome, expires);
        }
        Some(outcome)
    }

    /// Ends a lookup: cancels it, unless its outcome was taken (`S-W3`).
    pub(super) fn end_lookup(&mut self, handle: TaskHandle) {
        self.settle();
        self.lookups -= 1;
        match self.table.get_mut(handle) {
            Some(Task::Ready(ready)) if ready.is_taken => {
                self.bytes -= ready.bytes();
                self.table.remove(handle);
                self.engine.release(1);
            }
            _ => self.remove(handle),
        }
        self.note_lookups();
    }

    fn now_if_measured(&self, taken: usize) -> u64 {
        if self.engine.measure_latency && taken > 0 {
            self.engine.now()
        } else {
            0
        }
    }

    /// Requests of Winsock that are outstanding.
    pub(super) fn outstanding(&self) -> usize {
        self.table.len() - self.lookups
    }

    /// Tells workers whether a result may be one of a lookup.
    pub(super) fn note_lookups(&self) {
        self.queue.lookups.expect(self.lookups);
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.abandon();
        if !planted(Fault::DropKeepsPlace) {
            self.engine.registry.unregister(self.registration);
        }
        self.engine.pool.remove(self.key);
    }
}
