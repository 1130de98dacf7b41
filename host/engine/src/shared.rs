//! The state that all sessions of an engine share.

use std::sync::atomic::AtomicUsize as Count;

use crate::judge::Judge;
use crate::limits::{Limits, may_have_more};
use crate::lookup::{Lookup, Resolution, Resolver, Responder};
use crate::observe::Observer;
use crate::panics::catch_panic;
use crate::pool::Pool;
use crate::registry::{SessionRegistry, TenantRegistration};
use crate::sync::{Arc, AtomicUsize, CachePadded, Clock, Ordering};
use crate::types::ErrorCode;

/// The engine that a tenant shares its workers with.
pub(crate) struct Parent {
    pub(crate) engine: Arc<EngineShared>,
    /// Names the tenant in the engine's registry.
    pub(crate) registration: TenantRegistration,
}

/// The state that all sessions of an engine share.
pub(crate) struct EngineShared {
    pub(crate) observers: Arc<[Arc<dyn Observer>]>,
    /// The number of sessions that were made. It only numbers them, so the model checkers need not
    /// see it.
    pub(crate) sessions: Count,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) workers: usize,
    /// The engine that this one is a tenant of.
    pub(crate) parent: Option<Parent>,
    pub(crate) registry: Arc<SessionRegistry>,
    pub(crate) judge: Arc<Judge>,
    pub(crate) limits: Limits,
    pub(crate) host_name: String,
    pub(crate) measure_latency: bool,
    pub(crate) clock: Clock,
    pub(crate) outstanding: CachePadded<AtomicUsize>,
}

impl EngineShared {
    /// Adds one to the outstanding requests, for a session that has `held` outstanding requests.
    /// Fails with `WouldBlock` at the limit (`S-R2`), and at that of an engine that this one is a
    /// tenant of. The last sixteenth below a limit is a reserve: see [`may_have_more`].
    pub(crate) fn reserve(&self, held: usize) -> Result<(), ErrorCode> {
        let before = self.outstanding.fetch_add(1, Ordering::Relaxed);
        let all = self.limits.requests_per_engine;
        let has_room = may_have_more(held, all.saturating_sub(before), all / 16);
        let reserved = match &self.parent {
            _ if !has_room => Err(ErrorCode::WouldBlock),
            Some(parent) => parent.engine.reserve(held),
            None => return Ok(()),
        };
        if reserved.is_err() {
            self.outstanding.fetch_sub(1, Ordering::Relaxed);
        }
        reserved
    }

    /// Subtracts this number from the outstanding requests.
    pub(crate) fn release(&self, requests: usize) {
        if requests > 0 {
            self.outstanding.fetch_sub(requests, Ordering::Relaxed);
            if let Some(parent) = &self.parent {
                parent.engine.release(requests);
            }
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        let parent_is_down = || match &self.parent {
            Some(parent) => parent.engine.is_down(),
            None => self.workers == 0 && self.pool.has_threads,
        };
        self.registry.is_down() || parent_is_down()
    }

    /// Asks the resolver for an immediate answer. A panic is `NoRecovery`.
    pub(crate) fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        catch_panic(|| self.resolver.try_resolve(lookup))
            .unwrap_or(Resolution::Ready(Err(ErrorCode::NoRecovery)))
    }

    /// Has the resolver start a lookup. A panic drops the responder, which sends an error.
    pub(crate) fn start(&self, lookup: &Lookup, responder: Responder) {
        let _ = catch_panic(|| self.resolver.start(lookup, responder));
    }

    /// Numbers a new session: 1 for the first. Tenants number theirs with those of their engine.
    pub(crate) fn number_session(&self) -> u64 {
        if let Some(parent) = &self.parent {
            return parent.engine.number_session();
        }
        self.sessions.fetch_add(1, Ordering::Relaxed) as u64 + 1
    }

    /// The time on the engine's clock, in nanoseconds.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }
}

impl Drop for EngineShared {
    fn drop(&mut self) {
        match &self.parent {
            Some(parent) => {
                let registry = &parent.engine.registry;
                registry.unregister_tenant(parent.registration);
            }
            None => self.pool.close(),
        }
    }
}
