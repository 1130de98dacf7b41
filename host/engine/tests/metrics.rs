//! An engine's metrics: the counts of its sessions and the state of its workers.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    ErrorCode, LatencyHistogram, Limits, LookupEngine, LookupEngineBuilder, Metrics, Query,
};

use support::*;

fn builder() -> LookupEngineBuilder {
    LookupEngine::builder().resolver(script().0).policy(
        Policy::deny_all()
            .allow("*.test".parse().unwrap())
            .allow_private(),
    )
}

fn failed(metrics: &Metrics) -> Vec<(ErrorCode, u64)> {
    metrics.total.failed().collect()
}

#[test]
fn every_outcome_is_counted_and_kept_after_the_session_ends() {
    let limits = Limits {
        max_requests: 5,
        ..workers(1)
    };
    let engine = builder().limits(limits).build();
    let (mut first, mut second) = (started(&engine), started(&engine));
    for session in [&mut first, &mut second] {
        ask(session, "known.test");
        ask(session, "denied.example");
        ask(session, "");
        ask(session, "a b.test");
        session.take(usize::MAX);
    }
    let denied_or_known = engine.metrics();
    assert_eq!(denied_or_known.total.requests, 8);
    for _ in 0..5 {
        ask(&mut first, "known.test");
    }
    first.request(host("known.test"), 0).unwrap_err();

    let before = engine.metrics();
    assert_eq!((before.total.requests, before.total.refused), (13, 1));
    assert_eq!((before.sessions, before.outstanding), (2, 5));
    drop(first);
    let after = engine.metrics();
    assert_eq!((after.sessions, after.outstanding), (1, 0));
    assert_eq!(after.total.requests, before.total.requests);
    assert_eq!(
        (after.total.answered, after.total.denied),
        (7, 4),
        "{after:?}"
    );
    assert_eq!(failed(&after), [(ErrorCode::HostNotFound, 2)]);
    assert_eq!((after.total.completed(), after.total.pending()), (13, 0));
    drop(second);
    let none_left = Metrics::clone(&after);
    let gone = engine.metrics();
    assert_eq!(
        (gone.sessions, gone.total.requests),
        (0, none_left.total.requests)
    );
    assert_eq!(failed(&gone), failed(&none_left));
    assert_eq!(gone.total.latency, None);
}

// S-C2: until a completion is taken its request is pending, and counts as cancelled after a cancel.
#[test]
fn a_request_with_a_completion_that_was_not_taken_counts_as_pending() {
    let engine = builder().limits(workers(1)).build();
    let mut session = started(&engine);
    let counts = |engine: &LookupEngine| {
        let total = engine.metrics().total;
        [total.pending(), total.completed(), total.cancelled]
    };
    let handles = ["known.test", "denied.example", "known.test", "known.test"]
        .map(|name| ask(&mut session, name));
    assert_eq!(counts(&engine), [4, 0, 0]);
    session.cancel(handles[0]).unwrap();
    session.cancel(handles[1]).unwrap();
    assert_eq!(counts(&engine), [2, 0, 2]);
    session.take(1);
    assert_eq!(counts(&engine), [1, 1, 2]);
    drop(session);
    assert_eq!(counts(&engine), [0, 2, 2]);
    assert_eq!(engine.metrics().total.denied, 0);
}

/// Waits until the metrics are as expected.
fn wait_until(engine: &LookupEngine, what: impl Fn(&Metrics) -> bool) -> Metrics {
    loop {
        let metrics = engine.metrics();
        if what(&metrics) {
            return metrics;
        }
        thread::yield_now();
    }
}

