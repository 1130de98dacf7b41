//! Requests that may be pending only so long.

mod support;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use support::*;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

fn within(time: Duration) -> Limits {
    Limits {
        request_timeout: Some(time),
        ..workers(1)
    }
}

const SOON: Duration = Duration::from_millis(2);

// S-R15, S-C1: whether its lookup runs or waits.
#[test]
fn what_is_overdue_completes_and_nothing_comes_of_it_later() {
    let (engine, control) = engine(within(SOON));
    let mut session = started(&engine);
    let asked = Instant::now();
    let running = ask(&mut session, "held.test");
    let waiting = ask(&mut session, "quick.test");
    for handle in [running, waiting] {
        let late = one(&mut session);
        assert_eq!(late.handle, handle);
        assert_eq!(late.outcome, Err(ErrorCode::TryAgain));
        assert!(asked.elapsed() >= SOON);
        assert_eq!(session.cancel(handle), Err(ErrorCode::AlreadyCompleted));
    }
    assert_eq!(engine.outstanding(), 0);
    assert!(engine.stuck_workers() <= 1);
    control.release("held.test");
    // A spare may have been at it; either way it is over.
    while engine.stuck_workers() > 0 {
        thread::yield_now();
    }
    assert!(!session.wait(None) && session.take(usize::MAX).is_empty());
    assert_eq!(asked_in_time(&mut session), Ok(()));
}

/// The next request has time of its own.
fn asked_in_time(session: &mut winsock_async_engine::Session) -> Result<(), ErrorCode> {
    loop {
        ask(session, "quick.test");
        match one(session).outcome {
            // The machine was busy.
            Err(ErrorCode::TryAgain) => {}
            outcome => return outcome.map(drop),
        }
    }
}

#[test]
fn what_comes_in_time_is_as_ever() {
    let (engine, control) = engine(within(Duration::from_secs(3600)));
    let mut session = started(&engine);
    let held = ask(&mut session, "held.test");
    let cancelled = ask(&mut session, "quick.test");
    session.cancel(cancelled).unwrap();
    control.wait_until_started("held.test");
    control.release("held.test");
    let answered = one(&mut session);
    assert_eq!(answered.handle, held);
    assert!(answered.outcome.is_ok());
    assert!(!session.wait(None));
}

// S-C1, S-S4
#[test]
fn what_was_cancelled_or_cleaned_up_is_never_overdue() {
    let (engine, _control) = engine(within(SOON));
    let mut session = started(&engine);
    let cancelled = ask(&mut session, "held.test");
    session.cancel(cancelled).unwrap();
    let overdue = ask(&mut session, "stuck.test");
    assert_eq!(
        one(&mut session).handle,
        overdue,
        "and not the cancelled one"
    );
    ask(&mut session, "stuck.test");
    session.cleanup().unwrap();
    session.startup().unwrap();
    let overdue = ask(&mut session, "stuck.test");
    assert_eq!(one(&mut session).handle, overdue);
    assert!(!session.wait(None));
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker))
        {
            return done;
        }
        thread::park();
    }
}

// S-M2's ground: a task and a pollable are woken too.
#[test]
fn whoever_waits_in_whatever_way_is_woken() {
    let (engine, _control) = engine(within(SOON));
    let mut session = started(&engine);
    ask(&mut session, "stuck.test");
    assert!(block_on(session.completed()));
    assert_eq!(session.take(1).len(), 1);
    ask(&mut session, "stuck.test");
    let readiness = session.readiness();
    block_on(readiness.ready());
    // It is ready for the one that is overdue, whose turn it is with this call.
    assert_eq!(one(&mut session).outcome, Err(ErrorCode::TryAgain));
}

#[derive(Clone, Default)]
struct Silent(Arc<Mutex<Vec<Responder>>>);

impl Resolver for Silent {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, reply: Responder) {
        self.0.lock().unwrap().push(reply);
    }
}

// S-C1, S-R15: also where no worker is in it.
#[test]
fn a_reply_that_comes_too_late_reaches_nobody() {
    let silent = Silent::default();
    let engine = LookupEngine::builder()
        .resolver(silent.clone())
        .policy(Policy::allow_all())
        .limits(within(SOON))
        .build();
    let mut session = started(&engine);
    ask(&mut session, "a.test");
    assert_eq!(one(&mut session).outcome, Err(ErrorCode::TryAgain));
    let reply = silent.0.lock().unwrap().pop().unwrap();
    assert!(!reply.is_wanted());
    reply.send(Err(ErrorCode::HostNotFound));
    assert!(!session.wait(None) && session.take(1).is_empty());
    assert_eq!(engine.stuck_workers(), 0, "no worker was in it");
}

// S-C7: many sessions' deadlines, each told its own.
#[test]
fn each_session_is_told() {
    let (engine, _control) = engine(within(SOON));
    let mut sessions: Vec<_> = (0..50).map(|_| started(&engine)).collect();
    for session in &mut sessions {
        for _ in 0..10 {
            // All workers may be stuck by now, in what others have asked.
            let _ = session.request(host("stuck.test"), 0);
        }
    }
    for session in &mut sessions {
        while session.wait(None) {
            for completion in session.take(usize::MAX) {
                assert_eq!(completion.outcome, Err(ErrorCode::TryAgain));
            }
        }
        assert_eq!(session.outstanding(), 0);
    }
}
