//! `Limits::request_timeout`.

mod support;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use support::*;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Session};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

fn within(time: Duration) -> Limits {
    Limits {
        request_timeout: Some(time),
        ..workers(1)
    }
}

const SOON: Duration = Duration::from_millis(2);

// S-R15, S-C1: one lookup runs, the other waits for a worker.
#[test]
fn an_overdue_request_completes_once_with_try_again() {
    let mut soon = SOON;
    // A busy machine may be late with the second request: a stuck worker takes no more.
    while !two_overdue_requests_complete(soon) {
        soon *= 2;
    }
}

/// False if the first request was overdue before the second was made.
fn two_overdue_requests_complete(soon: Duration) -> bool {
    // No extra worker runs the second lookup after the first is overdue.
    let (engine, control) = engine(Limits {
        max_extra_workers: 0,
        ..within(soon)
    });
    let mut session = started(&engine);
    let asked = Instant::now();
    let running = ask(&mut session, "held.test");
    let Ok(waiting) = session.request(host("held.test"), 0) else {
        return false;
    };
    for handle in [running, waiting] {
        let late = one(&mut session);
        assert_eq!(late.handle, handle);
        assert_eq!(late.outcome, Err(ErrorCode::TryAgain));
        assert!(asked.elapsed() >= soon);
        assert_eq!(session.cancel(handle), Err(ErrorCode::AlreadyCompleted));
    }
    assert_eq!(engine.outstanding(), 0);
    for _ in [running, waiting] {
        control.release("held.test");
    }
    while engine.stuck_workers() > 0 {
        thread::yield_now();
    }
    assert!(!session.wait(None) && session.take(usize::MAX).is_empty());
    assert_eq!(ask_in_time(&mut session), Ok(()));
    true
}

/// Makes a request and returns its outcome. Repeats it while a busy machine makes it late.
fn ask_in_time(session: &mut Session) -> Result<(), ErrorCode> {
    loop {
        // The only worker is stuck in an overdue lookup until that returns.
        let Ok(_) = session.request(host("quick.test"), 0) else {
            thread::yield_now();
            continue;
        };
        match one(session).outcome {
            Err(ErrorCode::TryAgain) => {}
            outcome => return outcome.map(drop),
        }
    }
}

#[test]
fn a_request_within_its_timeout_completes_with_its_answer() {
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
fn a_cancelled_or_cleaned_up_request_never_times_out() {
    let (engine, _control) = engine(within(SOON));
    let mut session = started(&engine);
    loop {
        let cancelled = ask(&mut session, "held.test");
        if session.cancel(cancelled).is_ok() {
            break;
        }
        // On a busy machine it is overdue before it is cancelled.
        one(&mut session);
    }
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

// What S-M2 needs of the host: tasks and pollables are woken.
#[test]
fn a_timeout_wakes_tasks_and_pollables() {
    let (engine, _control) = engine(within(SOON));
    let mut session = started(&engine);
    ask(&mut session, "stuck.test");
    assert!(block_on(session.completed()));
    assert_eq!(session.take(1).len(), 1);
    ask(&mut session, "stuck.test");
    let readiness = session.readiness();
    block_on(readiness.ready());
    // The call completes the overdue request.
    assert_eq!(one(&mut session).outcome, Err(ErrorCode::TryAgain));
}

#[derive(Clone, Default)]
struct Silent(Arc<Mutex<Vec<Responder>>>);

impl Resolver for Silent {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

// S-C1, S-R15: no worker runs the lookup.
#[test]
fn an_outcome_after_the_timeout_is_dropped() {
    let silent = Silent::default();
    let engine = LookupEngine::builder()
        .resolver(silent.clone())
        .policy(Policy::allow_all())
        .limits(within(SOON))
        .build();
    let mut session = started(&engine);
    ask(&mut session, "a.test");
    assert_eq!(one(&mut session).outcome, Err(ErrorCode::TryAgain));
    let responder = silent.0.lock().unwrap().pop().unwrap();
    assert!(!responder.is_wanted());
    responder.send(Err(ErrorCode::HostNotFound));
    assert!(!session.wait(None) && session.take(1).is_empty());
    assert_eq!(engine.stuck_workers(), 0, "no worker was in it");
}

// S-C7: the deadlines of many sessions.
#[test]
fn requests_of_50_sessions_all_time_out() {
    let (engine, _control) = engine(within(SOON));
    let mut sessions: Vec<_> = (0..50).map(|_| started(&engine)).collect();
    for session in &mut sessions {
        for _ in 0..10 {
            // All workers may be stuck in lookups of other sessions.
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
