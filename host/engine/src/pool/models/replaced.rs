//! Workers that are slow, stuck, throttled, and the extra workers in their place.

use std::time::Duration;

use super::*;
use crate::models::{timeless, unmanned, unmanned_with};
use crate::sync::{mend, plant};

/// An engine with one job, and the model as a worker that has begun its turn.
fn in_a_turn(limits: Limits) -> (LookupEngine, Session, TaskHandle, u32, Turn) {
    let engine = unmanned_with(limits, After(|| {}));
    let mut session = started(&engine);
    let handle = ask(&mut session);
    let pool = &engine.shared.pool;
    let slot = pool.lock().open_slot();
    let turn = pool.take_turn(slot).expect("a session that waits");
    (engine, session, handle, slot, turn)
}

fn one_extra() -> Limits {
    Limits {
        workers: 0,
        max_extra_workers: 1,
        ..timeless()
    }
}

// S-C7: a worker's job is cancelled while it goes on to the next one, which no mark is meant for.
fn gone_on() {
    let (engine, mut session, first, slot, turn) = in_a_turn(one_extra());
    ask(&mut session);
    let worker = {
        let pool = Arc::clone(&engine.shared.pool);
        model_thread::spawn(move || {
            pool.serve(slot, turn);
            pool.leave(slot);
            pool.take_turn(slot)
        })
    };
    let _ = session.cancel(first);
    drop(worker.join().unwrap());
    let status = engine.shared.pool.status();
    assert_eq!((status.replaced, status.stuck), (0, 0));
}

#[test]
fn worker_goes_on_while_its_last_job_is_cancelled() {
    check(2, gone_on);
}

finds!(a_mark_on_the_next_job_is_found: MarkUnlocked in gone_on, 2);

// S-C7: a worker is slow and then stuck, or stuck at once: either way it is replaced once.
fn found_by_two() {
    let limits = Limits {
        stuck_after: Duration::from_secs(1),
        ..one_extra()
    };
    let (engine, mut session, handle, slot, turn) = in_a_turn(limits);
    let begun = turn.queue.begin(slot, false);
    assert!(begun.job.is_some());
    let watchdog = {
        let pool = Arc::clone(&engine.shared.pool);
        model_thread::spawn(move || {
            for seconds in [0.5, 2.0] {
                let mut state = pool.lock();
                state.scan(nanoseconds(Duration::from_secs_f64(seconds)));
                pool.release(state);
            }
        })
    };
    session.cancel(handle).unwrap();
    watchdog.join().unwrap();
    let status = engine.shared.pool.status();
    assert_eq!((status.replaced, status.stuck), (1, 1));
    engine.shared.pool.leave(slot);
    assert_eq!(engine.shared.pool.status().replaced, 0);
}

#[test]
fn stuck_worker_is_found_in_both_ways() {
    check(3, found_by_two);
}

finds!(a_worker_that_is_replaced_twice_is_found: ReplacedTwice in found_by_two, 3);

// S-C7: a session waits while the only worker is marked as stuck: an extra worker serves it.
fn marked() {
    let (engine, mut session, handle, slot, turn) = in_a_turn(one_extra());
    assert!(turn.queue.begin(slot, false).job.is_some());
    let mut other = started(&engine);
    let guest = model_thread::spawn(move || {
        session.cancel(handle).unwrap();
        session
    });
    ask(&mut other);
    assert_eq!(take_all(&mut other), 1);
    drop(guest.join().unwrap());
    engine.shared.pool.leave(slot);
}

#[test]
fn session_is_scheduled_while_the_last_worker_is_marked() {
    check(2, marked);
}

