//! An engine that is taken down and brought up again while its sessions have requests (`S-R18`).

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Script, ScriptControl};
use winsock_async_engine::{
    Completion, ErrorCode, Limits, LookupEngine, Outcome, Query, Session, TaskHandle,
};

const DOWN: Outcome = Err(ErrorCode::NetworkDown);

/// One worker, and a name whose lookup returns when it is released.
fn engine() -> (LookupEngine, ScriptControl) {
    let script = r#"rule = [
        { host = "held.test", addresses = ["192.0.2.1"], never = true },
        { host = "quick.test", addresses = ["192.0.2.2"] },
        { host = "known.test", addresses = ["192.0.2.3"], now = true },
    ]"#;
    let script = Script::parse(script, "the test").unwrap();
    let control = script.control();
    let builder = LookupEngine::builder().resolver(script);
    let limits = Limits {
        workers: 1,
        stuck_after: Duration::MAX,
        ..Limits::default()
    };
    let engine = builder
        .policy(Policy::allow_all().allow_private())
        .limits(limits)
        .build();
    (engine, control)
}

fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    session
}

fn ask(session: &mut Session, name: &str) -> Result<TaskHandle, ErrorCode> {
    session.request(Query::HostByName(name.as_bytes().into()), 7)
}

fn outcomes(taken: Vec<Completion>) -> Vec<(TaskHandle, Outcome)> {
    taken.into_iter().map(|c| (c.handle, c.outcome)).collect()
}

// S-R18, S-C5: completions stay, running and queued requests complete, and new calls fail.
#[test]
fn pending_requests_complete_and_new_ones_fail_while_down() {
    let (engine, control) = engine();
    let mut session = started(&engine);
    let known = ask(&mut session, "known.test").unwrap();
    let running = ask(&mut session, "held.test").unwrap();
    control.wait_until_started("held.test");
    let queued = ask(&mut session, "quick.test").unwrap();

    engine.take_down();
    assert!(!engine.is_up());
    assert_eq!(ask(&mut session, "known.test"), Err(ErrorCode::NetworkDown));
    for handle in [known, running, queued, 0] {
        assert_eq!(session.cancel(handle), Err(ErrorCode::NetworkDown));
    }
    assert!(session.wait(None));
    let mut taken = outcomes(session.take(usize::MAX));
    assert!(taken.remove(0).1.is_ok());
    taken.sort_by_key(|(handle, _)| *handle != running);
    assert_eq!(taken, [(running, DOWN), (queued, DOWN)]);
    assert_eq!((session.outstanding(), engine.outstanding()), (0, 0));
    assert!(!session.wait(None));
    assert_eq!(engine.stuck_workers(), 1);

    engine.bring_up();
    assert!(engine.is_up());
    let anew = ask(&mut session, "quick.test").unwrap();
    // S-R6: the resolver's late answer is no second completion.
    control.release("held.test");
    assert!(session.wait(None));
    let taken = outcomes(session.take(usize::MAX));
    assert!(matches!(&taken[..], [(handle, Ok(_))] if *handle == anew));
    assert!(!session.wait(None));
    // S-C2
    assert_eq!(session.cancel(running), Err(ErrorCode::AlreadyCompleted));
}

// S-R18, S-C2: the outage has completed the request, and the guest has not taken that.
#[test]
fn a_request_that_an_outage_ended_can_be_cancelled_afterwards() {
    let (engine, control) = engine();
    let mut session = started(&engine);
    let running = ask(&mut session, "held.test").unwrap();
    control.wait_until_started("held.test");
    engine.take_down();
    assert_eq!(session.cancel(running), Err(ErrorCode::NetworkDown));
    engine.bring_up();
    assert_eq!(session.cancel(running), Ok(()));
    control.release("held.test");
    assert!(!session.wait(None) && session.take(usize::MAX).is_empty());
}

// S-R18: down and up again before the guest calls.
#[test]
fn a_short_outage_ends_pending_requests_too() {
    let (engine, control) = engine();
    let (mut one, mut two) = (started(&engine), started(&engine));
    let of_one = ask(&mut one, "held.test").unwrap();
    control.wait_until_started("held.test");
    let of_two = ask(&mut two, "quick.test").unwrap();
    engine.take_down();
    engine.take_down();
    engine.bring_up();
    let after = ask(&mut two, "known.test").unwrap();
    assert_eq!(outcomes(one.take(9)), [(of_one, DOWN)]);
    let taken = outcomes(two.take(9));
    assert_eq!(taken[0], (of_two, DOWN));
    assert!(matches!(&taken[1..], [(handle, Ok(_))] if *handle == after));
    control.release("held.test");
}

// S-R18: a blocked guest.
#[test]
fn taking_down_wakes_a_parked_guest() {
    let (engine, control) = engine();
    let guest = thread::spawn({
        let engine = engine.clone();
        move || {
            let mut session = started(&engine);
            let handle = ask(&mut session, "held.test").unwrap();
            assert!(session.wait(None));
            assert_eq!(outcomes(session.take(9)), [(handle, DOWN)]);
        }
    });
    control.wait_until_started("held.test");
    engine.take_down();
    guest.join().unwrap();
    control.release("held.test");
}

// S-R18: a guest that awaits, and a pollable.
#[test]
fn taking_down_wakes_a_task() {
    let (engine, control) = engine();
    let mut session = started(&engine);
    ask(&mut session, "held.test").unwrap();
    control.wait_until_started("held.test");
    let readiness = session.readiness();
    let mut context = Context::from_waker(Waker::noop());
    let mut ready = pin!(readiness.ready());
    assert!(ready.as_mut().poll(&mut context).is_pending());
    {
        let mut completed = pin!(session.completed());
        assert!(completed.as_mut().poll(&mut context).is_pending());
        engine.take_down();
        assert_eq!(completed.poll(&mut context), Poll::Ready(true));
    }
    assert!(ready.poll(&mut context).is_ready());
    control.release("held.test");
}

// S-R18, S-S4: a clean-up and a new session while the engine is down.
#[test]
fn sessions_are_made_and_dropped_while_down() {
    let (engine, _) = engine();
    engine.take_down();
    let mut session = started(&engine);
    assert_eq!(ask(&mut session, "known.test"), Err(ErrorCode::NetworkDown));
    assert!(!session.wait(None));
    session.cleanup().unwrap();
    // S-S5: start-up is checked first.
    assert_eq!(session.cancel(1), Err(ErrorCode::NotInitialised));
    drop(session);
    engine.bring_up();
    assert!(ask(&mut started(&engine), "known.test").is_ok());
}
