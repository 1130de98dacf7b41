//! What becomes of requests that are overdue.

use super::requests::Requests;
use super::task::Task;
use crate::pool::Alarm;
use crate::sync::{Arc, Fault, planted};
use crate::types::{ErrorCode, TaskHandle};

impl Requests {
    /// Adds the deadline of a request that begins.
    pub(super) fn set_deadline(&mut self, handle: TaskHandle) {
        let Some(deadlines) = &mut self.deadlines else {
            return;
        };
        // A sweep begins when more than half of the entries, and 64, are of ended requests.
        if deadlines.queue.len() > 2 * self.table.len() + SWEPT_FROM {
            let table = &mut self.table;
            deadlines
                .queue
                .retain(|(_, handle)| matches!(table.get_mut(*handle), Some(Task::Pending(..))));
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
            return self.engine.pool.ensure_watchdog();
        }
        if let Some((due, _)) = deadlines.queue.front() {
            let alarm = Alarm {
                at: *due,
                session: self.queue.observers.session(),
            };
            deadlines.alarm = Some(alarm);
            self.engine.pool.set_alarm(alarm, &self.queue);
        }
    }

    /// The alarm for the first deadline.
    pub(super) fn alarm(&self) -> Option<Alarm> {
        self.deadlines.as_ref()?.alarm
    }

    /// Completes overdue requests as if the name server were silent (`S-R15`). Called when the
    /// alarm has rung.
    pub(super) fn end_overdue(&mut self) {
        let Some(deadlines) = &mut self.deadlines else {
            return;
        };
        if let Some(alarm) = deadlines.alarm.take() {
            // After a clean-up this can be a later alarm than the one that has rung.
            self.engine.pool.forget_alarm(alarm);
        }
        let now = self.engine.now();
        let mut running = Vec::new();
        while let Some(handle) = self.deadlines.as_mut().and_then(|d| d.pop_due(now)) {
            let Some(Task::Pending(_, job)) = self.table.get_mut(handle) else {
                continue;
            };
            let job = Arc::clone(job);
            if !self.queue.remove(&job) {
                running.push(Arc::clone(&job));
            }
            if !planted(Fault::ForgetDeadline) {
                self.decide(&job, ErrorCode::TryAgain.into());
            }
        }
        // Last, because the extra worker for a stuck one would begin another overdue job.
        for job in running {
            self.engine.pool.cancel(&self.queue, &job);
        }
        self.set_alarm();
    }

    /// Removes the deadlines of requests that ended. Without any left, removes the alarm.
    pub(super) fn forget_deadlines(&mut self) {
        let table = &mut self.table;
        if let Some(deadlines) = &mut self.deadlines {
            deadlines
                .queue
                .retain(|(_, handle)| matches!(table.get_mut(*handle), Some(Task::Pending(..))));
            deadlines.queue.shrink_to_fit();
            if deadlines.queue.is_empty()
                && let Some(alarm) = deadlines.alarm.take()
            {
                self.engine.pool.forget_alarm(alarm);
            }
        }
    }
}

/// Entries beyond twice the outstanding requests that do not yet begin a sweep.
const SWEPT_FROM: usize = 64;
