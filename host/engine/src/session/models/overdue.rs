//! A request becomes overdue during a call of the guest or a lookup: it completes once or is
//! cancelled.
//!
//! Time does not pass in a model, so the time-out is 0: a request is overdue when its alarm rings.

use std::time::Duration;

use super::*;
use crate::limits::Limits;
use crate::models::{timeless, unmanned_with};

/// An engine whose requests are overdue at once.
fn impatient() -> LookupEngine {
    let limits = Limits {
        workers: 0,
        max_extra_workers: 0,
        request_timeout: Some(Duration::ZERO),
        ..timeless()
    };
    unmanned_with(limits, After(|| {}))
}

/// A watchdog that scans once.
fn watchdog(engine: &LookupEngine) -> Worker {
    let engine = engine.clone();
    model_thread::spawn(move || engine.shared.pool.look())
}

// S-C8, S-R6
fn completed_once() {
    let engine = impatient();
    let (mut session, handle, worker) = asked(&engine);
    let dog = watchdog(&engine);
    assert!(session.wait(None));
    let mut taken = take_now(&mut session);
    worker.join().unwrap();
    dog.join().unwrap();
    taken.extend(take_now(&mut session));
    assert_eq!(taken, [handle]);
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
    assert_eq!(engine.shared.pool.status().replaced, 0);
}

#[test]
fn a_result_arrives_while_time_is_over() {
    check(2, completed_once);
}

finds!(a_result_that_completes_a_request_twice_is_found: DecideUnseen in completed_once, 2);

// S-C1, S-C8
fn cancelled() {
    let engine = impatient();
    let mut session = engine.session();
    session.startup().unwrap();
    let handle = ask(&mut session);
    let dog = watchdog(&engine);
    let cancelled = session.cancel(handle);
    dog.join().unwrap();
    let taken = take_now(&mut session);
    // Nothing was taken before, so the cancel is in time.
    assert_eq!((cancelled, taken), (Ok(()), vec![]));
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
}

#[test]
fn time_is_over_while_cancel_runs() {
    check(3, cancelled);
}

finds!(a_cancel_that_keeps_the_handle_is_found: CancelKeepsHandle in cancelled, 3);

// S-M2 needs this: a wait for a lookup that never ends is woken, and the next request has an alarm.
fn woken() {
    let engine = impatient();
    let mut session = engine.session();
    session.startup().unwrap();
    for _ in 0..2 {
        let handle = ask(&mut session);
        let dog = watchdog(&engine);
        assert!(session.wait(None));
        assert_eq!(take_now(&mut session), [handle]);
        dog.join().unwrap();
    }
}

#[test]
fn time_is_over_while_wait_runs() {
    check(3, woken);
}

finds!(an_alarm_that_wakes_nobody_is_found: SignalQuietly in woken, 3);
finds!(a_deadline_that_is_forgotten_is_found: ForgetDeadline in woken, 3);

// S-S7
fn gone() {
    let engine = impatient();
    let (session, _, worker) = asked(&engine);
    let dog = watchdog(&engine);
    drop(session);
    worker.join().unwrap();
    dog.join().unwrap();
    assert_eq!(
        (engine.outstanding(), engine.shared.pool.status().replaced),
        (0, 0)
    );
    assert_eq!(engine.shared.pool.alarms(), 0);
}

#[test]
fn time_is_over_while_the_session_is_dropped() {
    check(2, gone);
}
