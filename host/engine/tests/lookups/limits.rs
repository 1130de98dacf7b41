//! What is refused: by the policy, by limits, and while the engine is down.

use std::thread;

use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Outcome, Rate};

use crate::kept::{DOWN, is_pending, kept, kept_within};
use crate::support::ways::{WAYS, Ways};
use crate::support::{ask, block_on, engine, host, started, workers};

const WOULD_BLOCK: Outcome = Err(ErrorCode::WouldBlock);

// S-R16
#[test]
fn denied_lookup_ends_at_once_and_reaches_no_resolver() {
    let ways = Ways::new(WAYS[0], &[]);
    let engine = LookupEngine::builder().resolver(ways.clone()).build();
    let lookup = engine.lookups().begin(host("a.test"));
    assert_eq!(lookup.outcome(), Some(Err(ErrorCode::AccessDenied)));
    assert_eq!(ways.asked(), []);
}

// S-R2, S-W1: the account is one.
#[test]
fn requests_of_both_interfaces_count_for_max_requests() {
    let (engine, _kept) = kept_within(Limits {
        max_requests: 2,
        ..workers(1)
    });
    let mut session = started(&engine);
    let lookups = session.lookups();
    let asked = ask(&mut session, "a.test");
    let lookup = lookups.begin(host("b.test"));
    let refused = lookups.begin(host("c.test"));
    assert_eq!(refused.outcome(), Some(WOULD_BLOCK));
    assert_eq!(block_on(refused), WOULD_BLOCK);
    let refused = session.request(host("c.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    drop(lookup);
    let asked_in_its_place = ask(&mut session, "b.test");
    session.cancel(asked).unwrap();
    assert!(is_pending(&mut lookups.begin(host("c.test"))));
    session.cancel(asked_in_its_place).unwrap();
    assert_eq!((session.stats().refused, session.outstanding()), (2, 0));
}

// S-R2
#[test]
fn lookups_past_the_bytes_of_a_session_are_refused() {
    let (engine, _kept) = kept_within(Limits {
        bytes_per_session: 1,
        ..workers(1)
    });
    let lookups = engine.lookups();
    let first = lookups.begin(host("a.test"));
    assert_eq!(
        lookups.begin(host("a.test")).outcome(),
        Some(WOULD_BLOCK),
        "a pending lookup holds bytes"
    );
    drop(first);
    let known = lookups.begin(host("known.test"));
    assert!(matches!(known.outcome(), Some(Ok(_))));
    assert_eq!(
        lookups.begin(host("a.test")).outcome(),
        Some(WOULD_BLOCK),
        "an outcome that is kept holds bytes"
    );
    drop(known);
    assert_eq!(lookups.begin(host("a.test")).outcome(), None);
}

// S-R2
#[test]
fn outcome_that_is_kept_counts_until_it_is_dropped() {
    let (engine, _kept) = kept_within(Limits {
        max_requests: 1,
        ..workers(1)
    });
    let mut session = started(&engine);
    let mut lookup = session.lookups().begin(host("known.test"));
    assert!(!is_pending(&mut lookup));
    assert_eq!((engine.outstanding(), session.outstanding()), (1, 0));
    let refused = session.request(host("known.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    drop(lookup);
    assert_eq!(engine.outstanding(), 0);
    ask(&mut session, "known.test");
    // The taken outcome is no cancel.
    assert_eq!(session.stats().cancelled, 0);
}

// S-R2
#[test]
fn lookups_past_the_rate_are_refused() {
    let rate = Rate {
        per_second: 1.try_into().unwrap(),
        burst: 3.try_into().unwrap(),
    };
    let (engine, _kept) = kept_within(Limits {
        max_rate: Some(rate),
        ..workers(1)
    });
    let mut session = started(&engine);
    let lookups = session.lookups();
    ask(&mut session, "known.test");
    // A slow machine may get more than the burst.
    let begun = (0..).find(|_| lookups.begin(host("known.test")).outcome() == Some(WOULD_BLOCK));
    assert!(begun.unwrap() >= 2, "the session's request counts too");
}

// S-C7
#[test]
fn lookups_that_need_a_worker_are_refused_while_all_are_stuck() {
    let (engine, control) = engine(Limits {
        max_extra_workers: 0,
        ..workers(1)
    });
    let lookups = engine.lookups();
    let stuck = lookups.begin(host("held.test"));
    control.wait_until_started("held.test");
    drop(stuck);
    assert_eq!(engine.stuck_workers(), 1);
    let refused = lookups.begin(host("quick.test"));
    assert_eq!(refused.outcome(), Some(WOULD_BLOCK));
    assert_eq!(engine.outstanding(), 0);
    let known = lookups.begin(host("known.test"));
    assert!(known.outcome().unwrap().is_ok());
    control.release("held.test");
    while engine.stuck_workers() > 0 {
        thread::yield_now();
    }
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
}

// S-R18
#[test]
fn lookups_fail_while_the_engine_is_down_or_has_no_worker() {
    let (engine, _kept) = kept();
    let lookups = engine.lookups();
    engine.take_down();
    assert_eq!(block_on(lookups.begin(host("known.test"))), DOWN);
    engine.bring_up();
    assert!(block_on(lookups.begin(host("known.test"))).is_ok());
    let (engine, _kept) = kept_within(workers(0));
    assert_eq!(block_on(engine.lookups().begin(host("known.test"))), DOWN);
}
