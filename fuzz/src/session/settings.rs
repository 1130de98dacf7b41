//! The engines. Each is made once, because starting threads for each input would take nearly all of
//! the time.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use winsock_async_engine::{Limits, LookupEngine, Policy};

use super::resolver::{Answers, Gate};

/// An engine with small limits, which inputs reach, and the gate of its resolver.
pub(super) struct Setting {
    pub(super) engine: LookupEngine,
    pub(super) limits: Limits,
    pub(super) gate: Arc<Gate>,
}

/// Engines without workers, with one worker, with one worker and one extra worker, and with several
/// workers.
pub(super) static SETTINGS: [LazyLock<Setting>; 5] = [
    LazyLock::new(|| Setting::new(0, 0, MANY)),
    LazyLock::new(|| Setting::new(1, 0, MANY)),
    LazyLock::new(|| Setting::new(1, 1, MANY)),
    LazyLock::new(|| Setting::new(3, 2, MANY)),
    LazyLock::new(|| Setting::new(2, 2, FEW)),
];

/// Two limits of the bytes of a session: above and below the bytes of the allowed requests.
const MANY: usize = 32 << 20;
const FEW: usize = 1000;

impl Setting {
    /// Whether a session can reach the limit of bytes before the limit of requests.
    pub(super) fn few_bytes(&self) -> bool {
        self.limits.bytes_per_session == FEW
    }

    /// Whether every worker is stuck and no extra worker may start.
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
