//! The sessions of an engine, their counters, and whether the engine is down (`S-R18`).

use slotmap::{DefaultKey, SlotMap};

use crate::metrics::{Metrics, RequestStats};
use crate::pool::SessionQueue;
use crate::pool::session_queue::CUT;
use crate::sync::{Arc, AtomicBool, Fault, Mutex, MutexGuard, Ordering, planted};

/// Names a registered session.
pub(crate) type Registration = DefaultKey;

/// Names a registered tenant.
pub(crate) type TenantRegistration = DefaultKey;

/// The sessions that exist, the tenants, the counters of those that ended, and whether the engine
/// is down.
///
/// The lock is held while a session is made or dropped, while the engine goes down, and while
/// metrics are read. A guest's calls never take it. An engine's lock comes before those of its
/// tenants.
#[derive(Default)]
pub(crate) struct SessionRegistry {
    is_down: AtomicBool,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    existing: SlotMap<Registration, Arc<SessionQueue>>,
    tenants: SlotMap<TenantRegistration, Arc<SessionRegistry>>,
    /// The counts of the sessions and tenants that ended.
    ended: RequestStats,
}

impl Sessions {
    /// Adds the queues of all sessions, those of tenants included.
    fn add_queues(&self, queues: &mut Vec<Arc<SessionQueue>>) {
        queues.extend(self.existing.values().map(Arc::clone));
        for tenant in self.tenants.values() {
            tenant.sessions().add_queues(queues);
        }
    }

    /// Adds the counts of all sessions, those of tenants included.
    fn add_to(&self, metrics: &mut Metrics) {
        metrics.total.add(&self.ended);
        metrics.sessions += self.existing.len();
        for queue in self.existing.values() {
            queue.counters.add_to(&mut metrics.total);
            metrics.queued += queue.queued();
        }
        for tenant in self.tenants.values() {
            tenant.sessions().add_to(metrics);
        }
    }
}

impl SessionRegistry {
    /// Adds a session, which [`take_down`](Self::take_down) signals from here on.
    pub(crate) fn register(&self, queue: Arc<SessionQueue>) -> Registration {
        self.sessions().existing.insert(queue)
    }

    /// Removes a session and keeps its counts, under one lock: a reader finds them exactly once.
    pub(crate) fn unregister(&self, registration: Registration) {
        let mut sessions = self.sessions();
        let queue = sessions.existing.remove(registration);
        if let Some(queue) = &queue {
            queue.counters.add_to(&mut sessions.ended);
        }
        drop(sessions);
        drop(queue);
    }

    /// Adds a tenant.
    pub(crate) fn register_tenant(&self, tenant: Arc<SessionRegistry>) -> TenantRegistration {
        self.sessions().tenants.insert(tenant)
    }

    /// Removes a tenant that has no session any more, and keeps its counts, under one lock.
    pub(crate) fn unregister_tenant(&self, registration: TenantRegistration) {
        let mut sessions = self.sessions();
        if let Some(tenant) = sessions.tenants.remove(registration) {
            sessions.ended.add(&tenant.sessions().ended);
        }
    }

    /// Adds up the counts of all sessions, those of tenants included, and what they have queued.
    pub(crate) fn metrics(&self) -> Metrics {
        let mut metrics = Metrics::default();
        self.sessions().add_to(&mut metrics);
        metrics
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().expect("no holder panics")
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn len(&self) -> usize {
        self.sessions().existing.len()
    }

    pub(crate) fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }

    /// Marks the engine as down, then signals every session, those of its tenants included.
    ///
    /// A session that sees the signal ends its pending requests, even if the engine is up again by
    /// then. A session that does not see it yet begins no request that the signal would not end.
    pub(crate) fn take_down(&self) {
        let queues: Vec<_> = {
            let sessions = self.sessions();
            if !planted(Fault::CutTooEarly) {
                self.is_down.store(true, Ordering::Relaxed);
            }
            let mut queues = Vec::new();
            sessions.add_queues(&mut queues);
            queues
        };
        for queue in queues {
            queue.signal(CUT);
        }
        if planted(Fault::CutTooEarly) {
            self.is_down.store(true, Ordering::Relaxed);
        }
    }

    /// Marks the engine as up.
    pub(crate) fn bring_up(&self) {
        self.is_down.store(false, Ordering::Relaxed);
    }
}
