//! What can only be seen from within.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::*;
use crate::engine::LookupEngine;
use crate::lookup::{Lookup, Resolution};
use crate::policy::Policy;
use crate::session::Session;
use crate::sync::{mend, plant};
use crate::types::{Outcome, Query};

/// A resolver that keeps whoever comes in until the gate is opened.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    /// Waits until so many are in the resolver; false if that hangs.
    fn wait_for(&self, inside: usize) -> bool {
        let state = self.state.lock().unwrap();
        let (_state, timeout) = self
            .changed
            .wait_timeout_while(state, Duration::from_secs(5), |s| s.0 < inside)
            .unwrap();
        !timeout.timed_out()
    }

    fn set_open(&self, open: bool) {
        self.state.lock().unwrap().1 = open;
        self.changed.notify_all();
    }
}

struct Gated(Arc<Gate>);

impl Resolver for Gated {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Blocking
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        let mut state = self.0.state.lock().unwrap();
        state.0 += 1;
        self.0.changed.notify_all();
        let mut state = self.0.changed.wait_while(state, |s| !s.1).unwrap();
        state.0 -= 1;
        Err(ErrorCode::HostNotFound)
    }
}

fn gated(workers: usize, stuck_after: Duration) -> (LookupEngine, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let limits = Limits {
        workers,
        stuck_after,
        ..Limits::default()
    };
    let builder = LookupEngine::builder().resolver(Gated(Arc::clone(&gate)));
    let engine = builder
        .policy(Policy::allow_all().allow_private())
        .limits(limits)
        .build();
    (engine, gate)
}

fn ask(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    let query = Query::HostByName(b"a.test"[..].into());
    session.request(query, 0).unwrap();
    session
}

// S-C7: lanes that came while a worker looked out are all taken, though it takes but one of them.
#[test]
fn a_worker_that_stops_looking_out_leaves_no_lane_to_parked_workers() {
    let (engine, gate) = gated(3, Duration::MAX);
    let pool = &engine.shared.pool;

    // All workers have started, and have parked again.
    let _started: Vec<_> = (1..=3)
        .map(|inside| {
            let session = ask(&engine);
            assert!(gate.wait_for(inside));
            session
        })
        .collect();
    gate.set_open(true);
    while pool.search.awake.load(Ordering::SeqCst) > 0 {
        std::thread::yield_now();
    }
    gate.set_open(false);

    // This thread is the worker that looks out.
    pool.search.start_searching();
    let _sessions: Vec<_> = (0..3).map(|_| ask(&engine)).collect();
    let _taken = pool.dequeue().unwrap();
    pool.stop_searching();
    let all = gate.wait_for(2);
    gate.set_open(true);
    assert!(all, "a lane waits while workers are parked");
}

// S-C7: lanes that wait though spares may be started, as none could be, have one each when others are swept.
#[test]
fn each_lane_that_is_put_back_has_a_spare() {
    let (engine, gate) = gated(2, Duration::MAX);
    let stuck = [(); 2].map(|()| ask(&engine));
    assert!(gate.wait_for(2));
    drop(stuck);
    assert_eq!(engine.stuck_workers(), 2);
    plant(Fault::NoThread);
    let [_one, _two, gone, last] = [(); 4].map(|()| ask(&engine));
    assert_eq!(engine.metrics().extra, 0);
    drop(gone);
    mend();
    drop(last);
    let all = gate.wait_for(4);
    gate.set_open(true);
    assert!(all, "a lane waits that could have a spare");
}

// S-C7
#[test]
fn a_spare_that_cannot_be_started_is_started_later() {
    let (engine, gate) = gated(1, Duration::from_secs(3600));
    let stuck = ask(&engine);
    assert!(gate.wait_for(1));
    drop(stuck);
    assert_eq!(engine.stuck_workers(), 1);
    // Not here, and by the timekeeper, which is another thread.
    plant(Fault::NoThread);
    let _waits = ask(&engine);
    let both = gate.wait_for(2);
    gate.set_open(true);
    assert!(both, "nobody tries again");
}
