//! Workers that park, are woken, stay out, and end.

mod spares;

use super::*;
use crate::engine::LookupEngine;
use crate::models::{After, check, engine, finds};
use crate::session::Session;
use crate::sync::{Condvar, Mutex, Ordering, model_thread};
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

// Somebody who was chosen, and leaves with work that it found by itself, has another woken.
fn passed_on() {
    let idle = Arc::new(crate::pool::idle::Idle::default());
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
