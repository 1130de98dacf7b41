//! The engine's sense of time: a thread that tells sessions of deadlines, and finds workers that are slow or stuck.
//!
//! It is started when it is needed first, and sleeps without a time-out once no worker has been in a resolver
//! for a while, no deadline is set, and no lane waits for a spare that could not be started.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Pool;
use super::posts::{Patience, Rounds};
use crate::pool::job::{DUE, Lane};
use crate::sync::{
    Arc, AtomicBool, Clock, Fault, Mutex, MutexGuard, Ordering, nanoseconds, planted, thread,
};

/// When a session wants to be told that a deadline has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Alarm {
    /// On the engine's clock. Units: nanoseconds.
    pub(crate) at: u64,
    /// Whose it is, as two sessions can have the same time.
    pub(crate) session: u64,
}

/// What sessions and workers share with the thread.
pub(super) struct Timekeeper {
    clock: Clock,
    /// How long a worker may be in the resolver, in nanoseconds; none for any time.
    patience: Option<u64>,
    /// Whether the thread looks at the workers by itself, so that none need wake it.
    watches: AtomicBool,
    /// Whether the thread was started.
    is_there: AtomicBool,
    desk: Mutex<Desk>,
}

#[derive(Default)]
struct Desk {
    alarms: BTreeMap<Alarm, Arc<Lane>>,
    /// None until it is needed.
    thread: Option<thread::Thread>,
}

impl Timekeeper {
    pub(super) fn new(clock: Clock, stuck_after: Duration) -> Timekeeper {
        Timekeeper {
            clock,
            patience: (stuck_after < Duration::MAX).then(|| nanoseconds(stuck_after)),
            watches: AtomicBool::new(false),
            is_there: AtomicBool::new(false),
            desk: Mutex::default(),
        }
    }

    /// Wakes the thread, if there is one.
    pub(super) fn wake(&self) {
        if let Some(thread) = &self.desk().thread {
            thread.unpark();
        }
    }

    /// Tells those whose alarm is due, and says when the next one is.
    fn ring(&self) -> Option<u64> {
        let now = self.clock.now();
        loop {
            let lane = {
                let mut desk = self.desk();
                let first = desk.alarms.first_entry()?;
                if first.key().at > now {
                    return Some(first.key().at);
                }
                first.remove()
            };
            // Not under the lock, as it runs wakers, which are an embedder's.
            lane.signal(DUE);
        }
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(super) fn is_wanted(&self) -> bool {
        self.watches.load(Ordering::Relaxed)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no holder panics")
    }
}

impl Pool {
    /// Has the session told at that time, once.
    pub(crate) fn set_alarm(self: &Arc<Self>, alarm: Alarm, lane: &Arc<Lane>) {
        let keeper = &self.timekeeper;
        let is_news = {
            let mut desk = keeper.desk();
            desk.alarms.insert(alarm, Arc::clone(lane));
            let first = desk.alarms.first_key_value().map(|(first, _)| *first);
            // Also where it could not be started for an earlier one.
            first == Some(alarm) || desk.thread.is_none()
        };
        if is_news {
            self.wake_timekeeper();
        }
    }

