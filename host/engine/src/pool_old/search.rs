//! How workers find lanes, and who is woken for one.
//!
//! A parked thread costs whoever wakes it more than many a job. So a worker looks out for a while
//! before it parks if that has paid off lately; nobody is woken while one looks out; and where jobs
//! are short, a lane that waits while another worker is at work is left to that worker, under the eyes
//! of a *watch*: a worker that takes it after all if that one does not come back soon.

use std::time::Duration;

use super::Pool;
use crate::pool::idle::{Idle, Parking};
use crate::pool::job::Lane;
use crate::sync::SPIN;
use crate::sync::{
    Arc, AtomicBool, AtomicU8, AtomicUsize, CachePadded, Clock, Fault, Ordering, fence, planted,
    spin_until, spinners,
};

/// An idle time that is no longer than what parking and waking would cost. Units: nanoseconds.
const BRIEF: u64 = 2 * SPIN.as_nanos() as u64;

/// How long lanes may wait while jobs are short and a worker is at work.
const WATCH: Duration = Duration::from_micros(100);
/// Jobs done in that time that make waking another worker not worth it.
const BRISK: usize = 16;

/// No worker watches; one was woken to watch; one does.
const UNWATCHED: u8 = 0;
const WATCH_WANTED: u8 = 1;
const WATCHED: u8 = 2;

/// Who looks for lanes.
pub(super) struct Search {
    /// Workers that look at the lanes by themselves, so that nobody need be woken.
    searching: CachePadded<AtomicUsize>,
    /// Workers that are not parked: they look out, or are at work, or stuck.
    pub(super) awake: AtomicUsize,
    /// Workers that are parked, the one that watches among them.
    pub(super) idle: Idle,
    /// Whether work has come briefly after a worker had nothing more to do, so that looking out for it
    /// pays.
    brief: AtomicBool,
    clock: Clock,
    /// Whether a woken worker found its work done by another, so that jobs are short.
    brisk: AtomicBool,
    watch: AtomicU8,
}

impl Default for Search {
    fn default() -> Search {
        Search {
            searching: CachePadded::new(AtomicUsize::new(0)),
            awake: AtomicUsize::new(0),
            idle: Idle::default(),
            brief: AtomicBool::new(true),
            clock: Clock::start(),
            brisk: AtomicBool::new(false),
            watch: AtomicU8::new(UNWATCHED),
        }
    }
}

impl Search {
    /// As if jobs had been short.
    #[cfg(all(test, any(loom, shuttle)))]
    pub(super) fn expect_short_jobs(&self) {
        self.brisk.store(true, Ordering::Relaxed);
    }

    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(super) fn start_searching(&self) {
        self.searching.fetch_add(1, Ordering::SeqCst);
    }

    /// Workers that are at a lookup, or on their way to or from one.
    pub(super) fn busy(&self) -> usize {
        let searching = self.searching.load(Ordering::Relaxed);
        self.awake.load(Ordering::Relaxed).saturating_sub(searching)
    }

    fn take_watch(&self) -> bool {
        self.change_watch(WATCH_WANTED, WATCHED)
    }

    fn change_watch(&self, from: u8, to: u8) -> bool {
        self.watch
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::Relaxed)
            .is_ok()
    }
}

impl Pool {
    /// Sees to it that a lane that was put into the queue is taken out; says whether a parked worker
    /// was woken.
    pub(super) fn summon(&self) -> bool {
        let search = &self.search;
        // Either whoever stops searching, parks or leaves the watch sees the lane, or this sees that
        // it has done so.
        if !planted(Fault::SummonWithoutFence) {
            fence(Ordering::SeqCst);
        }
        if search.searching.load(Ordering::Relaxed) > 0 {
            return false;
        }
        if search.brisk.load(Ordering::Relaxed) && search.awake.load(Ordering::Relaxed) > 0 {
            // If nobody is parked, the next to be idle finds what is wanted.
            return !planted(Fault::NobodyWatches)
                && search.watch.load(Ordering::Relaxed) == UNWATCHED
                && search.change_watch(UNWATCHED, WATCH_WANTED)
                && search.idle.wake_one();
        }
        search.idle.wake_one()
    }

