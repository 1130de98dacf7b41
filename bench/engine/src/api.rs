//! A resolver that takes no time, except for `busy.test` and `held.test`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use winsock_async_engine::{
    ErrorCode, Limits, Lookup, Outcome, Policy, Query, Resolution, Resolver,
};
pub(crate) use winsock_async_engine::{LookupEngine, Session, TaskHandle};

/// Finds nothing: `known.test` without a worker, every other name from one. `busy.test` takes
/// 17 µs, and `held.test` ends when the gate opens.
#[derive(Clone, Default)]
pub(crate) struct Null(Arc<Gate>);

/// The gate at which workers wait.
#[derive(Default)]
pub(crate) struct Gate {
    /// Lookups of `held.test` that have begun.
    begun: AtomicUsize,
    opened: Mutex<usize>,
    opens: Condvar,
}

impl Null {
    /// Waits until `begun` lookups of `held.test` have begun.
    pub(crate) fn wait_for(&self, begun: usize) {
        while self.0.begun.load(Ordering::SeqCst) < begun {
            std::hint::spin_loop();
        }
    }

    /// Lets the first `count` lookups of `held.test` end.
    pub(crate) fn open(&self, count: usize) {
        *self.0.opened.lock().expect("no holder panics") = count;
        self.0.opens.notify_all();
    }
}

impl Resolver for Null {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if &**name == "known.test" => {
                Resolution::Ready(Err(ErrorCode::HostNotFound))
            }
            _ => Resolution::Blocking,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        match lookup {
            Lookup::HostByName(name) if &**name == "busy.test" => {
                let begun = Instant::now();
                while begun.elapsed() < Duration::from_micros(17) {
                    std::hint::spin_loop();
                }
            }
            Lookup::HostByName(name) if &**name == "held.test" => {
                let mine = self.0.begun.fetch_add(1, Ordering::SeqCst);
                let opened = self.0.opened.lock().expect("no holder panics");
                drop(self.0.opens.wait_while(opened, |opened| *opened <= mine));
            }
            _ => {}
        }
        Err(ErrorCode::HostNotFound)
    }
}

/// An engine with `workers` workers, whose sessions may have `requests` outstanding requests.
pub(crate) fn engine(workers: usize, requests: usize) -> (LookupEngine, Null) {
    engine_with(workers, requests, Limits::default().stuck_after)
}

/// Like [`engine`], but no worker counts as stuck, so a held worker gets no replacement.
pub(crate) fn patient_engine(workers: usize, requests: usize) -> (LookupEngine, Null) {
    engine_with(workers, requests, Duration::MAX)
}

fn engine_with(workers: usize, requests: usize, stuck_after: Duration) -> (LookupEngine, Null) {
    let null = Null::default();
    let engine = LookupEngine::builder()
        .resolver(null.clone())
        .policy(Policy::allow_all().allow_private())
        .limits(Limits {
            workers,
            max_requests: requests,
            requests_per_engine: 64 * requests,
            bytes_per_session: usize::MAX,
            stuck_after,
            ..Limits::default()
        })
        .build();
    (engine, null)
}

pub(crate) fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().expect("start-up");
    session
}

pub(crate) fn host(name: &str) -> Query {
    Query::HostByName(name.as_bytes().into())
}
