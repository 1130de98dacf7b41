//! Lookups that run too long and are not cancelled delay no other session (`S-C7`).

mod support;

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, mpsc};
use std::thread::ThreadId;
use std::time::Duration;

use support::*;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Outcome, Session};
use winsock_async_engine::{Lookup, Resolution, Resolver};

/// Limits with workers that are stuck after 1 ms.
fn impatient(workers: usize, extra: usize) -> Limits {
    Limits {
        workers,
        max_extra_workers: extra,
        stuck_after: Duration::from_millis(1),
        ..Limits::default()
    }
}

fn wait_for_stuck(engine: &LookupEngine, workers: usize) {
    while engine.stuck_workers() != workers {
        std::thread::yield_now();
    }
}

#[test]
fn a_worker_past_stuck_after_is_replaced() {
    let (engine, control) = engine(impatient(1, 1));
    let mut session = started(&engine);
    for _ in 0..3 {
        let held = ask(&mut session, "held.test");
        control.wait_until_started("held.test");
        ask(&mut session, "quick.test");
        assert!(one(&mut session).outcome.is_ok());
        wait_for_stuck(&engine, 1);
        let metrics = engine.metrics();
        assert_eq!((metrics.stuck, metrics.extra), (1, 1));
        // The late outcome arrives too, and one of the two workers ends.
        control.release("held.test");
        let late = one(&mut session);
        assert_eq!(late.handle, held);
        assert!(late.outcome.is_ok());
        wait_for_stuck(&engine, 0);
        while engine.metrics().extra > 0 {
            std::thread::yield_now();
        }
    }
}

// Its worker is stuck for two reasons, and counts once.
#[test]
fn cancelling_a_stuck_lookup_counts_its_worker_once() {
    let (engine, control) = engine(impatient(1, 4));
    let mut session = started(&engine);
    let held = ask(&mut session, "held.test");
    wait_for_stuck(&engine, 1);
    session.cancel(held).unwrap();
    assert_eq!(engine.stuck_workers(), 1);
    ask(&mut session, "quick.test");
    assert!(one(&mut session).outcome.is_ok());
    control.release("held.test");
    wait_for_stuck(&engine, 0);
}

/// One session makes 1000 requests that are never answered; another's request is answered.
fn beside_a_black_hole(cancelled: bool) {
    let (engine, _control) = engine(impatient(8, 64));
    let (mut first, mut next) = (started(&engine), started(&engine));
    // Once its share is stuck, the session's requests are refused.
    let asks = (0..1000).map_while(|_| first.request(host("stuck.test"), 0).ok());
    let handles: Vec<_> = asks.collect();
    if cancelled {
        for handle in handles {
            first.cancel(handle).unwrap();
        }
    }
    ask(&mut next, "known.test");
    assert_eq!(next.take(1).len(), 1, "it needs no worker, so it is there");
    ask(&mut next, "quick.test");
    assert!(one(&mut next).outcome.is_ok());
}

#[test]
fn a_guest_beside_1000_unanswered_lookups_is_served() {
    beside_a_black_hole(false);
}

#[test]
fn a_guest_beside_1000_cancelled_lookups_is_served() {
    beside_a_black_hole(true);
}

// S-R2
#[test]
fn requests_that_need_a_worker_are_refused_while_all_are_stuck() {
    let (engine, control) = engine(impatient(1, 2));
    let (mut session, mut other) = (started(&engine), started(&engine));
    for stuck in 1..=3 {
        ask(&mut session, "held.test");
        wait_for_stuck(&engine, stuck);
    }
    assert_eq!(engine.metrics().extra, 2);
    for session in [&mut session, &mut other] {
        let before = engine.outstanding();
        let refused = session.request(host("quick.test"), 0);
        assert_eq!(refused, Err(ErrorCode::WouldBlock));
        assert_eq!(session.stats().refused, 1);
        assert_eq!(engine.outstanding(), before);
        // Requests that need no worker work.
        ask(session, "known.test");
        assert!(one(session).outcome.is_ok());
    }
    assert_eq!((session.stats().requests, other.stats().requests), (4, 1));
    control.release("held.test");
    assert!(one(&mut session).outcome.is_ok());
    wait_for_stuck(&engine, 2);
    ask(&mut other, "quick.test");
    assert!(one(&mut other).outcome.is_ok());
}

