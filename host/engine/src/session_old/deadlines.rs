//! When requests are overdue.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Session, Task, pending_bytes};
use crate::pool::Alarm;
use crate::pool::job::Cancelled;
use crate::sync::{Arc, Fault, nanoseconds, planted};
use crate::types::{ErrorCode, TaskHandle};

/// The deadlines of a session's requests, which come in the order in which they were begun.
///
/// A session has one alarm at a time, for the first deadline that there was when it was set: so one that
/// asks and takes all day long has its alarm set once in the time that a request may take.
pub(super) struct Deadlines {
    /// Nanoseconds that a request may be pending.
    time: u64,
    /// Those of requests that have ended are among them until it is their turn, or there are too many.
    queue: VecDeque<(u64, TaskHandle)>,
    alarm: Option<Alarm>,
}

impl Deadlines {
    pub(super) fn new(time: Duration) -> Deadlines {
        Deadlines {
            time: nanoseconds(time),
            queue: VecDeque::new(),
            alarm: None,
        }
    }

    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Takes out the first request if it is overdue at this time.
    fn pop_due(&mut self, now: u64) -> Option<TaskHandle> {
        self.queue
            .pop_front_if(|(due, _)| *due <= now)
            .map(|(_, handle)| handle)
    }
}

impl Session {
    /// Has the request end when its time is over, if it is still pending then.
    pub(super) fn set_deadline(&mut self, handle: TaskHandle) {
        let Some(deadlines) = &mut self.deadlines else {
            return;
        };
        // Those that have ended are swept before they are half of it.
        if deadlines.queue.len() > 2 * self.table.len() + SWEPT_FROM {
            let table = &mut self.table;
            deadlines
                .queue
                .retain(|(_, handle)| matches!(table.get_mut(*handle), Some(Task::Pending(_))));
        }
        let due = self.engine.now().saturating_add(deadlines.time);
        deadlines.queue.push_back((due, handle));
        self.set_alarm();
    }

    fn set_alarm(&mut self) {
        let Some(deadlines) = &mut self.deadlines else {
            return;
        };
        if deadlines.alarm.is_some() {
            return self.see_to_alarm();
        }
        if let Some((due, _)) = deadlines.queue.front() {
            let alarm = Alarm {
                at: *due,
                session: self.lane.observers.session(),
            };
            deadlines.alarm = Some(alarm);
            self.engine.pool.set_alarm(alarm, &self.lane);
        }
    }

    /// If there is an alarm, sees to it that it will ring: the thread for it may not have been started.
    pub(super) fn see_to_alarm(&self) {
        if self.deadlines.as_ref().is_some_and(|d| d.alarm.is_some()) {
            self.engine.pool.see_to_timekeeper();
        }
    }

    /// The alarm has rung: what is overdue completes, as if the server were silent (`S-R15`).
    pub(super) fn end_overdue(&mut self) {
        let Some(deadlines) = &mut self.deadlines else {
            return;
        };
        if let Some(alarm) = deadlines.alarm.take() {
            // It may be another than the one that has rung, if there was a clean-up in between.
            self.engine.pool.forget_alarm(alarm);
        }
        let now = self.engine.now();
        let mut running = Vec::new();
        while let Some(handle) = self.deadlines.as_mut().and_then(|d| d.pop_due(now)) {
            let Some(Task::Pending(job)) = self.table.get_mut(handle) else {
                continue;
            };
            let job = Arc::clone(job);
            match job.cancel() {
                Cancelled::Queued => {
                    self.dead += 1;
                    self.dead_bytes += pending_bytes(&job);
                }
                Cancelled::Running(shift) => running.push(shift),
                Cancelled::Done => {}
            }
            if !planted(Fault::ForgetDeadline) {
                self.decide(&job, ErrorCode::TryAgain.into());
            }
        }
        self.sweep();
        self.abandon_workers(&running);
        self.set_alarm();
    }

    /// Nothing is pending any more.
    pub(super) fn forget_deadlines(&mut self) {
        if let Some(deadlines) = &mut self.deadlines {
            deadlines.queue = VecDeque::new();
            if let Some(alarm) = deadlines.alarm.take() {
                self.engine.pool.forget_alarm(alarm);
            }
        }
    }
}

/// Deadlines that are not worth a sweep.
const SWEPT_FROM: usize = 64;
