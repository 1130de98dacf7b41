//! A result arrives during a call of the guest: in every order, the request is cancelled or
//! completed.

mod lookups;
mod overdue;
mod responder;

use super::*;
use crate::engine::LookupEngine;
use crate::models::{After, check, finds, unmanned};
use crate::sync::{Fault, model_thread};

type Worker = model_thread::JoinHandle<()>;

/// A session with one request, and a worker that runs its lookup.
fn asked(engine: &LookupEngine) -> (Session, TaskHandle, Worker) {
    let mut session = engine.session();
    session.startup().unwrap();
    let handle = ask(&mut session);
    let worker = worker(&session);
    (session, handle, worker)
}

fn ask(session: &mut Session) -> TaskHandle {
    session
        .request(Query::HostByName(b"a.test"[..].into()), 7)
        .unwrap()
}

/// Does the jobs of a session, if there are any.
fn worker(session: &Session) -> Worker {
    let engine = Arc::clone(&session.shared.engine);
    model_thread::spawn(move || engine.pool.work_once())
}

fn at_once() -> LookupEngine {
    unmanned(0, After(|| {}))
}

/// Takes all completions, and returns their handles.
fn take_now(session: &mut Session) -> Vec<TaskHandle> {
    let taken = session.take(usize::MAX);
    taken.into_iter().map(|c| c.handle).collect()
}

// S-C1, S-C8
fn cancelled() {
    let engine = at_once();
    let (mut session, handle, worker) = asked(&engine);
    let cancelled = session.cancel(handle);
    worker.join().unwrap();
    let taken = take_now(&mut session);
    // Nothing was taken before, so the cancel is in time.
    assert_eq!((cancelled, taken), (Ok(()), vec![]));
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
    assert!(!session.shared.queue.is_ready());
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
    assert_eq!(engine.shared.pool.status().replaced, 0);
}

#[test]
fn a_result_arrives_while_cancel_runs() {
    check(3, cancelled);
}

finds!(a_result_of_a_cancelled_request_is_found: DecideUnseen in cancelled, 3);
finds!(a_cancel_that_keeps_the_handle_is_found: CancelKeepsHandle in cancelled, 3);

// S-R6
fn taken_once() {
    let engine = at_once();
    let (mut session, handle, worker) = asked(&engine);
    let mut taken = take_now(&mut session);
    worker.join().unwrap();
    taken.extend(take_now(&mut session));
    assert_eq!(taken, [handle]);
    assert_eq!(session.cancel(handle), Err(ErrorCode::AlreadyCompleted));
    assert_eq!((session.bytes(), session.outstanding()), (0, 0));
    assert!(!session.shared.queue.is_ready());
}

#[test]
fn a_result_arrives_while_take_runs() {
    check(3, taken_once);
}

finds!(a_take_that_forgets_the_handle_is_found: TakeForgetsHandle in taken_once, 3);

// S-C1, S-C2, S-C8: of a take and a cancel, the first decides.
fn taken_or_cancelled() {
    let engine = at_once();
    let (mut session, handle, worker) = asked(&engine);
    let taken = take_now(&mut session);
    let cancelled = session.cancel(handle);
    worker.join().unwrap();
    let later = take_now(&mut session);
    match cancelled {
        Ok(()) => assert_eq!((taken, later), (vec![], vec![])),
        Err(ErrorCode::AlreadyCompleted) => assert_eq!((taken, later), (vec![handle], vec![])),
        Err(other) => panic!("{other}"),
    }
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
    assert_eq!(engine.shared.pool.status().replaced, 0);
}

#[test]
fn a_result_arrives_while_take_and_cancel_run() {
    check(3, taken_or_cancelled);
}

finds!(a_completion_of_a_cancelled_request_is_found: CancelKeepsHandle in taken_or_cancelled, 3);

// S-M2 needs this: a wait ends when a result has arrived.
fn woken() {
    let engine = at_once();
    let (mut session, handle, worker) = asked(&engine);
    assert!(session.wait(None));
    assert_eq!(take_now(&mut session), [handle]);
    worker.join().unwrap();
}

#[test]
fn a_result_arrives_while_wait_runs() {
    check(3, woken);
}

finds!(a_wait_that_does_not_look_again_is_found: WaitWithoutLooking in woken, 3);

// A weaker ordering, which shuttle does not know.
#[cfg(loom)]
finds!(a_notification_without_its_fence_is_found: NotifyWithoutFence in woken, 3);

// S-S4
fn forgotten() {
    let engine = at_once();
    let (mut session, handle, worker) = asked(&engine);
    session.cleanup().unwrap();
    session.startup().unwrap();
    assert_eq!(engine.outstanding(), 0);
    worker.join().unwrap();
    assert!(!session.wait(None));
    assert_eq!(take_now(&mut session), []);
    assert_eq!(session.cancel(handle), Err(ErrorCode::InvalidArgument));
    assert_eq!(
        (session.bytes(), engine.shared.pool.status().replaced),
        (0, 0)
    );
}

#[test]
fn a_result_arrives_while_clean_up_runs() {
    check(3, forgotten);
}

finds!(a_result_from_before_clean_up_is_found: DecideUnseen in forgotten, 3);
finds!(a_clean_up_that_keeps_the_table_is_found: KeepTable in forgotten, 3);

// S-S7
fn gone() {
    let engine = at_once();
    let (session, _, worker) = asked(&engine);
    drop(session);
    assert_eq!(engine.outstanding(), 0);
    worker.join().unwrap();
    assert_eq!(engine.shared.pool.status().replaced, 0);
    assert_eq!(engine.shared.registry.len(), 0);
}

#[test]
fn a_result_arrives_while_the_session_is_dropped() {
    check(3, gone);
}

finds!(a_dropped_session_that_keeps_its_place_is_found: DropKeepsPlace in gone, 3);

// S-R18, S-R6
fn ended_by_an_outage() {
    let engine = at_once();
    let (mut session, handle, worker) = asked(&engine);
    let switch = {
        let engine = engine.clone();
        model_thread::spawn(move || engine.take_down())
    };
    assert!(session.wait(None));
    let mut taken = take_now(&mut session);
    worker.join().unwrap();
    switch.join().unwrap();
    taken.extend(take_now(&mut session));
    assert_eq!(taken, [handle]);
    assert_eq!((session.bytes(), engine.outstanding()), (0, 0));
}

#[test]
fn a_result_arrives_while_the_engine_goes_down() {
    check(3, ended_by_an_outage);
}

finds!(a_result_that_completes_a_request_twice_is_found: DecideUnseen in ended_by_an_outage, 3);

// S-R18: a request that began before the outage completes, and a later one fails at the call.
fn begun_or_refused() {
    let engine = at_once();
    let mut session = engine.session();
    session.startup().unwrap();
    let switch = {
        let engine = engine.clone();
        model_thread::spawn(move || engine.take_down())
    };
    let query = Query::HostByName(b"a.test"[..].into());
    match session.request(query, 7) {
        Ok(handle) => {
            assert!(session.wait(None));
            assert_eq!(take_now(&mut session), [handle]);
        }
        Err(error) => assert_eq!(error, ErrorCode::NetworkDown),
    }
    switch.join().unwrap();
}

#[test]
fn a_request_is_begun_while_the_engine_goes_down() {
    check(3, begun_or_refused);
}

finds!(a_session_that_is_cut_too_early_is_found: CutTooEarly in begun_or_refused, 3);
finds!(an_outage_that_wakes_nobody_is_found: SignalQuietly in begun_or_refused, 3);
