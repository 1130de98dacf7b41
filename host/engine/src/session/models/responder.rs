//! An async resolver sends its outcome from another thread during a call of the guest.

use super::*;
use crate::lookup::{Lookup, Resolution, Resolver, Responder};

/// A resolver that gives the responder to the model.
struct Keeper(Arc<std::sync::Mutex<Option<Responder>>>);

impl Resolver for Keeper {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        *self.0.lock().expect("one thread at a time") = Some(responder);
    }
}

/// A session with one request, and a thread that calls `act` with its responder.
fn responded(act: fn(Responder)) -> (LookupEngine, Session, TaskHandle, Worker) {
    let kept = Arc::default();
    let engine = unmanned(0, Keeper(Arc::clone(&kept)));
    let mut session = engine.session();
    session.startup().unwrap();
    let handle = ask(&mut session);
    let responder = kept.lock().expect("one thread at a time").take().unwrap();
    let thread = model_thread::spawn(move || act(responder));
    (engine, session, handle, thread)
}

fn send(responder: Responder) {
    responder.send(Err(ErrorCode::HostNotFound));
}

// S-C1, S-C8
fn cancelled(act: fn(Responder)) {
    let (engine, mut session, handle, thread) = responded(act);
    let cancelled = session.cancel(handle);
    thread.join().unwrap();
    let taken = take_now(&mut session);
    // Nothing was taken before, so the cancel is in time.
    assert_eq!((cancelled, taken), (Ok(()), vec![]));
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
    assert_eq!(engine.shared.pool.status().replaced, 0);
}

fn cancelled_while_sent() {
    cancelled(send);
}

#[test]
fn an_outcome_is_sent_while_cancel_runs() {
    check(3, cancelled_while_sent);
}

finds!(a_reply_to_a_cancelled_request_is_found: DecideUnseen in cancelled_while_sent, 3);
finds!(a_cancel_that_keeps_the_handle_is_found: CancelKeepsHandle in cancelled_while_sent, 3);
finds!(an_outcome_that_is_lost_is_found: LoseOutcome in taken_once, 3);

#[test]
fn an_outcome_is_dropped_while_cancel_runs() {
    check(3, || cancelled(drop));
}

// S-R6
fn taken_once() {
    let (_engine, mut session, handle, thread) = responded(send);
    let mut taken = take_now(&mut session);
    thread.join().unwrap();
    taken.extend(take_now(&mut session));
    assert_eq!(taken, [handle]);
    assert_eq!((session.bytes(), session.outstanding()), (0, 0));
}

#[test]
fn an_outcome_is_sent_while_take_runs() {
    check(3, taken_once);
}

// S-M2 needs this: a wait ends when an outcome has arrived.
fn woken() {
    let (_engine, mut session, handle, thread) = responded(send);
    assert!(session.wait(None));
    assert_eq!(take_now(&mut session), [handle]);
    thread.join().unwrap();
}

#[test]
fn an_outcome_is_sent_while_wait_runs() {
    check(3, woken);
}

finds!(an_outcome_that_wakes_nobody_is_found: RespondQuietly in woken, 3);

// S-S4
fn forgotten() {
    let (engine, mut session, handle, thread) = responded(send);
    session.cleanup().unwrap();
    session.startup().unwrap();
    thread.join().unwrap();
    assert!(!session.wait(None));
    assert_eq!(take_now(&mut session), []);
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
}

#[test]
fn an_outcome_is_sent_while_clean_up_runs() {
    check(3, forgotten);
}

finds!(a_reply_from_before_clean_up_is_found: DecideUnseen in forgotten, 3);

// S-S7
fn gone() {
    let (engine, session, _, thread) = responded(send);
    drop(session);
    assert_eq!(engine.outstanding(), 0);
    thread.join().unwrap();
    assert_eq!(engine.shared.registry.len(), 0);
}

#[test]
fn an_outcome_is_sent_while_the_session_is_dropped() {
    check(3, gone);
}

// S-R18, S-R6
fn ended_by_an_outage() {
    let (engine, mut session, handle, thread) = responded(send);
    let switch = {
        let engine = engine.clone();
        model_thread::spawn(move || engine.take_down())
    };
    assert!(session.wait(None));
    let mut taken = take_now(&mut session);
    thread.join().unwrap();
    switch.join().unwrap();
    taken.extend(take_now(&mut session));
    assert_eq!(taken, [handle]);
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
}

#[test]
fn an_outcome_is_sent_while_the_engine_goes_down() {
    check(3, ended_by_an_outage);
}

finds!(an_outcome_that_completes_a_request_twice_is_found: DecideUnseen in ended_by_an_outage, 3);
