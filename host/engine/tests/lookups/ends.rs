//! A drop, a deadline and an outage end lookups; a clean-up and the end of the session do not.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Session};

use crate::kept::{Count, DOWN, is_pending, kept, kept_within, poll};
use crate::support::{ask, asked, block_on, engine, host, started, workers};

// S-W3, S-C6: its place and its bytes are free at once, and the resolver is told.
#[test]
fn dropped_lookup_is_cancelled() {
    let (engine, kept) = kept_within(Limits {
        max_requests: 1,
        ..workers(1)
    });
    let session = started(&engine);
    let lookups = session.lookups();
    let (count, waker) = Count::new();
    for round in 1..=3 {
        let mut lookup = lookups.begin(host("a.test"));
        assert!(poll(&mut lookup, &waker).is_pending());
        let responder = kept.pop();
        assert!(responder.is_wanted());
        drop(lookup);
        assert!(!responder.is_wanted());
        assert_eq!(engine.outstanding(), 0);
        responder.send(Err(ErrorCode::HostNotFound));
        assert_eq!(count.get(), 0);
        assert_eq!(session.stats().cancelled, round);
    }
    assert_eq!(session.stats().completed(), 0);
}

// S-W3, S-C1: the outcome came, and nobody has looked at it.
#[test]
fn lookup_that_is_dropped_before_its_outcome_is_taken_is_cancelled() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let lookups = session.lookups();
    drop(lookups.begin(host("known.test")));
    let unseen = lookups.begin(host("a.test"));
    kept.answer();
    drop(unseen);
    let (stats, left) = (session.stats(), engine.outstanding());
    assert_eq!((stats.cancelled, stats.completed(), left), (2, 0, 0));
}

// S-C6: a lookup that waits for a worker leaves the queue.
#[test]
fn dropped_lookup_that_is_queued_never_runs() {
    let (engine, control) = engine(workers(1));
    let lookups = engine.lookups();
    let running = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    let queued: Vec<_> = (0..3).map(|_| lookups.begin(host("quick.test"))).collect();
    assert_eq!(engine.metrics().queued, 3);
    drop(queued);
    assert_eq!((engine.metrics().queued, engine.outstanding()), (0, 1));
    control.release("held.test");
    assert!(block_on(running).is_ok());
    assert!(block_on(lookups.begin(host("other.test"))).is_ok());
    assert_eq!(asked(&control, "quick.test"), 0);
}

// S-C7
#[test]
fn worker_of_a_dropped_lookup_is_replaced() {
    let (engine, control) = engine(workers(1));
    let lookups = engine.lookups();
    let running = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    drop(running);
    assert_eq!((engine.stuck_workers(), engine.outstanding()), (1, 0));
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    control.release("held.test");
    while engine.stuck_workers() > 0 {
        thread::yield_now();
    }
}

// S-R15: nobody else looks at the session.
#[test]
fn overdue_lookups_end_with_try_again() {
    let soon = Some(Duration::from_millis(2));
    let (silent, _kept) = kept_within(Limits {
        request_timeout: soon,
        ..workers(1)
    });
    let (blocking, _control) = engine(Limits {
        request_timeout: soon,
        ..workers(4)
    });
    for engine in [silent, blocking] {
        let lookups = engine.lookups();
        thread::scope(|scope| {
            for _ in 0..4 {
                let lookups = lookups.clone();
                scope.spawn(move || {
                    let outcome = block_on(lookups.begin(host("stuck.test")));
                    assert_eq!(outcome, Err(ErrorCode::TryAgain));
                });
            }
        });
        assert_eq!(engine.outstanding(), 0);
    }
}

// S-R18
#[test]
fn outage_ends_all_lookups_of_all_threads() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let of_both = [session.lookups(), engine.lookups()];
    let (awaits, awaited) = mpsc::channel();
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let lookup = of_both[n % 2].begin(host("a.test"));
            let awaits = awaits.clone();
            thread::spawn(move || {
                let mut lookup = lookup;
                block_on(async {
                    assert!(is_pending(&mut lookup));
                    awaits.send(()).unwrap();
                    lookup.await
                })
            })
        })
        .collect();
    for _ in &threads {
        awaited.recv().unwrap();
    }
    engine.take_down();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), DOWN);
    }
    engine.bring_up();
    // S-R6: late outcomes are no second ones.
    let mut anew = of_both[0].begin(host("b.test"));
    let responder = kept.pop();
    for late in kept.0.lock().unwrap().drain(..) {
        late.send(Err(ErrorCode::NoData));
    }
    assert!(is_pending(&mut anew));
    responder.send(Err(ErrorCode::HostNotFound));
    assert_eq!(block_on(anew), Err(ErrorCode::HostNotFound));
    assert_eq!(engine.outstanding(), 0);
}

/// Lookups in each state: queued, running, completed, and completed and taken; with requests of the
/// session in the same states. Calls `end` in the middle.
fn ended_in_the_middle(end: impl FnOnce(&mut Option<Session>)) {
    let (engine, control) = engine(workers(2));
    let mut session = Some(started(&engine));
    let asked_for = |session: &mut Option<Session>, name| ask(session.as_mut().unwrap(), name);
    let lookups = session.as_ref().unwrap().lookups();
    let running = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    asked_for(&mut session, "stuck.test");
    control.wait_until_started("stuck.test");
    let queued = lookups.begin(host("quick.test"));
    asked_for(&mut session, "other.test");
    let known = lookups.begin(host("known.test"));
    asked_for(&mut session, "known.test");
    let mut taken = lookups.begin(host("known.test"));
    assert!(!is_pending(&mut taken));
    assert_eq!(engine.outstanding(), 7);

    end(&mut session);
    assert_eq!((engine.outstanding(), engine.stuck_workers()), (4, 1));
    assert!(known.outcome().unwrap().is_ok());
    assert!(taken.outcome().unwrap().is_ok());
    assert!(block_on(queued).is_ok());
    control.release("held.test");
    assert!(block_on(running).is_ok());
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    assert_eq!(asked(&control, "other.test"), 0);
    drop((known, taken));
    assert_eq!(engine.outstanding(), 0);
    let total = engine.metrics().total;
    // A completion that a clean-up drops counts as completed.
    assert_eq!((total.completed(), total.cancelled), (6, 2));
}

// S-W1, S-S4
#[test]
fn clean_up_ends_the_requests_of_the_session_alone() {
    ended_in_the_middle(|session| session.as_mut().unwrap().cleanup().unwrap());
}

// S-S7
#[test]
fn lookups_outlive_their_session() {
    ended_in_the_middle(|session| drop(session.take()));
}

/// Holds the only worker of an engine.
fn occupied(limits: Limits) -> (LookupEngine, impl FnOnce()) {
    let (engine, control) = engine(limits);
    let holder = engine.lookups().begin(host("held.test"));
    control.wait_until_started("held.test");
    let free = move || {
        control.release("held.test");
        assert!(block_on(holder).is_ok());
    };
    (engine, free)
}

#[test]
fn lookup_keeps_its_engine_alive() {
    let (free, lookup) = {
        let (engine, free) = occupied(workers(1));
        (free, engine.lookups().begin(host("quick.test")))
    };
    free();
    assert!(block_on(lookup).is_ok());
}