// S-S7: one guest cannot take all workers. Its lookups go on when some return.
#[test]
fn one_session_keeps_at_most_its_share_of_workers_stuck() {
    let (engine, control) = engine(Limits {
        max_workers_per_session: 3,
        // Long enough for a quick lookup on a busy machine.
        stuck_after: Duration::from_secs(1),
        ..impatient(2, 64)
    });
    let (mut greedy, mut other) = (started(&engine), started(&engine));
    // Some calls may come when it has its share already.
    let begun = (0..10).filter(|_| greedy.request(host("held.test"), 0).is_ok());
    let begun = begun.count();
    assert!(begun >= 3);
    while engine.stuck_workers() < 3 {
        std::thread::yield_now();
    }
    for _ in 0..100 {
        ask(&mut other, "quick.test");
        assert!(one(&mut other).outcome.is_ok());
    }
    assert_eq!(asked(&control, "held.test"), 3);
    let refused = greedy.request(host("quick.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    ask(&mut greedy, "known.test");
    assert!(one(&mut greedy).outcome.is_ok());
    for _ in 0..begun {
        control.wait_until_started("held.test");
        control.release("held.test");
        assert!(one(&mut greedy).outcome.is_ok());
    }
    ask(&mut other, "quick.test");
    assert!(one(&mut other).outcome.is_ok());
}

// S-S7: slow lookups of one guest, which are not stuck, take all workers, and extra ones replace
// them.
#[test]
fn slow_lookups_delay_no_other_guest() {
    let (engine, control) = engine(Limits {
        stuck_after: Duration::from_secs(3600),
        ..Limits::default()
    });
    let (mut slow, mut other) = (started(&engine), started(&engine));
    for _ in 0..100 {
        ask(&mut slow, "held.test");
    }
    for _ in 0..100 {
        ask(&mut other, "quick.test");
        assert!(one(&mut other).outcome.is_ok());
    }
    // A slow worker is not stuck, so no request is refused.
    assert_eq!(engine.stuck_workers(), 0);
    ask(&mut slow, "held.test");
    for _ in 0..101 {
        control.wait_until_started("held.test");
        control.release("held.test");
        assert!(one(&mut slow).outcome.is_ok());
    }
    while engine.metrics().extra > 0 {
        std::thread::yield_now();
    }
}

// S-S7: also after other sessions needed extra workers, which now serve all sessions.
#[test]
fn one_session_has_at_most_its_share_of_extra_workers() {
    let (engine, control) = engine(Limits {
        max_workers_per_session: 3,
        // Long enough to make all requests.
        stuck_after: Duration::from_secs(1),
        ..impatient(2, 10)
    });
    let mut sessions: Vec<_> = (0..3).map(|_| started(&engine)).collect();
    for session in &mut sessions {
        for _ in 0..3 {
            ask(session, "held.test");
        }
    }
    let greedy = &mut sessions[0];
    let begun = (0..10).filter(|_| greedy.request(host("stuck.test"), 0).is_ok());
    assert!(begun.count() >= 3);
    wait_for_stuck(&engine, 9);
    for _ in 0..9 {
        control.release("held.test");
    }
    wait_for_stuck(&engine, 3);
    let mut other = started(&engine);
    for _ in 0..100 {
        ask(&mut other, "quick.test");
        assert!(one(&mut other).outcome.is_ok());
    }
    assert_eq!(asked(&control, "stuck.test"), 3);
}

/// Holds each lookup until it is released.
#[derive(Clone, Default)]
struct Turnstile(Arc<(Mutex<Turns>, Condvar)>);

#[derive(Default)]
struct Turns {
    turn: usize,
    begun: usize,
    threads: HashSet<ThreadId>,
}

impl Turnstile {
    fn state(&self) -> MutexGuard<'_, Turns> {
        self.0.0.lock().unwrap()
    }

    fn turn(&self) {
        self.state().turn += 1;
        self.0.1.notify_all();
    }
}

impl Resolver for Turnstile {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Blocking
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        let mut state = self.state();
        state.begun += 1;
        state.threads.insert(std::thread::current().id());
        let turn = state.turn;
        let stays = |state: &mut Turns| state.turn == turn;
        let _state = self.0.1.wait_while(state, stays).unwrap();
        Err(ErrorCode::HostNotFound)
    }
}

/// An engine with two workers at most, whose session has made 100 requests; the turnstile holds
/// the lookups. None if a busy machine was so late that both workers were stuck before.
fn held_requests() -> Option<(LookupEngine, Session, Turnstile)> {
    let turnstile = Turnstile::default();
    let engine = LookupEngine::builder()
        .resolver(turnstile.clone())
        .policy(Policy::allow_all())
        .limits(impatient(1, 1))
        .build();
    let mut session = started(&engine);
    let are_all = (0..100).all(|_| session.request(host("a.test"), 0).is_ok());
    if !are_all {
        turnstile.turn();
    }
    are_all.then_some((engine, session, turnstile))
}

// Slow lookups do not need a thread each.
#[test]
fn a_replaced_worker_that_returns_works_on() {
    let held = std::iter::repeat_with(held_requests).flatten().next();
    let (engine, mut session, turnstile) = held.unwrap();
    for begun in 1..=50 {
        while turnstile.state().begun < 2 * begun {
            std::thread::yield_now();
        }
        wait_for_stuck(&engine, 2);
        turnstile.turn();
        for _ in 0..2 {
            one(&mut session);
        }
    }
    // Two, and some more if one worker found the session taken by the other.
    let threads = turnstile.state().threads.len();
    assert!((2..25).contains(&threads), "{threads} threads");
}

#[test]
fn any_number_of_extra_workers_is_accepted() {
    let (engine, control) = engine(impatient(1, usize::MAX));
    let mut session = started(&engine);
    ask(&mut session, "held.test");
    wait_for_stuck(&engine, 1);
    ask(&mut session, "quick.test");
    assert!(one(&mut session).outcome.is_ok());
    control.release("held.test");
}

#[test]
fn without_stuck_after_only_cancelled_lookups_are_stuck() {
    let (engine, control) = engine(workers(2));
    let (mut session, mut other) = (started(&engine), started(&engine));
    ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    for _ in 0..1000 {
        ask(&mut other, "quick.test");
        one(&mut other);
    }
    assert_eq!(engine.stuck_workers(), 0);
}

/// Closes its channel when it is dropped.
struct Mortal(#[allow(dead_code, reason = "it is dropped")] mpsc::Sender<()>);

impl Resolver for Mortal {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Blocking
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        Err(ErrorCode::HostNotFound)
    }
}

// All threads end with the engine, the watchdog too.
#[test]
fn the_resolver_is_dropped_with_the_engine() {
    let (alive, gone) = mpsc::channel();
    let limits = Limits {
        request_timeout: Some(Duration::MAX),
        ..impatient(2, 2)
    };
    let engine = LookupEngine::builder()
        .resolver(Mortal(alive))
        .policy(Policy::allow_all())
        .limits(limits)
        .build();
    let mut session = started(&engine);
    ask(&mut session, "a.test");
    one(&mut session);
    drop((session, engine));
    assert_eq!(gone.recv(), Err(mpsc::RecvError));
}
