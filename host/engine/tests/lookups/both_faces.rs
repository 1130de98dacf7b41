//! A session beside the lookups of the same guest.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use winsock_async_engine::ErrorCode;

use crate::diary::observed;
use crate::kept::{is_pending, kept};
use crate::support::{ask, block_on, host, one, started};

// S-W1: neither a result that nobody has settled nor an outcome is shown.
#[test]
fn session_never_shows_lookups() {
    let (engine, kept) = kept();
    let mut session = started(&engine);
    let readiness = session.readiness();
    let lookups = session.lookups();
    let known = lookups.begin(host("known.test"));
    let mut asked = lookups.begin(host("a.test"));
    assert!(is_pending(&mut asked));
    for answers in [false, true] {
        if answers {
            kept.answer();
        }
        assert!(!readiness.is_ready());
        assert_eq!(session.outstanding(), 0);
        assert!(!session.wait(None), "nothing is outstanding");
        assert!(!block_on(session.completed()));
        assert_eq!(session.take(usize::MAX), []);
    }
    assert!(known.outcome().is_some() && asked.outcome().is_some());

    // Beside a request that is pending.
    let unseen = lookups.begin(host("b.test"));
    let handle = ask(&mut session, "c.test");
    let of_request = kept.pop();
    let mut ready = pin!(readiness.ready());
    let mut context = Context::from_waker(Waker::noop());
    assert!(ready.as_mut().poll(&mut context).is_pending());
    kept.answer();
    assert!(ready.as_mut().poll(&mut context).is_pending());
    assert!(!session.wait(Some(Duration::ZERO)));
    assert!(pin!(session.completed()).poll(&mut context).is_pending());
    assert_eq!((session.take(1), session.outstanding()), (vec![], 1));
    of_request.send(Err(ErrorCode::HostNotFound));
    assert!(ready.as_mut().poll(&mut context).is_ready());
    assert_eq!(one(&mut session).handle, handle);
    assert!(unseen.outcome().is_some());
}

// The session is not settled by any call of its own.
#[test]
fn readiness_is_not_ready_after_a_result_of_a_lookup() {
    let (engine, kept) = kept();
    let session = started(&engine);
    let readiness = session.readiness();
    let lookup = session.lookups().begin(host("a.test"));
    kept.answer();
    assert!(!readiness.is_ready());
    assert!(lookup.outcome().is_some());
    drop(session);
    assert!(readiness.is_ready());
}

// S-C3: the session did not give the handle out.
#[test]
fn session_cannot_cancel_a_lookup() {
    let (engine, kept, diary) = observed();
    let mut session = started(&engine);
    let mut lookup = session.lookups().begin(host("a.test"));
    let handle = diary.last();
    let mut cancel = || session.cancel(handle);
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "pending");
    kept.answer();
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "completed");
    assert!(!is_pending(&mut lookup));
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "taken");
    drop(lookup);
    assert_eq!(cancel(), Err(ErrorCode::InvalidArgument), "dropped");
    let stats = session.stats();
    assert_eq!((stats.completed(), stats.cancelled), (1, 0));
}

// Whichever of the two settles the results, the other is woken.
#[test]
fn session_and_lookup_that_wait_at_once_are_both_woken() {
    let (engine, kept) = kept();
    let mut session = started(&engine);
    let lookups = session.lookups();
    for round in 0..2000 {
        let lookup = lookups.begin(host("a.test"));
        let of_lookup = kept.pop();
        ask(&mut session, "b.test");
        let of_request = kept.pop();
        thread::scope(|scope| {
            scope.spawn(|| assert!(block_on(lookup).is_err()));
            scope.spawn(|| {
                assert!(session.wait(None));
                assert_eq!(session.take(usize::MAX).len(), 1);
            });
            let mut responders = [of_lookup, of_request];
            if round % 2 == 0 {
                responders.reverse();
            }
            for responder in responders {
                responder.send(Err(ErrorCode::HostNotFound));
            }
        });
    }
    assert_eq!(engine.outstanding(), 0);
}
