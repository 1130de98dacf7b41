//! What observers and statistics say of lookups.

use winsock_async_engine::LookupEngine;
use winsock_async_engine::policy::Policy;

use crate::diary::observed;
use crate::kept::is_pending;
use crate::support::{ask, block_on, host, one, script, started, workers};

#[test]
fn observers_see_the_steps_of_lookups() {
    let (engine, kept, diary) = observed();
    let lookups = engine.lookups();
    let begin = |name| (lookups.begin(host(name)), diary.last());

    let (lookup, taken) = begin("a.test");
    kept.answer();
    assert!(lookup.outcome().is_some());
    drop(lookup);
    let steps = ["request", "start", "finish", "answer"];
    assert_eq!(diary.of(taken), steps);

    let (lookup, untaken) = begin("a.test");
    kept.answer();
    drop(lookup);
    assert_eq!(diary.of(untaken), [&steps[..], &["cancel"]].concat());

    let (lookup, dropped) = begin("a.test");
    drop(lookup);
    kept.answer();
    assert_eq!(diary.of(dropped), ["request", "start", "cancel", "finish"]);

    let (lookup, denied) = begin("denied.example");
    assert!(lookup.outcome().is_some());
    drop(lookup);
    assert_eq!(diary.of(denied), ["request", "denial"]);

    engine.take_down();
    drop(lookups.begin(host("a.test")));
    assert_eq!(diary.of(0), ["refusal"]);
}

// S-W1: one set of counts.
#[test]
fn statistics_count_requests_of_both_interfaces() {
    let (script, _control) = script();
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::allow_all().allow_private())
        .limits(workers(1))
        .measure_latency(true)
        .build();
    let mut session = started(&engine);
    let lookups = session.lookups();
    ask(&mut session, "quick.test");
    one(&mut session);
    assert!(block_on(lookups.begin(host("quick.test"))).is_ok());
    let mut kept = lookups.begin(host("known.test"));
    assert_eq!(session.stats().pending(), 1);
    for _ in 0..2 {
        assert!(!is_pending(&mut kept));
    }
    drop(lookups.begin(host("stuck.test")));
    let stats = session.stats();
    assert_eq!((stats.requests, stats.answered), (4, 3));
    assert_eq!((stats.cancelled, stats.pending()), (1, 0));
    assert_eq!(stats.latency.as_ref().unwrap().count(), 3);
    let metrics = engine.metrics();
    assert_eq!((metrics.outstanding, metrics.sessions), (1, 1));
    assert_eq!(metrics.total, stats);
    drop(session);
    assert_eq!(engine.metrics().sessions, 1, "the guest has a lookup");
    drop((kept, lookups));
    let metrics = engine.metrics();
    assert_eq!((metrics.outstanding, metrics.sessions), (0, 0));
    assert_eq!(metrics.total, stats);
}
