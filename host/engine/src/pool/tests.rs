//! What can only be seen from within.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::*;
use crate::engine::LookupEngine;
use crate::lookup::{Lookup, Resolution};
use crate::metrics::Counters;
use crate::observe::SessionObservers;
use crate::policy::Policy;
use crate::session::Session;
use crate::sync::{mend, plant};
use crate::types::{Outcome, Query};

/// Keeps the workers that come in until the gate opens.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    /// Waits until this number of lookups are in the resolver; false if that hangs.
    fn wait_for(&self, inside: usize) -> bool {
        let state = self.state.lock().unwrap();
        let (_state, timeout) = self
            .changed
            .wait_timeout_while(state, Duration::from_secs(60), |s| s.0 < inside)
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

// S-C7: sessions that wait while no extra worker could be started have one each once it can.
#[test]
fn each_waiting_session_has_an_extra_worker_once_threads_start_again() {
    let (engine, gate) = gated(2, Duration::MAX);
    let stuck = [(); 2].map(|()| ask(&engine));
    assert!(gate.wait_for(2));
    drop(stuck);
    assert_eq!(engine.stuck_workers(), 2);
    plant(Fault::NoThread);
    let _waiting = [(); 2].map(|()| ask(&engine));
    mend();
    // The watchdog tries again, or the next session's guest does.
    let _next = ask(&engine);
    let both = gate.wait_for(4);
    gate.set_open(true);
    assert!(both, "a session waits that could have an extra worker");
}

// S-C7
#[test]
fn an_extra_worker_that_cannot_start_is_started_later() {
    let (engine, gate) = gated(1, Duration::from_secs(3600));
    let stuck = ask(&engine);
    assert!(gate.wait_for(1));
    drop(stuck);
    assert_eq!(engine.stuck_workers(), 1);
    // Not here, but by the watchdog, which is another thread.
    plant(Fault::NoThread);
    let _waits = ask(&engine);
    let both = gate.wait_for(2);
    gate.set_open(true);
    assert!(both, "nobody tries again");
}

// S-C7
#[test]
fn a_wait_starts_the_watchdog_that_starts_an_extra_worker() {
    let (engine, gate) = gated(1, Duration::MAX);
    let stuck = ask(&engine);
    assert!(gate.wait_for(1));
    drop(stuck);
    plant(Fault::NoThread);
    let waits = ask(&engine);
    mend();
    // As a guest does before it polls.
    waits.readiness();
    let both = gate.wait_for(2);
    gate.set_open(true);
    assert!(both, "nobody tries again");
}

fn queue(engine: &LookupEngine) -> Arc<SessionQueue> {
    let observers = SessionObservers::new(Arc::new([]), 0);
    let judge = Arc::clone(&engine.shared.judge);
    Arc::new(SessionQueue::new(
        Arc::new(Counters::new(false)),
        observers,
        judge,
    ))
}

// S-C7: the extra worker that was called counted as one, so the worker that came back has ended.
#[test]
fn worker_that_ended_for_an_extra_one_that_cannot_start_is_started_again() {
    let (engine, gate) = gated(1, Duration::MAX);
    let stuck = ask(&engine);
    assert!(gate.wait_for(1));
    drop(stuck);
    let pool = &engine.shared.pool;
    let gone = pool.add(&queue(&engine));
    {
        let mut state = pool.lock();
        state.schedule(gone);
        assert_eq!(state.calls().worker, Call::Start);
        let _gone = state.remove(gone);
    }
    assert_eq!(pool.status().extra, 1);
    gate.set_open(true);
    while pool.status().extra > 0 {
        std::thread::yield_now();
    }
    pool.lock().start_failed(0);
    assert!(ask(&engine).wait(Some(Duration::from_secs(60))));
    assert_eq!(pool.status().extra, 0);
}

// The watchdog is not woken every 10 ms for a worker that is slow for a second.
#[test]
fn scan_with_one_slow_worker_and_no_new_turn_waits_for_the_next_threshold() {
    let (engine, gate) = gated(1, Duration::from_secs(3600));
    let _slow = ask(&engine);
    assert!(gate.wait_for(1));
    let pool = &engine.shared.pool;
    let second = nanoseconds(Duration::from_secs(1));
    let now = pool.clock.now() + second;
    let next = {
        let mut state = pool.lock();
        state.scan(now);
        state.scan(now)
    };
    gate.set_open(true);
    assert_eq!(pool.status().stuck, 0);
    assert!(next.unwrap() > now + 1000 * second, "{next:?} after {now}");
}
