//! Workers that park, are woken, stay out, and end.

use std::time::Duration;

use super::posts::{Patience, Rounds};
use super::timekeeper::Seen;
use super::*;
use crate::engine::LookupEngine;
use crate::engine::models::{After, check, engine, finds, timeless, unmanned_with};
use crate::engine::session::Session;
use crate::engine::sync::{Condvar, Mutex, Ordering, model_thread};
use crate::types::{Query, TaskHandle};

fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    session
}

fn ask(session: &mut Session) -> TaskHandle {
    let query = Query::HostByName(b"a.test"[..].into());
    session.request(query, 0).unwrap()
}

/// Waits for all that is outstanding.
fn take_all(session: &mut Session) -> usize {
    let mut taken = 0;
    while session.wait(None) {
        taken += session.take(usize::MAX).len();
    }
    taken
}

// A worker parks while a job is pushed; the pool ends.
fn served() {
    let engine = engine(1, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 1);
}

#[test]
fn a_job_is_pushed_while_a_worker_parks() {
    check(4, served);
}

finds!(a_worker_that_parks_without_looking_is_found: ParkWithoutLooking in served, 3);
// A weaker ordering, which shuttle does not know.
#[cfg(loom)]
finds!(a_summons_without_its_fence_is_found: SummonWithoutFence in served, 3);
finds!(a_pool_that_closes_quietly_is_found: CloseQuietly in served, 3);

// A job comes while the worker takes the lane out of turn.
fn served_twice() {
    let engine = engine(1, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 2);
}

#[test]
fn a_job_is_pushed_while_its_lane_is_retired() {
    check(2, served_twice);
}

// A weaker ordering.
#[cfg(loom)]
finds!(a_lane_that_is_retired_out_of_order_is_found: RetireWithoutOrder in served_twice, 2);
finds!(a_lane_that_is_retired_unseen_is_found: RetireWithoutLooking in served_twice, 2);

// S-S7, S-C7: nobody waits for a worker that is inside the resolver.
fn left_inside() {
    let gone = Arc::new(AtomicBool::new(false));
    let engine = {
        let gone = Arc::clone(&gone);
        engine(
            1,
            After(move || {
                while !gone.load(Ordering::Acquire) {
                    thread::yield_now();
                }
            }),
        )
    };
    let mut session = started(&engine);
    ask(&mut session);
    drop(session);
    drop(engine);
    gone.store(true, Ordering::Release);
}

#[test]
fn the_engine_is_dropped_with_a_worker_inside_the_resolver() {
    check(3, left_inside);
}

finds!(a_worker_that_is_not_told_of_the_end_is_found: CloseQuietly in left_inside, 2);

/// What is begun ends only once another is, so that two workers must be at work.
#[derive(Default)]
struct Rendezvous {
    here: Mutex<usize>,
    come: Condvar,
}

impl Rendezvous {
    fn meet(&self) {
        let mut here = self.here.lock().unwrap();
        *here += 1;
        self.come.notify_all();
        while *here < 2 {
            here = self.come.wait(here).unwrap();
        }
    }
}

// A worker that looks out takes one lane, and leaves another that came meanwhile.
fn met() {
    meet_in(|_| {});
}

#[test]
fn two_jobs_come_while_a_worker_looks_out() {
    check(1, met);
}

// It takes more preemptions than loom gets through in a minute.
#[cfg(shuttle)]
finds!(a_worker_that_stops_searching_unseen_is_found: StopWithoutLooking in met, 3);

// S-C7: a job that waits behind a slow one is found out by the watch, also where jobs were short.
fn watched() {
    meet_in(|pool| pool.search.expect_short_jobs());
}

/// Two sessions' jobs, of which none ends without the other.
fn meet_in(prepare: impl FnOnce(&Pool)) {
    let meeting = Rendezvous::default();
    let engine = engine(2, After(move || meeting.meet()));
    prepare(&engine.shared.pool);
    let (mut one, mut two) = (started(&engine), started(&engine));
    ask(&mut one);
    ask(&mut two);
    assert_eq!(take_all(&mut one) + take_all(&mut two), 2);
}

#[test]
fn a_job_waits_behind_a_slow_one() {
    check(1, watched);
}

finds!(a_lane_that_nobody_watches_is_found: NobodyWatches in watched, 1);

const PATIENT: Patience = Patience {
    slow: u64::MAX,
    stuck: u64::MAX,
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
            pool.is_surplus();
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

/// The worker comes back.
fn back(pool: &Pool, shift: Shift) {
    if pool.posts.leave(shift) {
        pool.posts.give_back(shift.post);
        pool.is_surplus();
    }
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

finds!(a_spare_that_is_left_over_is_found: RelieveWithoutLooking in relieved, 3);

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
    let again = pool.look(&mut rounds, PATIENT) != Seen::Nothing;
    worker.join().unwrap();
    assert!(again || pool.timekeeper.is_wanted());
}

#[test]
fn a_worker_begins_while_the_timekeeper_rests() {
    check(3, seen);
}

finds!(a_timekeeper_that_does_not_look_again_is_found: RestWithoutLooking in seen, 3);

// Somebody who was chosen, and leaves with work that it found by itself, has another woken.
fn passed_on() {
    let idle = Arc::new(crate::engine::idle::Idle::default());
    let work = Arc::new(SharedQueue::new());
    let meeting = Arc::new(Rendezvous::default());
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let (idle, work) = (Arc::clone(&idle), Arc::clone(&work));
            let meeting = Arc::clone(&meeting);
            model_thread::spawn(move || {
                loop {
                    let parking = idle.enter();
                    if work.pop().is_some() {
                        drop(parking);
                        break;
                    }
                    parking.wait();
                    if work.pop().is_some() {
                        break;
                    }
                }
                // It stays in its work until the other has some too.
                meeting.meet();
            })
        })
        .collect();
    for _ in 0..2 {
        work.push(());
        idle.wake_one();
    }
    for worker in workers {
        worker.join().unwrap();
    }
}

#[test]
fn one_that_is_chosen_leaves_with_other_work() {
    check(4, passed_on);
}

finds!(one_that_leaves_without_passing_on_is_found: LeaveWithoutPassingOn in passed_on, 4);
