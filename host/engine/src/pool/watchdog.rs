//! The watchdog: a thread that tells sessions of deadlines, and finds workers that are slow or
//! stuck.
//!
//! It starts when it is needed first, and rests while no worker is in a turn and no alarm is set.
//! Without threads, each call of a session does its work.

use std::time::Duration;

use super::Pool;
use super::session_queue::{DUE, SessionQueue};
use super::thresholds::Alarm;
use crate::sync::{Arc, Ordering};

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

    /// Starts the watchdog if it could not be started when it was needed.
    pub(crate) fn ensure_watchdog(self: &Arc<Self>) {
        if self.hints.lacks_watchdog.load(Ordering::Relaxed) {
            let mut state = self.lock();
            state.look_at(0);
            self.release(state);
        }
    }

    /// Does the watchdog's work, if the pool has no threads.
    pub(crate) fn look_without_threads(self: &Arc<Self>) {
        if !self.has_threads {
            self.look();
        }
    }

    /// The watchdog's life.
    pub(super) fn watch(self: &Arc<Self>) {
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
