//! The engine: sessions of guests, and the worker threads that they share.

use crate::judge::{Inspector, Judge};
use crate::limits::Limits;
use crate::lookup::Resolver;
use crate::metrics::Metrics;
use crate::observe::Observer;
use crate::policy::Policy;
use crate::pool::Pool;
use crate::registry::SessionRegistry;
use crate::resolvers::{Chain, System, Tables};
use crate::session::Session;
use crate::shared::EngineShared;
use crate::sync::{Arc, AtomicUsize, CachePadded, Clock, Ordering};

/// Makes sessions that share a resolver, a policy, limits and worker threads.
///
/// One engine serves a process. A clone is the same engine. The worker threads end when the last
/// clone and the last session are gone; nobody waits for one that sits in a resolver.
#[derive(Clone)]
pub struct LookupEngine {
    pub(crate) shared: Arc<EngineShared>,
}

impl LookupEngine {
    /// An engine that answers services and protocols, and denies every lookup of a host.
    pub fn new() -> LookupEngine {
        LookupEngine::builder().build()
    }

    /// Begins the making of an engine.
    pub fn builder() -> LookupEngineBuilder {
        LookupEngineBuilder::default()
    }

    /// A session for one guest. It holds nothing but itself until the guest's first request.
    pub fn session(&self) -> Session {
        Session::new(Arc::clone(&self.shared))
    }

    /// Requests of all sessions that are outstanding now.
    pub fn outstanding(&self) -> usize {
        self.shared.outstanding.load(Ordering::Relaxed)
    }

    /// Worker threads that were started when the engine was built.
    pub fn workers(&self) -> usize {
        self.shared.workers
    }

    /// Takes the resolver side down, while guests run (`S-R18`): what is pending in any session completes
    /// with [`ErrorCode::NetworkDown`], and new requests and cancels fail with it at the call. What has
    /// completed can be taken. Does not wait for resolvers, whose results are dropped. A session is told one
    /// by one: what it begins while [`bring_up`](Self::bring_up) is called at the same time may end too.
    pub fn take_down(&self) {
        self.shared.registry.take_down();
    }

    /// Brings it up again.
    pub fn bring_up(&self) {
        self.shared.registry.bring_up();
    }

    /// Whether requests can be begun: it was not taken down, and has worker threads (`S-R18`).
    pub fn is_up(&self) -> bool {
        !self.shared.is_down()
    }

    /// Workers that are in a resolver now with a lookup that was cancelled, or for longer than
    /// [`Limits::stuck_after`] (`S-C7`).
    pub fn stuck_workers(&self) -> usize {
        self.shared.pool.stuck_workers()
    }

    /// What the sessions of this engine have done, and what it is at now. Takes some 100 ns for each session that
    /// is there, for which sessions that come or go wait; requests do not.
    pub fn metrics(&self) -> Metrics {
        let EngineShared { registry, pool, .. } = &*self.shared;
        Metrics {
            outstanding: self.outstanding(),
            workers: self.workers(),
            busy: pool.busy_workers(),
            stuck: pool.stuck_workers(),
            spares: pool.spare_workers(),
            ..registry.metrics()
        }
    }
}

impl Default for LookupEngine {
    fn default() -> LookupEngine {
        LookupEngine::new()
    }
}

impl std::fmt::Debug for LookupEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LookupEngine")
            .field("outstanding", &self.outstanding())
            .field("workers", &self.workers())
            .finish_non_exhaustive()
    }
}

/// Settings of a [`LookupEngine`].
#[derive(Default)]
#[must_use]
pub struct LookupEngineBuilder {
    resolver: Option<Arc<dyn Resolver>>,
    policy: Policy,
    inspector: Option<Box<dyn Inspector>>,
    limits: Limits,
    host_name: Option<String>,
    measure_latency: bool,
    observers: Vec<Arc<dyn Observer>>,
}

impl LookupEngineBuilder {
    /// Where answers come from. Default: [`Tables::system`], then [`System`] for the hosts that are
    /// not in it.
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// Which hosts may be looked up. Default: none.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Who sees each question and each outcome, and may change them. Default: nobody.
    pub fn inspector(mut self, inspector: impl Inspector) -> Self {
        self.inspector = Some(Box::new(inspector));
        self
    }

    /// How much guests may ask for. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The name that a lookup of "" stands for (`S-R13`), which the policy must allow like any
    /// other. Default: the machine's.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.host_name = Some(name.into());
        self
    }

    /// Whether sessions measure the time of each request, for [`SessionStats::latency`]. It costs
    /// two readings of the clock a request. Default: no.
    pub fn measure_latency(mut self, measure: bool) -> Self {
        self.measure_latency = measure;
        self
    }

    /// Has this told what becomes of requests; may be called again, for another one. Keep a clone of an `Arc`
    /// to have it afterwards. Default: none, or with the feature `tracing` the one that it adds.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Starts the worker threads. Where none can be started, every request is `WSAENETDOWN` (`S-R18`).
    pub fn build(self) -> LookupEngine {
        let resolver = self
            .resolver
            .unwrap_or_else(|| Arc::new(Chain::new().then(Tables::system()).then(System::new())));
        let judge = Arc::new(Judge {
            policy: self.policy,
            inspector: self.inspector,
            answer_bytes: self.limits.answer_bytes,
        });
        let clock = Clock::start();
        let (pool, workers) = Pool::start(
            Arc::clone(&resolver),
            Arc::clone(&judge),
            &self.limits,
            clock,
        );
        let host_name = self
            .host_name
            .unwrap_or_else(|| gethostname::gethostname().to_string_lossy().into_owned());
        #[cfg_attr(not(feature = "tracing"), allow(unused_mut, reason = "it adds one"))]
        let mut observers = self.observers;
        #[cfg(feature = "tracing")]
        observers.push(Arc::new(crate::observe::Traced::default()));
        LookupEngine {
            shared: Arc::new(EngineShared {
                observers: observers.into(),
                sessions: std::sync::atomic::AtomicUsize::new(0),
                resolver,
                pool,
                workers,
                registry: SessionRegistry::default(),
                judge,
                limits: self.limits,
                host_name,
                measure_latency: self.measure_latency,
                clock,
                outstanding: CachePadded::new(AtomicUsize::new(0)),
            }),
        }
    }
}
