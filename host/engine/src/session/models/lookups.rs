//! Lookups as futures: a result arrives, or the engine goes down, while a lookup is polled or
//! dropped. In some models the session of the same guest waits meanwhile.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Wake, Waker};

use super::*;
use crate::sync::{Condvar, Mutex};
use crate::types::Outcome;

const NOT_FOUND: Outcome = Err(ErrorCode::HostNotFound);
const DOWN: Outcome = Err(ErrorCode::NetworkDown);

/// A task's wake-up. The checker sees that a task waits for ever.
#[derive(Default)]
struct Alarm {
    rung: Mutex<bool>,
    rings: Condvar,
}

impl Alarm {
    fn wait(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !mem::take(&mut *rung) {
            rung = self.rings.wait(rung).unwrap();
        }
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.rings.notify_one();
    }
}

fn poll(lookup: &mut PendingLookup, alarm: &Arc<Alarm>) -> Poll<Outcome> {
    let waker = Waker::from(Arc::clone(alarm));
    Pin::new(lookup).poll(&mut Context::from_waker(&waker))
}

/// Polls a lookup, and again when its task is woken, until it has an outcome.
fn block_on(lookup: &mut PendingLookup) -> Outcome {
    let alarm = Arc::default();
    loop {
        match poll(lookup, &alarm) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => alarm.wait(),
        }
    }
}

fn query() -> Query {
    Query::HostByName(b"a.test"[..].into())
}

/// A session, a lookup of its guest, and a worker that runs the lookup.
fn begun(engine: &LookupEngine) -> (Session, PendingLookup, Worker) {
    let session = engine.session();
    let lookup = session.lookups().begin(query());
    let worker = worker(&session);
    (session, lookup, worker)
}

/// Nothing is left of the guest's requests: no place, no bytes, no waker.
fn assert_clear(engine: &LookupEngine, session: &Session) {
    let wakers = session.shared.queue.lookups.len();
    assert_eq!((engine.outstanding(), session.bytes(), wakers), (0, 0, 0));
}

fn awaited() {
    let engine = at_once();
    let (session, mut lookup, worker) = begun(&engine);
    assert_eq!(block_on(&mut lookup), NOT_FOUND);
    worker.join().unwrap();
    drop(lookup);
    assert_clear(&engine, &session);
}

#[test]
fn a_result_arrives_while_a_lookup_is_polled() {
    check(3, awaited);
}

finds!(a_result_that_wakes_no_lookup_is_found: WakeNoLookup in awaited, 3);
finds!(a_lookup_that_does_not_look_again_is_found: EnterUnseen in awaited, 3);

// S-W3, S-C1, S-C8
fn dropped() {
    let engine = at_once();
    let (session, mut lookup, worker) = begun(&engine);
    let is_taken = poll(&mut lookup, &Arc::default()).is_ready();
    drop(lookup);
    assert_clear(&engine, &session);
    worker.join().unwrap();
    let stats = session.stats();
    let ended = (stats.completed(), stats.cancelled);
    assert_eq!(ended, (u64::from(is_taken), u64::from(!is_taken)));
    assert_clear(&engine, &session);
    assert_eq!(engine.shared.pool.status().replaced, 0);
}

#[test]
fn a_result_arrives_while_a_lookup_is_dropped() {
    check(3, dropped);
}

finds!(a_dropped_lookup_that_leaves_its_waker_is_found: KeepWaker in dropped, 3);

// The session's calls settle the lookup's result.
fn settled_by_the_session() {
    let engine = at_once();
    let (mut session, mut lookup, worker) = begun(&engine);
    let task = model_thread::spawn(move || {
        let outcome = block_on(&mut lookup);
        drop(lookup);
        outcome
    });
    assert_eq!(take_now(&mut session), []);
    worker.join().unwrap();
    assert_eq!(take_now(&mut session), []);
    assert_eq!(task.join().unwrap(), NOT_FOUND);
    assert_clear(&engine, &session);
}

#[test]
fn the_session_settles_the_result_of_a_lookup() {
    check(2, settled_by_the_session);
}

