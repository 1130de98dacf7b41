//! What the sessions of an engine share.

use std::sync::atomic::AtomicUsize as Count;

use crate::judge::Judge;
use crate::limits::Limits;
use crate::lookup::{Lookup, Resolution, Resolver, Responder};
use crate::observe::Observer;
use crate::panics::catch_panic;
use crate::pool::Pool;
use crate::registry::SessionRegistry;
use crate::sync::{Arc, AtomicUsize, CachePadded, Clock, Ordering};
use crate::types::ErrorCode;

/// What the sessions of an engine share.
pub(crate) struct EngineShared {
    pub(crate) observers: Arc<[Arc<dyn Observer>]>,
    /// Sessions that were ever made, whose number is a name and decides nothing.
    pub(crate) sessions: Count,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) workers: usize,
    pub(crate) registry: SessionRegistry,
    pub(crate) judge: Arc<Judge>,
    pub(crate) limits: Limits,
    pub(crate) host_name: String,
    pub(crate) measure_latency: bool,
    pub(crate) clock: Clock,
    pub(crate) outstanding: CachePadded<AtomicUsize>,
}

impl EngineShared {
    /// Takes a place among the outstanding requests (`S-R2`).
    pub(crate) fn reserve(&self) -> Result<(), ErrorCode> {
        let before = self.outstanding.fetch_add(1, Ordering::Relaxed);
        if before >= self.limits.requests_per_engine {
            self.release(1);
            return Err(ErrorCode::WouldBlock);
        }
        Ok(())
    }

    /// Gives places back.
    pub(crate) fn release(&self, places: usize) {
        if places > 0 {
            self.outstanding.fetch_sub(places, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        self.workers == 0 || self.registry.is_down()
    }

    /// Whether no worker is left, nor a spare that could be started.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.pool.is_exhausted(self.workers)
    }

    pub(crate) fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        catch_panic(|| self.resolver.try_resolve(lookup))
            .unwrap_or(Resolution::Ready(Err(ErrorCode::NoRecovery)))
    }

    /// Has the resolver ask. Where it panics the reply is dropped, and so is sent.
    pub(crate) fn start(&self, lookup: &Lookup, reply: Responder) {
        let _ = catch_panic(|| self.resolver.start(lookup, reply));
    }

    /// The number of a new session: 1 for the first.
    pub(crate) fn number_session(&self) -> u64 {
        self.sessions.fetch_add(1, Ordering::Relaxed) as u64 + 1
    }

    /// Nanoseconds on the engine's clock.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }
}

impl Drop for EngineShared {
    fn drop(&mut self) {
        self.pool.close();
    }
}
