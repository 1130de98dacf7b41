//! Greedy guests, which never let go of what they have, and well-behaved guests, which are still
//! served (`S-C7`, `S-R2`).

mod support;

use support::*;
use winsock_async_engine::resolvers::ScriptControl;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Session};

/// The number of greedy guests that the default limits must bear.
const GREEDY: usize = 20;

/// A well-behaved guest's lookups on a worker are answered, and none is refused.
fn serves(polite: &mut Session) {
    for _ in 0..10 {
        ask(polite, "quick.test");
        assert!(one(polite).outcome.is_ok());
    }
    assert_eq!(polite.stats().refused, 0);
}

/// Starts lookups that never end, until one is refused.
fn grab(session: &mut Session) {
    for _ in 0..100 {
        if session.request(host("stuck.test"), 0) == Err(ErrorCode::WouldBlock) {
            return;
        }
    }
}

/// Cancels all requests, so that the session's workers are stuck at once, and starts more.
fn grab_and_cancel(session: &mut Session) {
    session.cleanup().unwrap();
    session.startup().unwrap();
    grab(session);
}

/// The workers that greedy guests have if they come one after the other.
fn in_turn(limits: &Limits, guests: usize) -> Vec<usize> {
    let all = limits.workers + limits.max_extra_workers;
    let reserve = (all - 1) / 3;
    let mut left = all;
    let have = |_| {
        let mut held = 0;
        while held < limits.max_workers_per_session && (held == 0 || left > reserve) {
            held += 1;
            left -= 1;
        }
        held
    };
    (0..guests).map(have).collect()
}

/// Waits until this number of lookups that never end have begun.
fn wait_for_begun(control: &ScriptControl, begun: usize) {
    for _ in asked(control, "stuck.test")..begun {
        control.wait_until_started("stuck.test");
    }
    while asked(control, "stuck.test") < begun {
        std::thread::yield_now();
    }
}

fn polite_and_greedy(engine: &LookupEngine) -> (Session, Vec<Session>) {
    let greedy = (0..GREEDY).map(|_| started(engine)).collect();
    (started(engine), greedy)
}

#[test]
fn greedy_guests_one_after_the_other_harm_nobody() {
    let (engine, control) = engine(Limits::default());
    let (mut polite, mut greedy) = polite_and_greedy(&engine);
    let mut begun = 0;
    for (guest, most) in greedy.iter_mut().zip(in_turn(&Limits::default(), GREEDY)) {
        grab(guest);
        begun += most;
        wait_for_begun(&control, begun);
        serves(&mut polite);
    }
    assert_eq!(asked(&control, "stuck.test"), begun);
    assert!(begun < Limits::default().workers + Limits::default().max_extra_workers);
}

#[test]
fn greedy_guests_that_come_at_once_harm_nobody() {
    let (engine, control) = engine(Limits::default());
    let (mut polite, mut greedy) = polite_and_greedy(&engine);
    for _ in 0..100 {
        for guest in &mut greedy {
            let _ = guest.request(host("stuck.test"), 0);
        }
    }
    // All workers but the reserve.
    wait_for_begun(&control, 72 - 23);
    serves(&mut polite);
    assert_eq!(asked(&control, "stuck.test"), 72 - 23);
}

// Some guests come one after the other, some at once, and some cancel their requests and make more.
#[test]
fn greedy_guests_of_all_kinds_harm_nobody() {
    let (engine, control) = engine(Limits::default());
    let (mut polite, mut greedy) = polite_and_greedy(&engine);
    let (first, rest) = greedy.split_at_mut(GREEDY / 2);
    for guest in first.iter_mut() {
        grab(guest);
        control.wait_until_started("stuck.test");
        serves(&mut polite);
    }
    for guest in rest.iter_mut() {
        grab(guest);
    }
    for _ in 0..3 {
        for guest in first.iter_mut().step_by(2).chain(rest.iter_mut()) {
            grab_and_cancel(guest);
        }
        serves(&mut polite);
    }
}

/// Limits with a 64th of the default requests.
fn few_places() -> Limits {
    Limits {
        requests_per_engine: 16 << 10,
        max_requests: 1 << 10,
        ..Limits::default()
    }
}

/// The well-behaved guest's ten requests at a time begin.
fn has_places(polite: &mut Session) {
    for _ in 0..10 {
        ask(polite, "known.test");
    }
    assert_eq!(polite.take(usize::MAX).len(), 10);
    assert_eq!(polite.stats().refused, 0);
}

// S-R2: the limit on the requests of all sessions together.
#[test]
fn greedy_guests_leave_places_for_requests() {
    for at_once in [false, true] {
        let (engine, _control) = engine(few_places());
        let (mut polite, mut greedy) = polite_and_greedy(&engine);
        if at_once {
            for _ in 0..=few_places().max_requests {
                for guest in &mut greedy {
                    let _ = guest.request(host("known.test"), 0);
                }
                has_places(&mut polite);
            }
        } else {
            for guest in &mut greedy {
                while guest.request(host("known.test"), 0).is_ok() {}
                has_places(&mut polite);
            }
        }
        let left = few_places().requests_per_engine - engine.outstanding();
        assert!((1..=1 << 10).contains(&left), "{left} places are left");
    }
}

// S-C7: all that the session has is stuck, and the last worker is at another session's lookup,
// which ends.
#[test]
fn session_whose_worker_is_stuck_is_not_refused_while_another_session_is_served() {
    let limits = Limits {
        max_extra_workers: 0,
        ..workers(2)
    };
    let (engine, control) = engine(limits);
    let (mut one_stuck, mut served) = (started(&engine), started(&engine));
    let stuck = ask(&mut one_stuck, "stuck.test");
    control.wait_until_started("stuck.test");
    one_stuck.cancel(stuck).unwrap();
    ask(&mut served, "held.test");
    control.wait_until_started("held.test");
    ask(&mut one_stuck, "quick.test");
    control.release("held.test");
    assert!(one(&mut served).outcome.is_ok());
    assert!(one(&mut one_stuck).outcome.is_ok());
}