// S-C7
#[test]
fn metrics_show_busy_stuck_and_extra_workers() {
    let (engine, control) = engine(workers(2));
    let idle = wait_until(&engine, |metrics| metrics.busy == 0);
    assert_eq!((idle.workers, idle.stuck, idle.extra), (2, 0, 0));

    let mut session = started(&engine);
    let held: Vec<_> = (0..2).map(|_| ask(&mut session, "held.test")).collect();
    for _ in &held {
        control.wait_until_started("held.test");
    }
    let queued = ask(&mut session, "stuck.test");
    let busy = wait_until(&engine, |metrics| metrics.busy == 2);
    assert_eq!((busy.queued, busy.outstanding), (1, 3));

    // The extra worker takes the queued lookup, which does not return either.
    session.cancel(held[0]).unwrap();
    control.wait_until_started("stuck.test");
    let stuck = engine.metrics();
    assert_eq!((stuck.stuck, stuck.extra, stuck.queued), (1, 1, 0));
    assert_eq!((stuck.busy, stuck.workers), (3, 2));
    session.cancel(queued).unwrap();
    assert_eq!(engine.metrics().stuck, 2);
    assert_eq!(
        (
            engine.metrics().total.cancelled,
            engine.metrics().total.pending()
        ),
        (2, 1)
    );

    for name in ["held.test", "held.test", "stuck.test"] {
        control.release(name);
    }
    let back = wait_until(&engine, |metrics| metrics.busy == 0 && metrics.extra == 0);
    assert_eq!((back.stuck, back.queued), (0, 0));
}

/// Two threads make sessions and requests while a third reads.
#[test]
fn concurrent_snapshots_never_decrease_nor_have_more_ends_than_requests() {
    const GUESTS: u64 = 200;
    let engine = builder().measure_latency(true).limits(workers(1)).build();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let guests = (0..2).map(|_| {
            scope.spawn(|| {
                for _ in 0..GUESTS {
                    let mut session = started(&engine);
                    for name in ["known.test", "quick.test", "denied.example", "quick.test"] {
                        ask(&mut session, name);
                        session.take(1);
                    }
                }
            })
        });
        let guests: Vec<_> = guests.collect();
        scope.spawn(|| {
            let mut before = engine.metrics();
            while !over.load(Ordering::Relaxed) {
                let now = engine.metrics();
                let ended = now.total.completed() + now.total.cancelled;
                assert!(ended <= now.total.requests, "{now:?}");
                assert!(
                    now.total.requests >= before.total.requests
                        && ended >= before.total.completed()
                );
                assert!(
                    now.total.denied >= before.total.denied
                        && now.total.answered >= before.total.answered
                );
                before = now;
            }
        });
        for guest in guests {
            guest.join().unwrap();
        }
        over.store(true, Ordering::Relaxed);
    });
    let all = engine.metrics();
    assert_eq!(
        (all.total.requests, all.total.denied),
        (8 * GUESTS, 2 * GUESTS)
    );
    assert_eq!((all.total.pending(), all.sessions), (0, 0));
}

#[test]
fn latencies_count_requests_that_were_taken() {
    let engine = builder().measure_latency(true).build();
    let count = |engine: &LookupEngine| engine.metrics().total.latency.map(|l| l.count());
    let mut session = started(&engine);
    assert_eq!(count(&engine), Some(0));
    ask(&mut session, "known.test");
    ask(&mut session, "known.test");
    session.take(1);
    assert_eq!(count(&engine), Some(1));
    let mut other = started(&engine);
    ask(&mut other, "known.test");
    other.take(1);
    drop(other);
    drop(session);
    let latency: LatencyHistogram = engine.metrics().total.latency.unwrap();
    assert_eq!(latency.count(), 2);
    assert!(!latency.sum.is_zero());
    let in_buckets: u64 = latency.buckets().map(|(_, count)| count).sum();
    assert_eq!(in_buckets, 2);
}

#[test]
fn metrics_of_an_engine_without_sessions_are_zero() {
    let engine = builder().limits(workers(0)).build();
    assert_eq!(engine.metrics(), Metrics::default());
    let mut session = started(&engine);
    session.request(Query::ProtocolByNumber(6), 0).unwrap_err();
    assert_eq!(engine.metrics().total.refused, 1);
}
