//! The engines. They are made once, as their threads would take nearly all of the time.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use winsock_async_engine::{Limits, LookupEngine, Policy};

use super::resolver::{Answers, Gate};

/// An engine with small limits, so that they are reached, and the gate of its resolver.
pub(super) struct Setting {
    pub(super) engine: LookupEngine,
    pub(super) limits: Limits,
    pub(super) gate: Arc<Gate>,
}

/// No workers; one without and with a spare; several.
pub(super) static SETTINGS: [LazyLock<Setting>; 5] = [
    LazyLock::new(|| Setting::new(0, 0, MANY)),
    LazyLock::new(|| Setting::new(1, 0, MANY)),
    LazyLock::new(|| Setting::new(1, 1, MANY)),
    LazyLock::new(|| Setting::new(3, 2, MANY)),
    LazyLock::new(|| Setting::new(2, 2, FEW)),
];

/// Bytes that a session may hold: more than its requests can, or less.
const MANY: usize = 32 << 20;
const FEW: usize = 1000;

impl Setting {
    /// Whether a session can hold too many bytes before it has too many requests.
    pub(super) fn few_bytes(&self) -> bool {
        self.limits.bytes_per_session == FEW
    }

    /// Whether no worker is left, nor a spare that could be started: only a worker that comes back changes that.
    pub(super) fn is_exhausted(&self) -> bool {
        self.engine.stuck_workers() >= self.engine.workers() + self.limits.max_extra_workers
    }

    fn new(workers: usize, max_extra_workers: usize, bytes_per_session: usize) -> Setting {
        let limits = Limits {
            max_requests: 12,
            requests_per_engine: 20,
            bytes_per_session,
            workers,
            max_extra_workers,
            stuck_after: Duration::MAX,
            ..Limits::default()
        };
        let gate = Arc::new(Gate::default());
        let allowed = ["*.test", "192.0.2.0/25"].map(|p| p.parse().expect("a pattern"));
        let engine = LookupEngine::builder()
            .resolver(Answers::new(Arc::clone(&gate)))
            .policy(
                allowed
                    .into_iter()
                    .fold(Policy::deny_all().allow_private(), Policy::allow),
            )
            .host_name("n0.test")
            .limits(limits.clone())
            .build();
        Setting {
            engine,
            limits,
            gate,
        }
    }
}
