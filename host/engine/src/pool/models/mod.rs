//! Workers that wait, are woken, replaced, throttled, and end: the pool itself, in every order of
//! its threads' steps.

mod replaced;

use super::*;
use crate::engine::LookupEngine;
use crate::models::{After, check, engine, finds};
use crate::session::Session;
use crate::sync::model_thread;
use crate::types::{Query, TaskHandle};

impl Pool {
    /// Does the jobs of one turn as a worker would, if a session waits.
    pub(crate) fn work_once(self: &Arc<Self>) {
        let slot = self.lock().open_slot();
        if let Some(turn) = self.take_turn(slot) {
            self.serve(slot, turn);
        }
        self.leave(slot);
    }

    /// Begins a turn, if a session waits.
    fn take_turn(self: &Arc<Self>, slot: u32) -> Option<Turn> {
        let mut state = self.lock();
        let turn = state.begin_turn(slot, 0);
        self.release(state);
        turn
    }

    /// Ends a turn, and the worker.
    fn leave(self: &Arc<Self>, slot: u32) {
        let mut state = self.lock();
        state.end_turn(slot);
        self.release(state);
    }

    /// The alarms that are set.
    pub(crate) fn alarms(&self) -> usize {
        self.lock().watchdog.alarms.len()
    }
}

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

// A worker becomes idle while a job is pushed; the pool ends.
fn served() {
    let engine = engine(1, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 1);
}

#[test]
fn job_is_pushed_while_a_worker_becomes_idle() {
    check(3, served);
}

finds!(a_lost_wake_up_is_found: WakeNobody in served, 3);
finds!(a_wait_that_begins_without_the_lock_is_found: WaitWithoutLock in served, 3);
finds!(a_pool_that_closes_quietly_is_found: CloseQuietly in served, 3);

// A job comes while the worker takes the session's last one.
fn served_twice() {
    let engine = engine(1, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 2);
}

#[test]
fn job_is_pushed_while_the_last_one_is_taken() {
    check(2, served_twice);
}

finds!(a_session_that_stays_marked_as_scheduled_is_found: NotUnscheduled in served_twice, 2);

// A job comes while the worker lingers after the session's last one.
fn served_again() {
    let engine = engine(1, After(|| {}));
    let mut session = started(&engine);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 1);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 1);
}

#[test]
fn job_is_pushed_while_the_worker_lingers() {
    check(2, served_again);
}

finds!(a_lingering_worker_that_leaves_unseen_is_found: LeaveUnseen in served_again, 2);

// S-S7, S-C7: the end of an engine does not wait for a worker that is in the resolver.
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
fn engine_is_dropped_with_a_worker_in_the_resolver() {
    check(2, left_inside);
}

finds!(a_worker_that_is_not_told_of_the_end_is_found: CloseQuietly in left_inside, 2);

/// A lookup ends only once another has begun, so that two workers must be at work.
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

// S-C7: two sessions' jobs, of which none ends without the other, have a worker each.
fn two_sessions_meet() {
    let meeting = Rendezvous::default();
    let engine = engine(2, After(move || meeting.meet()));
    let (mut one, mut two) = (started(&engine), started(&engine));
    ask(&mut one);
    ask(&mut two);
    assert_eq!(take_all(&mut one) + take_all(&mut two), 2);
}

#[test]
fn two_sessions_jobs_run_at_the_same_time() {
    check(1, two_sessions_meet);
}

// The same with two jobs of one session.
fn two_jobs_meet() {
    let meeting = Rendezvous::default();
    let engine = engine(2, After(move || meeting.meet()));
    let mut session = started(&engine);
    ask(&mut session);
    ask(&mut session);
    assert_eq!(take_all(&mut session), 2);
}

#[test]
fn two_jobs_of_one_session_run_at_the_same_time() {
    check(1, two_jobs_meet);
}

finds!(a_session_that_is_not_rescheduled_is_found: NotRescheduled in two_jobs_meet, 2);
