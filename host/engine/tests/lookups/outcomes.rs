//! The outcome of a lookup, at once or later, and on each further poll.

use std::sync::Arc;
use std::task::{Poll, Waker};

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, LookupEngine, Lookups, PendingLookup};

use crate::kept::{is_pending, kept, poll};
use crate::support::ways::{WAYS, Ways};
use crate::support::{block_on, engine, host, started, workers};

#[test]
fn futures_can_move_to_any_thread_or_task() {
    fn is_free<T: Send + Sync + Unpin + 'static>() {}
    is_free::<Lookups>();
    is_free::<PendingLookup>();
}

// S-W1
#[test]
fn each_way_of_resolvers_answers() {
    for way in WAYS {
        let ways = Ways::new(way, &[[8, 8, 8, 8].into()]);
        let engine = LookupEngine::builder()
            .resolver(ways.clone())
            .policy(Policy::allow_all())
            .build();
        let lookups = engine.lookups();
        for _ in 0..3 {
            assert_eq!(
                block_on(lookups.begin(host("a.test"))),
                ways.answer(),
                "{way:?}"
            );
        }
        assert_eq!(ways.asked().len(), 3, "{way:?}");
        assert_eq!(engine.outstanding(), 0, "{way:?}");
    }
}

// The lookup is under way before the first poll.
#[test]
fn known_outcome_is_there_without_a_poll() {
    let (engine, _control) = engine(workers(1));
    let mut lookup = engine.lookups().begin(host("known.test"));
    assert!(matches!(lookup.outcome(), Some(Ok(_))));
    assert!(matches!(
        poll(&mut lookup, Waker::noop()),
        Poll::Ready(Ok(_))
    ));
}

#[test]
fn each_further_poll_returns_the_same_outcome() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let mut known = session.lookups().begin(host("known.test"));
    let mut asked = session.lookups().begin(host("a.test"));
    assert!(is_pending(&mut asked));
    kept.answer();
    let answers: Vec<_> = (0..3)
        .map(|_| match poll(&mut known, Waker::noop()) {
            Poll::Ready(Ok(answer)) => answer,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(answers.iter().all(|a| Arc::ptr_eq(a, &answers[0])));
    for _ in 0..3 {
        let outcome = poll(&mut asked, Waker::noop());
        assert_eq!(outcome, Poll::Ready(Err(ErrorCode::HostNotFound)));
    }
    assert_eq!(session.stats().completed(), 2);
}
