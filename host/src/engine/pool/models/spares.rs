//! Workers that are relieved, and their spares: whoever marks, comes, goes and counts does so at once.

use std::time::Duration;

use super::super::posts::{Patience, Rounds};
use super::super::spares::Counts;
use super::*;
use crate::engine::models::{timeless, unmanned, unmanned_with};
use crate::engine::sync::{mend, plant};

const PATIENT: Patience = Patience {
    slow: u64::MAX,
    stuck: u64::MAX,
    calm: 0,
};

/// An engine whose model is its worker, at a lookup.
fn inside() -> (LookupEngine, Session, Shift) {
    let limits = Limits {
        workers: 0,
        stuck_workers: 1,
        stuck_after: Duration::from_secs(1),
        ..Limits::default()
    };
    let engine = unmanned_with(limits, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    let posts = &engine.shared.pool.posts;
    let shift = posts.enter(posts.take().unwrap(), 1);
    (engine, session, shift)
}

// S-C7: a lane that is set aside, as its session keeps enough workers, has its turn when one comes back.
fn readmitted() {
    let limits = Limits {
        workers: 0,
        stuck_workers: 0,
        stuck_per_session: 1,
        ..timeless()
    };
    let engine = unmanned_with(limits, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    let pool = Arc::clone(&engine.shared.pool);
    let lane = pool.dequeue().unwrap();
    let shift = pool
        .posts
        .enter(pool.posts.take().unwrap(), lane.watch.session());
    pool.abandon_worker(shift);
    let worker = {
        let (pool, lane) = (Arc::clone(&pool), Arc::clone(&lane));
        model_thread::spawn(move || {
            assert!(pool.posts.leave(shift));
            pool.readmit(&lane);
            pool.come_back();
        })
    };
    if pool.is_at_its_share(&lane) {
        pool.set_aside(&lane);
    } else {
        pool.enqueue(&lane);
    }
    worker.join().unwrap();
    assert!(pool.dequeue().is_some(), "the lane is lost");
}

#[test]
fn a_stuck_worker_comes_back_while_its_lane_is_set_aside() {
    check(3, readmitted);
}

finds!(a_lane_that_is_set_aside_unseen_is_found: SetAsideWithoutLooking in readmitted, 3);

/// The worker comes back; whether it ends.
fn back(pool: &Pool, shift: Shift) -> bool {
    if !pool.posts.leave(shift) {
        return false;
    }
    pool.posts.give_back(shift.post);
    pool.come_back()
}

// S-C7: a stuck worker comes back while a spare is started for it: one of the two ends.
fn relieved() {
    let (engine, _session, shift) = inside();
    let pool = Arc::clone(&engine.shared.pool);
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || back(&pool, shift))
    };
    pool.abandon_worker(shift);
    worker.join().unwrap();
    assert_eq!(engine.shared.pool.relieved_workers(), 0);
    assert_eq!(pool.spare_workers(), 0, "no spare is left over");
}

#[test]
fn a_stuck_worker_comes_back_while_a_spare_is_started() {
    check(3, relieved);
}

/// A worker that is in the resolver for this session, and relieved.
fn slow(pool: &Pool, session: u64) -> Shift {
    let shift = pool.posts.enter(pool.posts.take().unwrap(), session);
    assert!(pool.posts.mark_stuck(shift));
    shift
}

// Two relieved workers come back at once: for two spares two threads end.
fn both_back() {
    let engine = unmanned(2, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let (one, two) = (slow(&pool, 1), slow(&pool, 1));
    pool.spares.set(2, 2);
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || back(&pool, one))
    };
    let ended = usize::from(back(&pool, two)) + usize::from(worker.join().unwrap());
    assert_eq!((pool.relieved_workers(), pool.spare_workers()), (0, 0));
    assert_eq!(ended, 2);
}

#[test]
fn two_relieved_workers_come_back_at_once() {
    check(3, both_back);
}

finds!(a_spare_that_is_left_over_is_found: EndUnseen in both_back, 3);

// S-C7: a relieved worker comes back while its spare is marked, and a lane waits: one is left to take it.
fn handed_on() {
    let engine = unmanned(1, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let relieved = slow(&pool, 1);
    let spare = pool.posts.enter(pool.posts.take().unwrap(), 1);
    pool.spares.set(1, 1);
    let mut session = started(&engine);
    ask(&mut session);
    let keeper = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || pool.abandon_worker(spare))
    };
    let ended = back(&pool, relieved);
    keeper.join().unwrap();
    assert!(
        !ended || pool.spare_workers() == 1 || pool.lanes.is_empty(),
        "nobody is left to take the lane"
    );
}

#[test]
fn a_relieved_worker_comes_back_while_its_spare_is_marked() {
    check(3, handed_on);
}

finds!(a_lane_that_nobody_is_left_for_is_found: EndUnseen in handed_on, 3);

// No spare can be started while the relieved worker comes back: there is one thread as before, or its place is known
// to be free.
fn unrelieved() {
    plant(Fault::NoThread);
    let (engine, _session, shift) = inside();
    let pool = Arc::clone(&engine.shared.pool);
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || back(&pool, shift))
    };
    pool.abandon_worker(shift);
    let spares = -i32::from(worker.join().unwrap());
    let relieved = 0;
    assert_eq!(pool.spares.counts(), Counts { relieved, spares });
    mend();
    pool.relieve();
    assert_eq!(pool.spares.counts().spares, 0, "it is taken");
}

#[test]
fn a_spare_cannot_be_started_while_its_worker_comes_back() {
    check(2, unrelieved);
}

// Whether it is found since its job was cancelled, or since it takes too long, or both, it counts once.
fn found_by_two() {
    let (engine, _session, shift) = inside();
    let pool = Arc::clone(&engine.shared.pool);
    let keeper = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || pool.abandon_worker(shift))
    };
    pool.abandon_worker(shift);
    keeper.join().unwrap();
    assert_eq!(engine.shared.pool.relieved_workers(), 1);
}

#[test]
fn a_stuck_worker_is_found_in_both_ways() {
    check(3, found_by_two);
}

finds!(a_worker_that_counts_twice_is_found: MarkUnseen in found_by_two, 3);

fn gone_on() {
    let (engine, _session, shift) = inside();
    let pool = Arc::clone(&engine.shared.pool);
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || {
            back(&pool, shift);
            pool.posts.enter(shift.post, 1)
        })
    };
    pool.abandon_worker(shift);
    worker.join().unwrap();
    assert_eq!(
        engine.shared.pool.relieved_workers(),
        0,
        "it is at another lookup"
    );
}

#[test]
fn a_worker_goes_on_while_its_last_job_is_cancelled() {
    check(3, gone_on);
}

finds!(a_mark_on_the_next_shift_is_found: MarkUnseen in gone_on, 3);

// S-C7: while a worker is in the resolver, the timekeeper will look at it again, or was woken to.
fn seen() {
    let (engine, _session, shift) = inside();
    let pool = Arc::clone(&engine.shared.pool);
    pool.posts.leave(shift);
    pool.be_watched();
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || {
            pool.posts.enter(shift.post, 1);
            pool.be_watched();
        })
    };
    let mut rounds = Rounds::default();
    // What has come and gone before is no news.
    pool.posts.inspect(&mut rounds, 0, PATIENT);
    let again = pool.look(&mut rounds, Some(PATIENT));
    worker.join().unwrap();
    assert!(again || pool.timekeeper.is_wanted());
}

#[test]
fn a_worker_begins_while_the_timekeeper_rests() {
    check(3, seen);
}

finds!(a_timekeeper_that_does_not_look_again_is_found: RestWithoutLooking in seen, 3);
