//! Workers with the resolver `Scripted`: which lookups they run, and what replaces stuck ones.

mod support;

use std::thread;
use std::time::Duration;

use winsock_async_engine::{ErrorCode, Limits, Lookup};

use support::*;

// S-C6: a lookup that is cancelled in the queue never reaches a resolver.
#[test]
fn workers_skip_cancelled_requests() {
    let (engine, control) = engine(workers(1));
    let mut session = started(&engine);
    ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    let handles: Vec<_> = (0..1001).map(|_| ask(&mut session, "quick.test")).collect();
    for handle in &handles[1..] {
        assert_eq!(session.cancel(*handle), Ok(()));
    }
    control.release("held.test");
    assert!(one(&mut session).outcome.is_ok());
    assert_eq!(one(&mut session).handle, handles[0]);
    assert!(!session.wait(None));
    assert_eq!(
        asked(&control, "quick.test"),
        1,
        "only for the one that lives"
    );
}

// S-C7: a stuck worker delays no other request while another is free.
#[test]
fn a_stuck_request_delays_no_other() {
    let (engine, control) = engine(workers(2));
    let (mut stuck, mut other) = (started(&engine), started(&engine));
    let handle = ask(&mut stuck, "stuck.test");
    control.wait_until_started("stuck.test");
    for round in 0..1000 {
        if round == 500 {
            assert_eq!(stuck.cancel(handle), Ok(()));
        }
        ask(&mut other, "quick.test");
        assert!(one(&mut other).outcome.is_ok());
    }
    // A request that needs no worker is answered while all are stuck.
    ask(&mut stuck, "stuck.test");
    control.wait_until_started("stuck.test");
    ask(&mut other, "known.test");
    assert!(one(&mut other).outcome.is_ok());
}

// S-C7: extra workers replace workers that are stuck in cancelled lookups, and end when these
// return. Each is counted.
#[test]
fn stuck_workers_are_replaced() {
    let (engine, control) = engine(workers(2));
    let mut session = started(&engine);
    for round in 0..3 {
        let stuck = [(); 2].map(|()| {
            let handle = ask(&mut session, "held.test");
            control.wait_until_started("held.test");
            handle
        });
        // It waits for a worker when the first cancel makes one stuck.
        ask(&mut session, "quick.test");
        for handle in stuck {
            session.cancel(handle).unwrap();
        }
        assert!(one(&mut session).outcome.is_ok());
        assert_eq!(engine.stuck_workers(), 2 * (round + 1));
    }
    for _ in 0..6 {
        control.release("held.test");
    }
    // Two workers are left: two more can get stuck and be replaced.
    while engine.stuck_workers() > 0 {
        ask(&mut session, "quick.test");
        one(&mut session);
    }
    ask(&mut session, "quick.test");
    assert!(one(&mut session).outcome.is_ok());
}

// S-C7: at most `max_extra_workers`.
#[test]
fn extra_workers_are_bounded() {
    let (engine, control) = engine(Limits {
        max_extra_workers: 1,
        ..workers(1)
    });
    let mut session = started(&engine);
    for _ in 0..2 {
        let stuck = ask(&mut session, "held.test");
        control.wait_until_started("held.test");
        session.cancel(stuck).unwrap();
    }
    assert_eq!(engine.stuck_workers(), 2);
    let refused = session.request(host("quick.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    // A request that needs no worker is answered.
    ask(&mut session, "known.test");
    assert!(one(&mut session).outcome.is_ok());
    control.release("held.test");
    while engine.stuck_workers() == 2 {
        thread::yield_now();
    }
    ask(&mut session, "quick.test");
    assert!(one(&mut session).outcome.is_ok());
}

// No call of the guest schedules the session again.
#[test]
fn a_parked_worker_runs_a_lookup_queued_behind_a_slow_one() {
    let (engine, control) = engine(workers(2));
    let (mut session, mut other) = (started(&engine), started(&engine));
    for _ in 0..100 {
        let slow = ask(&mut session, "held.test");
        ask(&mut session, "quick.test");
        ask(&mut other, "quick.test");
        assert!(
            session.wait(Some(Duration::from_secs(60))),
            "nobody takes the job"
        );
        assert!(session.take(1)[0].outcome.is_ok());
        assert!(
            other.wait(Some(Duration::from_secs(60))),
            "no worker takes the session"
        );
        assert!(other.take(1)[0].outcome.is_ok());
        control.wait_until_started("held.test");
        control.release("held.test");
        assert_eq!(one(&mut session).handle, slow);
    }
}

// Many requests of one session do not delay those of another.
#[test]
fn workers_serve_sessions_alternately() {
    let (engine, control) = engine(workers(1));
    let (mut many, mut few) = (started(&engine), started(&engine));
    ask(&mut many, "held.test");
    control.wait_until_started("held.test");
    for _ in 0..1000 {
        ask(&mut many, "quick.test");
    }
    for _ in 0..3 {
        ask(&mut few, "other.test");
    }
    control.release("held.test");
    while few.wait(None) {
        few.take(usize::MAX);
    }
    let asked = control.asked();
    let is_other = |l: &Lookup| matches!(l, Lookup::HostByName(name) if &**name == "other.test");
    let places: Vec<_> = (0..asked.len()).filter(|i| is_other(&asked[*i])).collect();
    assert_eq!(
        places,
        [2, 4, 6],
        "every second place is the other session's"
    );
}

// S-S7, S-C7: no drop waits for a stuck worker.
#[test]
fn dropping_a_session_and_its_engine_does_not_wait_for_a_stuck_worker() {
    let (engine, control) = engine(workers(1));
    let mut session = started(&engine);
    for _ in 0..100 {
        ask(&mut session, "stuck.test");
    }
    control.wait_until_started("stuck.test");
    drop(session);
    assert_eq!(engine.outstanding(), 0);
    drop(engine);
}
