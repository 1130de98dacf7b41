//! The watchdog: a thread that tells sessions of deadlines, and finds workers that are slow or
//! stuck.
//!
//! It starts when it is needed first, and rests while no worker is in a turn and no alarm is set.

use std::time::Duration;

use super::Pool;
use super::session_queue::{DUE, SessionQueue};
use crate::sync::{Arc, Ordering, nanoseconds};

/// When a session wants to be told that a deadline has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Alarm {
    /// On the engine's clock. Units: nanoseconds.
    pub(crate) at: u64,
    /// The session's number, as two sessions can have the same time.
    pub(crate) session: u64,
}

/// How long a worker may be in a turn. Units: nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    /// Then it is slow.
    pub(super) slow: u64,
    /// Then it is stuck.
    pub(super) stuck: u64,
}

/// How long a lookup takes at least before a worker is replaced, if sessions wait.
const SLOW: Duration = Duration::from_millis(10);
/// The shortest time between two scans.
const SHORTEST: Duration = Duration::from_micros(100);
/// How long after a failure the watchdog tries again to start an extra worker.
pub(super) const RETRY: Duration = Duration::from_millis(5);

impl Thresholds {
    /// None for [`Duration::MAX`]: only a worker whose lookup was cancelled is stuck.
    pub(super) fn new(stuck_after: Duration) -> Option<Thresholds> {
        let stuck = stuck_after.max(SHORTEST);
        (stuck_after < Duration::MAX).then(|| Thresholds {
            slow: nanoseconds(SLOW.min(stuck)),
            stuck: nanoseconds(stuck),
        })
    }
}

impl Pool {
    /// Has the session told at that time, once.
    pub(crate) fn set_alarm(self: &Arc<Self>, alarm: Alarm, queue: &Arc<SessionQueue>) {
        let mut state = self.lock();
        state.watchdog.alarms.insert(alarm, Arc::clone(queue));
        state.look_at(alarm.at);
        self.release(state);
    }

    /// Takes an alarm back.
    pub(crate) fn forget_alarm(&self, alarm: Alarm) {
        let queue = self.lock().watchdog.alarms.remove(&alarm);
        drop(queue);
    }

    /// Starts the watchdog if it could not be started when an alarm was set.
    pub(crate) fn ensure_watchdog(self: &Arc<Self>) {
        if !self.hints.has_watchdog.load(Ordering::Relaxed) {
            let mut state = self.lock();
            state.look_at(0);
            self.release(state);
        }
    }

    pub(super) fn start_watchdog(self: &Arc<Self>) {
        // In a model, the model does its work.
        if cfg!(any(loom, shuttle)) || self.spawn("winsock-watchdog".to_owned(), Pool::watch) {
            return;
        }
        // The next who needs it tries again.
        let mut state = self.lock();
        state.watchdog.is_started = false;
        state.watchdog.looks_at = u64::MAX;
        self.publish(&state);
    }

    /// The watchdog's life.
    fn watch(self: &Arc<Self>) {
        loop {
            self.look();
            let mut state = self.lock();
            loop {
                if state.is_closed {
                    return;
                }
                let (at, now) = (state.watchdog.looks_at, self.clock.now());
                if at <= now {
                    break;
                }
                state = if at == u64::MAX {
                    self.look_came.wait(state).expect("no holder panics")
                } else {
                    let time = Duration::from_nanos(at - now);
                    let woken = self.look_came.wait_timeout(state, time);
                    woken.expect("no holder panics").0
                };
            }
        }
    }

    /// Tells the sessions whose alarm is due, and marks the workers that are slow or stuck.
    pub(crate) fn look(self: &Arc<Self>) {
        let now = self.clock.now();
        let mut due = Vec::new();
        let mut state = self.lock();
        while let Some(alarm) = state.watchdog.alarms.first_entry()
            && alarm.key().at <= now
        {
            due.push(alarm.remove());
        }
        let alarm = state.watchdog.alarms.first_key_value();
        let alarm = alarm.map_or(u64::MAX, |(alarm, _)| alarm.at);
        let scan = state.scan(now).unwrap_or(u64::MAX);
        state.watchdog.looks_at = alarm.min(scan);
        // It is called anew if a worker cannot be started.
        state.starts_failed = false;
        self.release(state);
        for queue in due {
            queue.signal(DUE);
        }
    }
}
