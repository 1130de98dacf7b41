//! Sessions with the resolver `Scripted`: completions, cancels and workers.

mod support;

use std::panic::panic_any;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    Answer, ErrorCode, HostEntry, Limits, LookupEngine, Outcome, Query, Session, TaskHandle,
};
use winsock_async_engine::{Lookup, Resolution, Resolver};

use support::*;

// S-C1: a worker runs the lookup, which returns after the cancel.
#[test]
fn an_answer_after_the_cancel_is_dropped() {
    let (engine, control) = engine(workers(1));
    let mut session = started(&engine);
    let held = ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    assert_eq!(session.cancel(held), Ok(()));
    assert_eq!(engine.outstanding(), 0);
    control.release("held.test");
    // The only worker has returned from the first lookup when it runs the second.
    let quick = ask(&mut session, "quick.test");
    assert_eq!(one(&mut session).handle, quick);
    assert!(session.take(usize::MAX).is_empty());
    assert_eq!(session.cancel(held), Err(ErrorCode::InvalidArgument));
}

// S-C1, S-C2: a completion that was not taken is no message yet.
#[test]
fn a_cancel_before_the_take_removes_the_completion() {
    let (engine, _) = engine(workers(1));
    let mut session = started(&engine);
    let quick = ask(&mut session, "quick.test");
    assert!(session.wait(None));
    let known = ask(&mut session, "known.test");
    let readiness = session.readiness();
    for cancelled in [quick, known] {
        assert!(readiness.is_ready());
        assert_eq!(session.cancel(cancelled), Ok(()));
        let again = session.cancel(cancelled);
        assert_eq!(again, Err(ErrorCode::InvalidArgument));
    }
    assert!(!readiness.is_ready() && !session.wait(None));
    assert!(session.take(usize::MAX).is_empty());
    assert_eq!((session.outstanding(), engine.outstanding()), (0, 0));
    let stats = session.stats();
    assert_eq!((stats.cancelled, stats.completed()), (2, 0));
}

// S-C2
#[test]
fn a_cancel_after_the_take_is_already_completed() {
    let (engine, _) = engine(workers(1));
    let mut session = started(&engine);
    for name in ["quick.test", "known.test"] {
        let handle = ask(&mut session, name);
        assert_eq!(one(&mut session).handle, handle);
        let late = session.cancel(handle);
        assert_eq!(late, Err(ErrorCode::AlreadyCompleted));
    }
    assert_eq!(session.stats().answered, 2);
}

// S-C1, S-R6: whichever completions are cancelled, the others come once and in order.
#[test]
fn completions_keep_their_order_when_others_are_cancelled() {
    let (engine, _) = engine(workers(1));
    let mut session = started(&engine);
    for step in [2, 3, 7] {
        let handles: Vec<_> = (0..1000).map(|_| ask(&mut session, "known.test")).collect();
        let (cancelled, kept): (Vec<_>, Vec<_>) = (0..1000).partition(|i| i % step != 0);
        for i in cancelled.iter().rev() {
            assert_eq!(session.cancel(handles[*i]), Ok(()));
        }
        assert_eq!(session.outstanding(), kept.len());
        let mut taken = session.take(3);
        taken.extend(session.take(usize::MAX));
        let taken: Vec<_> = taken.into_iter().map(|c| c.handle).collect();
        assert!(taken.into_iter().eq(kept.iter().map(|i| handles[*i])));
    }
}

// S-C2: one handler cancels the former request and makes the next. Each cancel is in time, although
// services, protocols and known hosts are answered at once.
#[test]
fn a_cancel_of_the_former_request_is_in_time_for_each_kind() {
    let (engine, _) = engine(workers(1));
    let mut session = started(&engine);
    let queries = || {
        [
            host("known.test"),
            host("192.0.2.7"),
            host("a b.test"),
            Query::ProtocolByName(b"tcp"[..].into()),
            Query::ProtocolByNumber(6),
        ]
    };
    for query in queries() {
        for next in queries() {
            let former = session.request(query.clone(), 1).unwrap();
            assert_eq!(session.cancel(former), Ok(()));
            let handle = session.request(next, 2).unwrap();
            let taken = session.take(usize::MAX);
            assert_eq!(taken.len(), 1);
            assert_eq!((taken[0].handle, taken[0].tag), (handle, 2));
        }
    }
}

// S-C6, S-R2: the place and the bytes of a completion are free at once.
#[test]
fn a_cancelled_completion_makes_room_at_once() {
    let (engine, _) = engine(Limits {
        max_requests: 2,
        ..workers(1)
    });
    let mut session = started(&engine);
    let kept = ask(&mut session, "known.test");
    for _ in 0..10_000 {
        let handle = ask(&mut session, "known.test");
        let refused = session.request(host("known.test"), 0);
        assert_eq!(refused, Err(ErrorCode::WouldBlock));
        assert_eq!(session.cancel(handle), Ok(()));
    }
    assert_eq!(one(&mut session).handle, kept);
}

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

struct Odd;

/// A panic's payload that panics in its drop.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("when it is dropped, on purpose");
    }
}