finds!(a_settled_lookup_that_is_not_woken_is_found: WakeNoLookup in settled_by_the_session, 2);

// A lookup settles the result of the session's request, while the session waits.
fn settled_by_a_lookup() {
    let engine = at_once();
    let mut session = engine.session();
    session.startup().unwrap();
    let handle = ask(&mut session);
    let mut lookup = session.lookups().begin(query());
    let worker = worker(&session);
    let task = model_thread::spawn(move || {
        let _ = poll(&mut lookup, &Arc::default());
    });
    assert!(session.wait(None));
    assert_eq!(take_now(&mut session), [handle]);
    worker.join().unwrap();
    task.join().unwrap();
    assert_clear(&engine, &session);
}

#[test]
fn a_lookup_settles_the_result_that_the_session_waits_for() {
    check(2, settled_by_a_lookup);
}

finds!(a_completion_that_is_settled_quietly_is_found: SettleQuietly in settled_by_a_lookup, 2);

// S-R18
fn ended_by_an_outage() {
    let engine = at_once();
    let (session, mut lookup, worker) = begun(&engine);
    let switch = {
        let engine = engine.clone();
        model_thread::spawn(move || engine.take_down())
    };
    let outcome = block_on(&mut lookup);
    assert!(outcome == NOT_FOUND || outcome == DOWN);
    worker.join().unwrap();
    switch.join().unwrap();
    assert_eq!(block_on(&mut lookup), outcome);
    drop(lookup);
    assert_clear(&engine, &session);
}

#[test]
fn a_result_arrives_while_the_engine_goes_down() {
    check(2, ended_by_an_outage);
}

// S-R18: no worker comes.
fn begun_or_refused() {
    let engine = at_once();
    let session = engine.session();
    let switch = {
        let engine = engine.clone();
        model_thread::spawn(move || engine.take_down())
    };
    let mut lookup = session.lookups().begin(query());
    assert_eq!(block_on(&mut lookup), DOWN);
    switch.join().unwrap();
    drop(lookup);
    assert_clear(&engine, &session);
}

#[test]
fn a_lookup_is_begun_while_the_engine_goes_down() {
    check(3, begun_or_refused);
}

finds!(an_outage_that_wakes_no_lookup_is_found: SignalQuietly in begun_or_refused, 3);
finds!(a_guest_that_is_cut_too_early_is_found: CutTooEarly in begun_or_refused, 3);

// Of two lookups in threads of their own, one settles the outage for both.
fn both_ended_by_an_outage() {
    let engine = at_once();
    let session = engine.session();
    let lookups = session.lookups();
    let [mut first, mut second] = [lookups.begin(query()), lookups.begin(query())];
    let task = model_thread::spawn(move || block_on(&mut first));
    let switch = {
        let engine = engine.clone();
        model_thread::spawn(move || engine.take_down())
    };
    assert_eq!(block_on(&mut second), DOWN);
    assert_eq!(task.join().unwrap(), DOWN);
    switch.join().unwrap();
    drop(second);
    assert_clear(&engine, &session);
}

#[test]
fn two_lookups_are_awaited_while_the_engine_goes_down() {
    check(2, both_ended_by_an_outage);
}

finds!(an_outage_that_wakes_one_of_two_is_found: SignalQuietly in both_ended_by_an_outage, 2);

// S-S7
fn outlives_its_session() {
    let engine = at_once();
    let (session, mut lookup, worker) = begun(&engine);
    let task = model_thread::spawn(move || block_on(&mut lookup));
    drop(session);
    assert_eq!(task.join().unwrap(), NOT_FOUND);
    worker.join().unwrap();
    assert_eq!(engine.outstanding(), 0);
    assert_eq!(engine.shared.registry.len(), 0);
}

#[test]
fn a_result_arrives_while_the_session_is_dropped() {
    check(2, outlives_its_session);
}

finds!(a_dropped_guest_that_keeps_its_place_is_found: DropKeepsPlace in outlives_its_session, 2);