    /// The next lane in turn; none when the worker at this post is to end: it has given the post back, or the pool is
    /// closed.
    pub(super) fn next_lane(self: &Arc<Self>, post: u16) -> Option<Arc<Lane>> {
        if self.closed.load(Ordering::Relaxed) {
            return None;
        }
        self.dequeue().or_else(|| self.search(post))
    }

    /// Looks out, if that has paid off, then parks, until there is a lane.
    fn search(self: &Arc<Self>, post: u16) -> Option<Arc<Lane>> {
        let search = &self.search;
        loop {
            if search.brief.load(Ordering::Relaxed) {
                if search.searching.fetch_add(1, Ordering::SeqCst) < spinners() {
                    let closed = || self.closed.load(Ordering::Relaxed);
                    spin_until(SPIN, || !self.lanes.is_empty() || closed());
                }
                let lane = self.dequeue();
                self.stop_searching();
                if lane.is_some() {
                    return lane;
                }
            }
            let parking = search.idle.enter();
            if self.closed.load(Ordering::SeqCst) {
                return None;
            }
            if !planted(Fault::ParkWithoutLooking)
                && let Some(lane) = self.dequeue_and_pass_on()
            {
                self.leave_parking(parking);
                return Some(lane);
            }
            if self.ends_as_surplus(post) {
                self.leave_parking(parking);
                return None;
            }
            if search.take_watch() {
                // The watch enters the list anew, time and again.
                drop(parking);
            } else {
                let since = search.clock.now();
                search.awake.fetch_sub(1, Ordering::Relaxed);
                parking.wait();
                search.awake.fetch_add(1, Ordering::Relaxed);
                let brief = search.clock.now() - since < BRIEF;
                search.brief.store(brief, Ordering::Relaxed);
                if !search.take_watch() {
                    let lane = self.dequeue_and_pass_on();
                    if lane.is_some() {
                        return lane;
                    }
                    search.brisk.store(true, Ordering::Relaxed);
                    continue;
                }
            }
            search.awake.fetch_sub(1, Ordering::Relaxed);
            self.keep_watch();
            search.awake.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// One summons can stand for many lanes, which all came while a worker looked out: whoever takes
    /// one has another worker called for what is left.
    fn dequeue_and_pass_on(self: &Arc<Self>) -> Option<Arc<Lane>> {
        let lane = self.dequeue()?;
        if !self.lanes.is_empty() {
            self.call_for_worker();
        }
        Some(lane)
    }

    /// Whoever was chosen to be woken, and goes away instead, was the reason to start no spare.
    fn leave_parking(self: &Arc<Self>, parking: Parking<'_>) {
        drop(parking);
        if !planted(Fault::LeaveWithoutRelief) {
            self.relieve();
        }
    }

    /// What was offered while this worker was the reason to wake nobody must not be forgotten.
    pub(super) fn stop_searching(self: &Arc<Self>) {
        let others = self.search.searching.fetch_sub(1, Ordering::SeqCst) - 1;
        fence(Ordering::SeqCst);
        if others == 0 && !self.lanes.is_empty() && !planted(Fault::StopWithoutLooking) {
            self.call_for_worker();
        }
    }

    /// Watches for as long as other workers do short jobs.
    fn keep_watch(&self) {
        let search = &self.search;
        loop {
            let done = self.done.load(Ordering::Relaxed);
            let parking = search.idle.enter();
            if self.closed.load(Ordering::SeqCst) {
                break;
            }
            let chosen = parking.wait_timeout(WATCH);
            if self.done.load(Ordering::Relaxed).wrapping_sub(done) < BRISK {
                if !self.lanes.is_empty() {
                    search.brisk.store(false, Ordering::Relaxed);
                }
                break;
            }
            if chosen {
                break;
            }
        }
        search.watch.store(UNWATCHED, Ordering::Release);
        fence(Ordering::SeqCst);
        // Nobody was woken for what came meanwhile. This worker takes one lane; the others are not its.
        if self.lanes.len() > 1 {
            self.summon();
        }
    }
}
