//! The engine and its builder.

use std::sync::atomic::AtomicUsize as Count;
use std::time::Duration;

use crate::judge::{Inspector, Judge};
use crate::limits::Limits;
use crate::lookup::Resolver;
use crate::metrics::Metrics;
use crate::observe::Observer;
use crate::policy::Policy;
use crate::pool::Pool;
use crate::registry::SessionRegistry;
use crate::resolvers::Tables;
#[cfg(not(target_family = "wasm"))]
use crate::resolvers::{Chain, System};
use crate::session::{Lookups, Session};
use crate::shared::{EngineShared, Parent};
use crate::sync::{Arc, AtomicUsize, CachePadded, Clock, Ordering};

/// Makes sessions that share a resolver, a policy, limits and worker threads. Guests of a
/// [`tenant`](LookupEngine::tenant) have a policy and limits of their own.
///
/// One engine serves a process; a clone is the same engine. The worker threads end after the last
/// clone and the last session are dropped. No drop waits for a thread that runs a resolver.
#[derive(Clone)]
pub struct LookupEngine {
    pub(crate) shared: Arc<EngineShared>,
}

impl LookupEngine {
    /// Makes an engine that answers lookups of services and protocols, and denies every lookup of a
    /// host.
    pub fn new() -> LookupEngine {
        LookupEngine::builder().build()
    }

    /// Starts to build an engine.
    pub fn builder() -> LookupEngineBuilder {
        LookupEngineBuilder::default()
    }

