//! Sessions with the resolver `Scripted`: completions, cancels and waits.

mod support;

use std::thread;
use std::time::Duration;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Query, Session, TaskHandle};

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