    /// Sees to it that somebody rings, as the thread may not have been started when an alarm was set.
    pub(crate) fn see_to_timekeeper(self: &Arc<Self>) {
        if !self.timekeeper.is_there.load(Ordering::Relaxed) {
            self.wake_timekeeper();
        }
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn ring(&self) {
        self.timekeeper.ring();
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn alarms(&self) -> usize {
        self.timekeeper.desk().alarms.len()
    }

    /// The session wants no more to be told.
    pub(crate) fn forget_alarm(&self, alarm: Alarm) {
        let lane = self.timekeeper.desk().alarms.remove(&alarm);
        drop(lane);
    }

    /// A worker's, in the resolver: sees to it that it is looked at.
    pub(super) fn be_watched(self: &Arc<Self>) {
        let keeper = &self.timekeeper;
        if keeper.patience.is_some() && !keeper.watches.load(Ordering::Relaxed) {
            self.want_watching();
        }
    }

    /// Has the timekeeper look at workers and spares, if it rests.
    #[cold]
    pub(super) fn want_watching(self: &Arc<Self>) {
        // Only one of them wakes it.
        if !self.timekeeper.watches.swap(true, Ordering::AcqRel) {
            self.wake_timekeeper();
        }
    }

    /// Wakes the thread, or starts it.
    fn wake_timekeeper(self: &Arc<Self>) {
        let mut desk = self.timekeeper.desk();
        if let Some(thread) = &desk.thread {
            return thread.unpark();
        }
        // In a model, the model does its work.
        if cfg!(any(loom, shuttle)) {
            return;
        }
        desk.thread = self.start_timekeeper();
        // Without it, the next who needs it tries again.
        let started = desk.thread.is_some();
        self.timekeeper.watches.store(started, Ordering::Release);
        self.timekeeper.is_there.store(started, Ordering::Relaxed);
    }

    fn start_timekeeper(self: &Arc<Self>) -> Option<thread::Thread> {
        if planted(Fault::NoThread) {
            return None;
        }
        let pool = Arc::clone(self);
        let started = thread::Builder::new()
            .name("winsock-watchdog".to_owned())
            .spawn(move || pool.keep_time());
        started.ok().map(|started| started.thread().clone())
    }

    /// The thread's life.
    fn keep_time(self: Arc<Self>) {
        let mut rounds = Rounds::default();
        while !self.closed.load(Ordering::SeqCst) {
            let alarm = self.timekeeper.ring();
            let look = self.look_at_workers(&mut rounds);
            match [alarm, look].into_iter().flatten().min() {
                Some(at) => {
                    thread::park_until(self.timekeeper.clock.at(at));
                }
                None => thread::park(),
            }
        }
    }

    /// Has those that are in the resolver for too long relieved, or counted as stuck, and says when to look again; none
    /// when there is nothing to look for.
    fn look_at_workers(self: &Arc<Self>, rounds: &mut Rounds) -> Option<u64> {
        let keeper = &self.timekeeper;
        let tick = keeper.patience.map_or(LONGEST_TICK, tick);
        let patience = keeper.patience.map(|stuck| Patience {
            slow: SLOW.min(stuck).saturating_sub(tick),
            // Whoever is seen for the first time may be there since the last look, and the next may be late.
            stuck: stuck.saturating_sub(2 * tick),
            calm: CALM,
        });
        let again = self.look(rounds, patience);
        again.then(|| keeper.clock.now().saturating_add(tick))
    }

    /// The same with this patience, none for any time; says whether to look again.
    pub(super) fn look(self: &Arc<Self>, rounds: &mut Rounds, patience: Option<Patience>) -> bool {
        let keeper = &self.timekeeper;
        // Also where it could not be started before.
        self.relieve();
        if patience.is_some_and(|patience| self.inspect(rounds, patience)) || self.is_short() {
            return true;
        }
        // Read-modify-writes on both sides, as in `want_watching`.
        keeper.watches.swap(false, Ordering::AcqRel);
        let again = !planted(Fault::RestWithoutLooking)
            && (patience.is_some() && self.posts.is_anyone_inside() || self.is_short());
        if again {
            keeper.watches.store(true, Ordering::Release);
        }
        again
    }

    /// Marks workers, and says whether one is in a resolver, or will be soon: it should not have to wake this thread.
    fn inspect(self: &Arc<Self>, rounds: &mut Rounds, patience: Patience) -> bool {
        let now = self.timekeeper.clock.now();
        let seen = self.posts.inspect(rounds, now, patience);
        self.replace(seen.relieved);
        seen.inside > 0 || seen.calm < patience.calm
    }
}

/// How long after one look the next is, if workers count as stuck after so long. Units: nanoseconds, as below.
fn tick(stuck: u64) -> u64 {
    (stuck / LOOKS).clamp(SHORTEST_TICK, LONGEST_TICK)
}

/// Looks at a worker, at least, in the time in which it comes to count as stuck.
const LOOKS: u64 = 16;
const SHORTEST_TICK: u64 = 100_000;
const LONGEST_TICK: u64 = 5_000_000;
/// How long it looks for workers after the last has come or gone.
const CALM: u64 = 50_000_000;
/// How long a worker may be in a resolver before a spare takes its place, if lanes wait.
const SLOW: u64 = 10_000_000;

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::engine::LookupEngine;

    // S-C7: the next to be slow is found as soon after quick ones as ever.
    #[test]
    fn it_looks_as_often_when_workers_have_come_and_gone() {
        let engine = LookupEngine::new();
        let pool = &engine.shared.pool;
        let clock = pool.timekeeper.clock;
        let mut rounds = Rounds::default();
        let begun = clock.now();
        pool.posts
            .leave(pool.posts.enter(pool.posts.take().unwrap(), 7));
        let next = pool.look_at_workers(&mut rounds);
        assert!(next.is_some_and(|next| next <= clock.now() + LONGEST_TICK));
        while pool.look_at_workers(&mut rounds).is_some() {
            thread::yield_now();
        }
        assert!(clock.now() >= begun + CALM, "it rests too soon");
    }
}