impl Resolver for Odd {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::ProtocolByNumber(1) => panic!("in known, on purpose"),
            Lookup::ProtocolByNumber(2) => Resolution::Ready(Ok(host_answer(1))),
            _ => Resolution::Blocking,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        match lookup {
            Lookup::HostByName(name) if &**name == "panic.test" => panic!("on purpose"),
            Lookup::HostByName(name) if &**name == "bomb.test" => panic_any(Bomb),
            Lookup::HostByName(name) if &**name == "empty.test" => Ok(host_answer(0)),
            _ => Ok(host_answer(1)),
        }
    }
}

fn host_answer(addresses: usize) -> Arc<Answer> {
    let addresses = std::iter::repeat_n([192, 0, 2, 1].into(), addresses);
    Arc::new(HostEntry::new("odd.test", addresses).into())
}

// Panics and answers of the wrong kind.
#[test]
fn faults_of_a_resolver_become_errors() {
    let engine = LookupEngine::builder()
        .resolver(Odd)
        .policy(Policy::allow_all().allow_private())
        .limits(workers(1))
        .build();
    let mut session = started(&engine);
    let mut outcome = |query| {
        session.request(query, 0).unwrap();
        one(&mut session).outcome
    };
    for name in ["panic.test", "bomb.test", "bomb.test"] {
        assert_eq!(outcome(host(name)), Err(ErrorCode::NoRecovery));
    }
    assert_eq!(
        outcome(Query::ProtocolByNumber(1)),
        Err(ErrorCode::NoRecovery)
    );
    // S-R15: a host without an address is a name without data.
    assert_eq!(outcome(host("empty.test")), Err(ErrorCode::NoData));
    // An answer of another kind.
    assert_eq!(
        outcome(Query::ProtocolByNumber(2)),
        Err(ErrorCode::NoRecovery)
    );
    assert_eq!(
        outcome(Query::ProtocolByNumber(3)),
        Err(ErrorCode::NoRecovery)
    );
    assert_eq!(outcome(host("good.test")), Ok(host_answer(1)));
}

// S-C8, S-R6: with several guests and workers, each cancel's result is true.
#[test]
fn concurrent_guests_end_every_request_once() {
    let (engine, _) = engine(workers(4));
    thread::scope(|scope| {
        for guest in 0..4 {
            let engine = &engine;
            scope.spawn(move || hammer(engine, guest));
        }
    });
    assert_eq!(engine.outstanding(), 0);
}

fn hammer(engine: &LookupEngine, guest: u64) {
    let mut session = started(engine);
    let mut random = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(guest + 1);
    let mut live: Vec<TaskHandle> = Vec::new();
    let (mut completed, mut cancelled) = (0, 0);
    const REQUESTS: u64 = 20_000;
    for tag in 0..REQUESTS {
        live.push(session.request(host("quick.test"), tag).unwrap());
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if random.is_multiple_of(4) {
            let victim = live.swap_remove(random as usize / 4 % live.len());
            match session.cancel(victim) {
                Ok(()) => cancelled += 1,
                Err(other) => panic!("{other}"),
            }
        }
        if random % 64 == 1 {
            completed += take_all(&mut session, &mut live);
        }
    }
    while session.wait(None) {
        completed += take_all(&mut session, &mut live);
    }
    assert!(live.is_empty(), "{} never ended", live.len());
    assert_eq!(completed + cancelled, REQUESTS);
    assert_eq!(
        (session.stats().completed(), session.stats().cancelled),
        (completed, cancelled)
    );
}

fn take_all(session: &mut Session, live: &mut Vec<TaskHandle>) -> u64 {
    let taken = session.take(usize::MAX);
    for completion in &taken {
        let i = live.iter().position(|handle| *handle == completion.handle);
        // A cancelled request is not in the list.
        live.swap_remove(i.expect("it is outstanding"));
    }
    taken.len() as u64
}

#[test]
fn wait_returns_at_zero_short_and_unbounded_timeouts() {
    let (engine, control) = engine(workers(1));
    let mut session = started(&engine);
    for timeout in [None, Some(Duration::ZERO), Some(Duration::MAX)] {
        assert!(!session.wait(timeout), "nothing is outstanding");
    }
    ask(&mut session, "held.test");
    assert!(!session.wait(Some(Duration::ZERO)));
    assert!(!session.wait(Some(Duration::from_millis(1))));
    control.wait_until_started("held.test");
    control.release("held.test");
    assert!(session.wait(Some(Duration::MAX)));
    assert!(session.wait(None) && session.wait(Some(Duration::ZERO)));
    assert_eq!(session.take(usize::MAX).len(), 1);
}

#[test]
fn latency_quantiles_exist_where_latency_is_measured() {
    let (script, _) = script();
    let builder = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private());
    let engine = builder.measure_latency(true).build();
    let mut session = started(&engine);
    let quantile = |session: &Session, share| session.stats().latency.unwrap().quantile(share);
    assert_eq!(quantile(&session, 0.5), None);
    ask(&mut session, "known.test");
    ask(&mut session, "quick.test");
    while session.outstanding() > 0 {
        one(&mut session);
    }
    let (median, late) = (quantile(&session, 0.5), quantile(&session, 0.99));
    assert!(median.unwrap() > Duration::ZERO && late >= median);
}