// S-C7: a stuck worker comes back while an extra one is started for it: one of the two ends.
fn back() {
    let (engine, mut session, handle, slot, turn) = in_a_turn(one_extra());
    assert!(turn.queue.begin(slot, false).job.is_some());
    let mut other = started(&engine);
    session.cancel(handle).unwrap();
    let worker = {
        let pool = Arc::clone(&engine.shared.pool);
        model_thread::spawn(move || {
            while let Some(turn) = pool.next_turn(slot) {
                pool.serve(slot, turn);
            }
        })
    };
    ask(&mut other);
    assert_eq!(take_all(&mut other), 1);
    let pool = Arc::clone(&engine.shared.pool);
    drop((session, other, engine));
    worker.join().unwrap();
    let status = pool.status();
    assert_eq!(status.replaced, 0);
    assert!(status.extra <= 1);
}

#[test]
fn stuck_worker_comes_back_while_an_extra_one_is_started() {
    check(2, back);
}

// S-C7: the worker that comes back is excess, and a session waits that its extra worker cannot
// serve: it is in the resolver until that session is served.
fn excess() {
    let meeting = Rendezvous::default();
    let engine = unmanned(1, After(move || meeting.meet()));
    let pool = Arc::clone(&engine.shared.pool);
    let mut first = started(&engine);
    let handle = ask(&mut first);
    let slot = pool.lock().open_slot();
    let turn = pool.take_turn(slot).expect("a session that waits");
    assert!(turn.queue.begin(slot, false).job.is_some());
    first.cancel(handle).unwrap();
    let (mut one, mut two) = (started(&engine), started(&engine));
    ask(&mut one);
    ask(&mut two);
    let worker = model_thread::spawn(move || {
        while let Some(turn) = pool.next_turn(slot) {
            pool.serve(slot, turn);
        }
    });
    assert_eq!(take_all(&mut one) + take_all(&mut two), 2);
    drop((first, one, two, engine));
    worker.join().unwrap();
}

#[test]
fn excess_worker_serves_a_session_that_waits() {
    check(1, excess);
}

finds!(an_excess_worker_that_ends_without_looking_is_found: EndWithoutLooking in excess, 1);

// S-C7: no extra worker can be started while the stuck one comes back: the counts are right all the
// same.
fn unreplaced() {
    plant(Fault::NoThread);
    let (engine, mut session, handle, slot, turn) = in_a_turn(one_extra());
    assert!(turn.queue.begin(slot, false).job.is_some());
    let mut other = started(&engine);
    ask(&mut other);
    let worker = {
        let pool = Arc::clone(&engine.shared.pool);
        model_thread::spawn(move || pool.leave(slot))
    };
    session.cancel(handle).unwrap();
    worker.join().unwrap();
    let status = engine.shared.pool.status();
    assert_eq!((status.replaced, status.extra, status.busy), (0, 0, 0));
    mend();
    engine.shared.pool.work_once();
    assert_eq!(take_all(&mut other), 1);
}

#[test]
fn no_extra_worker_can_be_started_while_the_stuck_one_comes_back() {
    check(2, unreplaced);
}

// S-C7: a session that was throttled, as it has its share of workers, has its turn when one of them
// is free, also for a job that comes meanwhile.
fn throttled() {
    let limits = Limits {
        workers: 0,
        max_extra_workers: 1,
        max_workers_per_session: 1,
        ..timeless()
    };
    let (engine, mut session, _, slot, turn) = in_a_turn(limits);
    assert!(turn.queue.begin(slot, false).job.is_some());
    let leaving = {
        let pool = Arc::clone(&engine.shared.pool);
        model_thread::spawn(move || pool.leave(slot))
    };
    let other = {
        let pool = Arc::clone(&engine.shared.pool);
        model_thread::spawn(move || pool.work_once())
    };
    ask(&mut session);
    leaving.join().unwrap();
    other.join().unwrap();
    engine.shared.pool.work_once();
    assert_eq!(session.take(usize::MAX).len(), 1, "the session is lost");
}

#[test]
fn worker_leaves_while_its_session_is_throttled() {
    check(3, throttled);
}

finds!(a_session_that_stays_throttled_is_found: ThrottledForGood in throttled, 3);
