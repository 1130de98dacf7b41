//! The same where a reply is sent from another thread, and no worker is in it.

use super::*;
use crate::lookup::{Lookup, Resolution, Resolver, Responder};

/// Keeps what it is asked for the model.
struct Asker(Arc<std::sync::Mutex<Option<Responder>>>);

impl Resolver for Asker {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, reply: Responder) {
        *self.0.lock().expect("one thread at a time") = Some(reply);
    }
}

/// A session with one request, and a thread that does this with its reply.
fn replied(act: fn(Responder)) -> (LookupEngine, Session, TaskHandle, Worker) {
    let kept = Arc::default();
    let engine = unmanned(0, Asker(Arc::clone(&kept)));
    let mut session = engine.session();
    session.startup().unwrap();
    let handle = ask(&mut session);
    let reply = kept.lock().expect("one thread at a time").take().unwrap();
    let thread = model_thread::spawn(move || act(reply));
    (engine, session, handle, thread)
}

fn send(reply: Responder) {
    reply.send(Err(ErrorCode::HostNotFound));
}

// S-C1, S-C2, S-C8
fn cancelled_or_completed(act: fn(Responder)) {
    let (engine, mut session, handle, thread) = replied(act);
    let cancelled = session.cancel(handle);
    thread.join().unwrap();
    let taken = take_now(&mut session);
    match cancelled {
        Ok(()) => {
            assert_eq!(taken, []);
            assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
        }
        Err(ErrorCode::AlreadyCompleted) => assert_eq!(taken, [handle]),
        Err(other) => panic!("{other}"),
    }
    assert_eq!((session.bytes, engine.outstanding()), (0, 0));
    assert_eq!(engine.shared.pool.relieved_workers(), 0);
}

fn cancelled_or_sent() {
    cancelled_or_completed(send);
}

#[test]
fn a_reply_is_sent_while_cancel_runs() {
    check(3, cancelled_or_sent);
}

finds!(a_reply_to_a_cancelled_request_is_found: DecideUnseen in cancelled_or_sent, 3);
finds!(a_cancel_that_keeps_the_handle_is_found: CancelKeepsHandle in cancelled_or_sent, 3);
finds!(a_reply_that_is_lost_is_found: LoseReply in taken_once, 3);

#[test]
fn a_reply_is_dropped_while_cancel_runs() {
    check(3, || cancelled_or_completed(drop));
}

// S-R6
fn taken_once() {
    let (_engine, mut session, handle, thread) = replied(send);
    let mut taken = take_now(&mut session);
    thread.join().unwrap();
    taken.extend(take_now(&mut session));
    assert_eq!(taken, [handle]);
    assert_eq!((session.bytes, session.outstanding()), (0, 0));
}

#[test]
fn a_reply_is_sent_while_take_runs() {
    check(3, taken_once);
}

// S-M2's ground
fn woken() {
    let (_engine, mut session, handle, thread) = replied(send);
    assert!(session.wait(None));
    assert_eq!(take_now(&mut session), [handle]);
    thread.join().unwrap();
}

#[test]
fn a_reply_is_sent_while_wait_runs() {
    check(3, woken);
}

finds!(a_reply_that_wakes_nobody_is_found: ReplyQuietly in woken, 3);

// S-S4
fn forgotten() {
    let (engine, mut session, handle, thread) = replied(send);
    session.cleanup().unwrap();
    session.startup().unwrap();
    thread.join().unwrap();
    assert!(!session.wait(None));
    assert_eq!(take_now(&mut session), []);
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
    assert_eq!((session.bytes, engine.outstanding()), (0, 0));
}

#[test]
fn a_reply_is_sent_while_clean_up_runs() {
    check(3, forgotten);
}

finds!(a_reply_from_before_clean_up_is_found: DecideUnseen in forgotten, 3);

// S-S7
fn gone() {
    let (engine, session, _, thread) = replied(send);
    drop(session);
    assert_eq!(engine.outstanding(), 0);
    thread.join().unwrap();
    assert_eq!(engine.shared.registry.len(), 0);
}

#[test]
fn a_reply_is_sent_while_the_session_is_dropped() {
    check(3, gone);
}

// S-R18, S-R6
fn ended_by_an_outage() {
    let (engine, mut session, handle, thread) = replied(send);
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
    assert_eq!((session.bytes, engine.outstanding()), (0, 0));
}

#[test]
fn a_reply_is_sent_while_the_engine_goes_down() {
    check(3, ended_by_an_outage);
}

finds!(a_reply_that_completes_a_request_twice_is_found: DecideUnseen in ended_by_an_outage, 3);
