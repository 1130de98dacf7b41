//! Workers that are relieved, and their spares: whoever marks, comes, goes and counts does so at once.

use std::time::Duration;

use crate::pool::posts::{Patience, Rounds};
use crate::pool::spares::Counts;
use super::*;
use crate::models::{timeless, unmanned, unmanned_with};
use crate::sync::{mend, plant};

const PATIENT: Patience = Patience {
    slow: u64::MAX,
    stuck: u64::MAX,
    calm: 0,
};

/// An engine whose model is its worker, at a lookup.
fn inside() -> (LookupEngine, Session, Shift) {
    let limits = Limits {
        workers: 0,
        max_extra_workers: 1,
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

/// A session whose share is one worker, which is at its only job; its lane is in another's hand.
fn at_its_share() -> (Session, Arc<Pool>, Arc<Lane>, Shift) {
    let limits = Limits {
        workers: 0,
        max_extra_workers: 1,
        max_workers_per_session: 1,
        ..timeless()
    };
    let engine = unmanned_with(limits, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    let pool = Arc::clone(&engine.shared.pool);
    let lane = pool.dequeue().unwrap();
    let Steal::Success(_) = lane.jobs.steal() else {
        unreachable!("it was asked")
    };
    let shift = pool
        .posts
        .enter(pool.posts.take().unwrap(), lane.observers.session());
    // There are more workers than one session may have.
    pool.spares.set(0, 2);
    (session, pool, lane, shift)
}

// S-C7: a lane that is set aside, as its session has its share of workers, has its turn when one leaves: one that is not
// relieved, too, and with a job that comes meanwhile.
fn readmitted() {
    let (mut session, pool, lane, shift) = at_its_share();
    let worker = {
        let (pool, lane) = (Arc::clone(&pool), Arc::clone(&lane));
        model_thread::spawn(move || pool.leave(shift, &lane))
    };
    let other = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || {
            if pool.is_at_its_share(&lane) {
                pool.set_aside(&lane);
            } else {
                pool.retire(&lane);
            }
        })
    };
    ask(&mut session);
    worker.join().unwrap();
    other.join().unwrap();
    assert!(pool.dequeue().is_some(), "the lane is lost");
}

#[test]
fn a_worker_leaves_while_its_lane_is_set_aside() {
    check(3, readmitted);
}

finds!(a_lane_that_is_set_aside_unseen_is_found: SetAsideWithoutLooking in readmitted, 3);

/// The worker comes back and has nothing to do; whether it ends.
fn back(pool: &Pool, shift: Shift) -> bool {
    if pool.posts.leave(shift) {
        pool.spares.come_back();
    }
    pool.ends_as_surplus(shift.post)
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
    assert!(pool.posts.mark_slow(shift));
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

// There is one thread too many, and two have nothing to do.
fn one_ends() {
    let engine = unmanned(1, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let posts = [(); 2].map(|()| pool.posts.take().unwrap());
    pool.spares.set(0, 1);
    let workers = posts.map(|post| {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || pool.ends_as_surplus(post))
    });
    let ended = workers.map(|worker| worker.join().unwrap());
    assert_eq!(ended.into_iter().filter(|ends| *ends).count(), 1);
    assert_eq!(pool.spares.counts().spares, 0);
}

#[test]
fn two_workers_have_nothing_to_do_at_once() {
    check(3, one_ends);
}

finds!(a_worker_that_ends_unseen_is_found: EndUnseen in one_ends, 3);

// S-C7: a relieved worker comes back while its spare is marked, and a lane is offered: one is left to take it.
fn handed_on() {
    let engine = unmanned(1, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let relieved = slow(&pool, 1);
    let spare = pool.posts.enter(pool.posts.take().unwrap(), 1);
    pool.spares.set(1, 1);
    let mut session = started(&engine);
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || {
            assert!(pool.posts.leave(relieved));
            pool.spares.come_back();
            pool.work_at(relieved.post);
        })
    };
    let keeper = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || pool.abandon_worker(spare))
    };
    ask(&mut session);
    assert_eq!(take_all(&mut session), 1);
    keeper.join().unwrap();
    drop((session, engine));
    worker.join().unwrap();
}

#[test]
fn a_relieved_worker_comes_back_while_its_spare_is_marked() {
    check(2, handed_on);
}

// S-C7: the last worker is marked while a lane is offered: one of the two starts a spare.
fn marked() {
    let engine = unmanned(1, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let shift = pool.posts.enter(pool.posts.take().unwrap(), 1);
    let mut session = started(&engine);
    let keeper = model_thread::spawn(move || pool.abandon_worker(shift));
    ask(&mut session);
    keeper.join().unwrap();
    assert_eq!(take_all(&mut session), 1);
}

#[test]
fn a_lane_is_offered_while_the_last_worker_is_marked() {
    check(2, marked);
}

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

// A stuck worker leaves, and begins for another session, which has none.
fn counted() {
    let engine = unmanned(0, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let shift = pool.posts.enter(pool.posts.take().unwrap(), 7);
    assert!(pool.posts.mark_stuck(shift));
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || {
            assert!(pool.posts.leave(shift));
            pool.posts.enter(shift.post, 8);
        })
    };
    assert_eq!(pool.posts.stuck_for(8), 0);
    worker.join().unwrap();
}

#[test]
fn a_stuck_worker_goes_on_for_another_while_marks_are_counted() {
    check(3, counted);
}

finds!(a_mark_that_counts_for_the_next_session_is_found: CountUnseen in counted, 3);

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

/// A worker too many has nothing to do, and ends as it is summoned for a lane; the other is marked in between.
fn summoned_as_it_ends() {
    let engine = unmanned(1, After(|| {}));
    let pool = Arc::clone(&engine.shared.pool);
    let idle = pool.posts.take().unwrap();
    let other = pool.posts.enter(pool.posts.take().unwrap(), 1);
    pool.spares.set(0, 1);
    let mut session = started(&engine);
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || pool.work_at(idle))
    };
    pool.abandon_worker(other);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 1);
    drop((session, engine));
    worker.join().unwrap();
}

#[test]
fn a_worker_too_many_is_summoned_as_it_ends() {
    check(2, summoned_as_it_ends);
}

// It takes an order that is seldom come upon at random.
#[cfg(loom)]
finds!(a_worker_that_ends_without_a_word_is_found: LeaveWithoutRelief in summoned_as_it_ends, 2);

/// A worker that is summoned for a lane has found another by itself, and does not come back from it before both were
/// begun: a spare may be started for the other.
fn found_another() {
    let meeting = Rendezvous::default();
    let engine = unmanned(1, After(move || meeting.meet()));
    let pool = Arc::clone(&engine.shared.pool);
    let idle = pool.posts.take().unwrap();
    pool.spares.set(1, 0);
    let (mut one, mut two) = (started(&engine), started(&engine));
    let worker = {
        let pool = Arc::clone(&pool);
        model_thread::spawn(move || pool.work_at(idle))
    };
    ask(&mut one);
    ask(&mut two);
    assert_eq!(take_all(&mut one) + take_all(&mut two), 2);
    drop((one, two, engine));
    worker.join().unwrap();
}

#[test]
fn a_worker_is_summoned_and_has_found_another_lane() {
    check(2, found_another);
}
