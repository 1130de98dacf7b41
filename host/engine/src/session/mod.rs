//! A session: one guest's requests. Every decision on them is made under the session's lock.

mod admission;
mod answered;
mod connections;
mod deadlines;
mod decide;
mod ended;
mod guest_connections;
mod lookups;
mod memory;
mod overdue;
mod readiness;
mod ready;
mod receiver;
mod requests;
mod shared;
mod table;
mod task;

use std::fmt;
use std::time::{Duration, Instant};

pub use self::connections::Connections;
pub use self::lookups::{Lookups, PendingLookup};
pub use self::readiness::Readiness;
use self::shared::SessionShared;
use self::task::Face;
use crate::metrics::RequestStats;
use crate::shared::EngineShared;
use crate::sync::{Arc, Ordering, SPIN, spin_until, spinners};
use crate::types::{Completion, ErrorCode, Query, TaskHandle};

/// One guest's requests.
///
/// A request is cancelled or completed (`S-C8`), and one owner decides which: the holder of the
/// session's lock. Workers and resolvers only queue their results. The lock is free unless another
/// thread uses the session's [`lookups`](Self::lookups) at the same moment.
///
/// Only [`wait`](Self::wait) and [`completed`](Self::completed) wait. A request that needs a worker
/// briefly takes the lock of the session's queue, and sometimes that of the pool.
///
/// Dropping a session cancels its pending requests and leaves nothing in the engine (`S-S7`). Its
/// lookups live on until they are dropped.
pub struct Session {
    shared: Arc<SessionShared>,
    /// Whether spinning for the last request's result does not pay.
    parks_at_once: bool,
}

impl Session {
    pub(crate) fn new(engine: Arc<EngineShared>) -> Session {
        Session {
            shared: Arc::new(SessionShared::new(engine)),
            parks_at_once: false,
        }
    }

    /// Lookups as futures, for the other interfaces of the same guest. They count for the session's
    /// limits and in its statistics, and its clean-up does not end them (`S-W1`).
    pub fn lookups(&self) -> Lookups {
        Lookups::new(Arc::clone(&self.shared))
    }

    /// Judges the connections of the same guest by the policy, and by what the guest was answered
    /// (`S-W4`). Without a rule for connections, denials name what was answered from here on.
    pub fn connections(&self) -> Connections {
        Connections::new(Arc::clone(&self.shared))
    }

    /// WSAStartup: adds one to the count of start-ups, each of which needs a clean-up (`S-S3`).
    ///
    /// # Errors
    /// None today. [`ErrorCode::SystemNotReady`] is reserved for an engine that cannot serve.
    pub fn startup(&mut self) -> Result<(), ErrorCode> {
        self.shared.requests().startup()
    }

    /// WSACleanup: takes one from the count of start-ups. The last clean-up cancels every pending
    /// request, drops the completions that were not taken, and forgets every handle (`S-S4`).
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`] if every start-up has had its clean-up (`S-S3`).
    pub fn cleanup(&mut self) -> Result<(), ErrorCode> {
        self.shared.requests().cleanup()
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
        let begun = self.shared.request(Face::Winsock, query, tag)?;
        self.parks_at_once = begun.parks_at_once.unwrap_or(self.parks_at_once);
        Ok(begun.handle)
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
        self.shared.requests().cancel(handle)
    }

    /// Takes up to `max` completions, in the order in which requests completed. Never waits.
    /// Returns none before start-up.
    pub fn take(&mut self, max: usize) -> Vec<Completion> {
        self.shared.requests().take(max)
    }

    /// How long it is until the first pending request is overdue
    /// ([`Limits::request_timeout`](crate::Limits::request_timeout)), for callers of an engine
    /// [without threads](crate::LookupEngineBuilder::without_threads). It may be shorter, if
    /// requests have ended. `None` without a time-out, and if no request is pending.
    pub fn next_deadline(&self) -> Option<Duration> {
        let alarm = self.shared.requests().alarm()?;
        let left = alarm.at.saturating_sub(self.shared.engine.now());
        Some(Duration::from_nanos(left))
    }

    /// Blocks the thread until a completion can be taken. Returns false when `timeout` is over, and
    /// at once when no request is outstanding. Without `timeout`, waits for ever.
    ///
    /// If a worker is awake, spins for at most 20 µs before it parks the thread.
    pub fn wait(&mut self, timeout: Option<Duration>) -> bool {
        if let Some(known) = self.settled() {
            return known;
        }
        let queue = &self.shared.queue;
        let spin = SPIN.min(timeout.unwrap_or(SPIN));
        let spins = spinners() > 0 && !self.parks_at_once;
        if spins
            && spin_until(spin, || queue.has_news())
            && let Some(known) = self.settled()
        {
            return known;
        }
        self.shared.engine.pool.ensure_watchdog();
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            return false;
        }
        // A time-out that no `Instant` can express never ends.
        let deadline = timeout.and_then(|t| Instant::now().checked_add(t));
        loop {
            let in_time = queue.park(deadline);
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
            self.shared.engine.pool.ensure_watchdog();
            let queue = &self.shared.queue;
            queue.arrived.wait_until(|| queue.is_ready()).await;
        }
    }

    /// Whether completions can be taken, as a value to poll or await without the session. It
    /// outlives the session.
    pub fn readiness(&self) -> Readiness {
        self.shared.engine.pool.ensure_watchdog();
        Readiness::new(&self.shared)
    }

    /// Requests that are outstanding: pending, or completed and not yet taken. Without the
    /// session's [`lookups`](Self::lookups).
    pub fn outstanding(&self) -> usize {
        self.shared.requests().outstanding()
    }

    /// Counts of the requests since the session was made, its [`lookups`](Self::lookups) included.
    pub fn stats(&self) -> RequestStats {
        self.shared.queue.counters.stats()
    }

    /// Whether a completion can be taken. None if there is none yet and one may come.
    fn settled(&self) -> Option<bool> {
        self.shared.requests().settled()
    }
}

/// What tests look at.
#[cfg(test)]
impl Session {
    fn bytes(&self) -> usize {
        self.shared.requests().bytes
    }

    /// Requests in the table, by whichever interface.
    #[cfg(not(any(loom, shuttle)))]
    fn held(&self) -> usize {
        self.shared.requests().table.len()
    }

    /// Until which second of the engine's clock the answer of a completed request lives.
    #[cfg(not(any(loom, shuttle)))]
    fn expires(&self, handle: TaskHandle) -> Option<std::num::NonZeroU32> {
        match self.shared.requests().table.get_mut(handle) {
            Some(task::Task::Ready(ready)) => ready.expires,
            _ => None,
        }
    }

    #[cfg(not(any(loom, shuttle)))]
    fn ready_handles(&self) -> usize {
        self.shared.requests().ready.len()
    }

    #[cfg(not(any(loom, shuttle)))]
    fn deadlines(&self) -> usize {
        let requests = self.shared.requests();
        requests.deadlines.as_ref().map_or(0, |all| all.len())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.shared.requests().abandon();
        self.shared.queue.closed.store(true, Ordering::SeqCst);
        // A task that awaits a readiness of this session waits no more.
        self.shared.queue.arrived.notify();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.shared.requests();
        f.debug_struct("Session")
            .field("outstanding", &requests.outstanding())
            .field("ready", &requests.ready.count())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, any(loom, shuttle)))]
mod models;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