    /// Makes an engine for some of the guests, such as the instances of one component.
    ///
    /// A tenant has a policy, limits, counts, and [`take_down`](Self::take_down) of its own. It
    /// shares this engine's resolver, workers, inspector, observers and host name (`S-R19`).
    ///
    /// - [`Limits::requests_per_engine`] of `limits` bounds the requests of all sessions of the
    ///   tenant together. They count for this engine's limit too.
    /// - The limits on workers are this engine's. Those of `limits` have no effect.
    /// - The counts of a tenant are part of this engine's. Those of workers are the same in both.
    /// - A tenant is down while this engine is down. It lives on after this handle is dropped.
    ///
    /// ```
    /// use winsock_async_engine::{Limits, LookupEngine, Policy};
    ///
    /// let engine = LookupEngine::new();
    /// let policy = Policy::deny_all().allow("*.example.com".parse()?);
    /// let tenant = engine.tenant(policy, Limits::default());
    /// let mut session = tenant.session();
    /// session.startup()?;
    /// assert_eq!(engine.metrics().sessions, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tenant(&self, policy: Policy, limits: Limits) -> LookupEngine {
        let parent = &self.shared;
        let judge = Judge {
            policy: Arc::new(policy),
            inspector: parent.judge.inspector.clone(),
            answer_bytes: limits.answer_bytes,
        };
        let registry = Arc::new(SessionRegistry::default());
        LookupEngine {
            shared: Arc::new(EngineShared {
                observers: Arc::clone(&parent.observers),
                sessions: Count::new(0),
                resolver: Arc::clone(&parent.resolver),
                pool: Arc::clone(&parent.pool),
                workers: parent.workers,
                parent: Some(Parent {
                    registration: parent.registry.register_tenant(Arc::clone(&registry)),
                    engine: Arc::clone(parent),
                }),
                registry,
                judge: Arc::new(judge),
                limits,
                host_name: parent.host_name.clone(),
                measure_latency: parent.measure_latency,
                clock: parent.clock,
                outstanding: CachePadded::new(AtomicUsize::new(0)),
            }),
        }
    }

    /// Makes a session for one guest. Its lists allocate nothing before the first request.
    pub fn session(&self) -> Session {
        Session::new(Arc::clone(&self.shared))
    }

    /// Makes lookups as futures, for a guest of its own that needs no [`Session`].
    pub fn lookups(&self) -> Lookups {
        self.session().lookups()
    }

    /// Requests of all sessions that are outstanding: pending, or completed and not yet taken.
    pub fn outstanding(&self) -> usize {
        self.shared.outstanding.load(Ordering::Relaxed)
    }

    /// The limits that the engine was built with.
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Worker threads that started when the engine was built. At most [`Limits::workers`].
    pub fn workers(&self) -> usize {
        self.shared.workers
    }

    /// Takes the engine down while guests run (`S-R18`): pending requests complete with
    /// [`ErrorCode::NetworkDown`], and new requests and cancels fail with it.
    ///
    /// Completions can still be taken. The call waits for no resolver; late results are dropped. It
    /// signals the sessions one after the other. If another thread calls
    /// [`bring_up`](Self::bring_up) during that, requests made since may fail too.
    ///
    /// [`ErrorCode::NetworkDown`]: crate::ErrorCode::NetworkDown
    pub fn take_down(&self) {
        self.shared.registry.take_down();
    }

    /// Ends what [`take_down`](Self::take_down) began: requests can be made again.
    pub fn bring_up(&self) {
        self.shared.registry.bring_up();
    }

    /// Whether requests can be made: the engine is not taken down, and has a worker thread
    /// (`S-R18`).
    pub fn is_up(&self) -> bool {
        !self.shared.is_down()
    }

    /// Workers that are stuck in a resolver: their lookup was cancelled, or has run longer than
    /// [`Limits::stuck_after`] (`S-C7`).
    pub fn stuck_workers(&self) -> usize {
        self.shared.pool.status().stuck
    }

    /// Reads the counts of all sessions and the state of the workers.
    ///
    /// Takes about 100 ns for each session, 500 ns with latencies. Sessions that are made or
    /// dropped meanwhile wait; requests do not.
    pub fn metrics(&self) -> Metrics {
        // Before the pool's: a job that has left its queue is a worker's by then.
        let sum = self.shared.registry.metrics();
        let status = self.shared.pool.status();
        Metrics {
            outstanding: self.outstanding(),
            workers: self.workers(),
            busy: status.busy,
            stuck: status.stuck,
            extra: status.extra,
            ..sum
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

/// Builds a [`LookupEngine`].
#[derive(Default)]
#[must_use]
pub struct LookupEngineBuilder {
    resolver: Option<Arc<dyn Resolver>>,
    policy: Policy,
    inspector: Option<Arc<dyn Inspector>>,
    limits: Limits,
    host_name: Option<String>,
    measure_latency: bool,
    clock_without_threads: Option<fn() -> Duration>,
    observers: Vec<Arc<dyn Observer>>,
}

impl LookupEngineBuilder {
    /// Sets the resolver. Default: [`Tables::system`], then [`System`](crate::resolvers::System)
    /// for hosts that are not in the tables. On WebAssembly: the embedded [`Tables`], without
    /// hosts.
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// Sets which hosts guests may look up (`S-R16`). Default: none.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets an inspector, which sees each question that the policy allows and each outcome, and can
    /// change them. Default: none.
    pub fn inspector(mut self, inspector: impl Inspector) -> Self {
        self.inspector = Some(Arc::new(inspector));
        self
    }

    /// Sets the limits of guests and of the engine. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the name that a lookup of "" stands for (`S-R13`). The policy must allow it like any
    /// other name. Default: the machine's name; on WebAssembly, which has none,
    /// `localhost`.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.host_name = Some(name.into());
        self
    }

    /// Sets whether sessions measure the latency of requests, for
    /// [`RequestStats::latency`](crate::RequestStats::latency).
    ///
    /// It costs two readings of the clock for each request and 6 KiB for each session. Default: no.
    pub fn measure_latency(mut self, measure: bool) -> Self {
        self.measure_latency = measure;
        self
    }

    /// Adds an observer, which is called for each step of each request. An `Arc` of an observer is
    /// an observer too. Default: none. The feature `tracing` always adds one.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Has the engine start no thread, and read the time from `now`, for targets that have neither
    /// threads nor a clock, such as `wasm32-unknown-unknown`. `now` is the time since any moment,
    /// and never goes back.
    ///
    /// Such an engine is up without workers. Each call of a session does the watchdog's work: it
    /// ends the requests whose [`Limits::request_timeout`] has passed. A lookup that would block
    /// ([`Resolution::Blocking`](crate::Resolution::Blocking)) completes with WSANO_RECOVERY, so
    /// the resolvers must answer at once or asynchronously.
    ///
    /// On a target without threads, call [`Session::wait`] with a time-out of 0 only. Between two
    /// calls, wait for what the resolver waits for, but no longer than
    /// [`Session::next_deadline`].
    pub fn without_threads(mut self, now: fn() -> Duration) -> Self {
        self.clock_without_threads = Some(now);
        self
    }

    /// Builds the engine and starts its worker threads. If none can be started, every request fails
    /// with WSAENETDOWN (`S-R18`).
    pub fn build(self) -> LookupEngine {
        let resolver = self.resolver.unwrap_or_else(default_resolver);
        let judge = Arc::new(Judge {
            policy: Arc::new(self.policy),
            inspector: self.inspector,
            answer_bytes: self.limits.answer_bytes,
        });
        let has_threads = self.clock_without_threads.is_none();
        let clock = self
            .clock_without_threads
            .map_or_else(Clock::start, Clock::given);
        let (pool, workers) = Pool::start(Arc::clone(&resolver), &self.limits, clock, has_threads);
        let host_name = self.host_name.unwrap_or_else(machine_name);
        #[cfg_attr(
            not(feature = "tracing"),
            allow(unused_mut, reason = "the feature adds an observer")
        )]
        let mut observers = self.observers;
        #[cfg(feature = "tracing")]
        observers.push(Arc::new(crate::observe::Traced::default()));
        LookupEngine {
            shared: Arc::new(EngineShared {
                observers: observers.into(),
                sessions: Count::new(0),
                resolver,
                pool,
                workers,
                parent: None,
                registry: Arc::default(),
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

#[cfg(not(target_family = "wasm"))]
fn default_resolver() -> Arc<dyn Resolver> {
    Arc::new(Chain::new().then(Tables::system()).then(System::new()))
}

/// WebAssembly has no files and no name service.
#[cfg(target_family = "wasm")]
fn default_resolver() -> Arc<dyn Resolver> {
    Arc::new(Tables::builder().build().expect("the embedded tables"))
}

#[cfg(not(target_family = "wasm"))]
fn machine_name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// WebAssembly has no call for the machine's name.
#[cfg(target_family = "wasm")]
fn machine_name() -> String {
    "localhost".to_owned()
}
