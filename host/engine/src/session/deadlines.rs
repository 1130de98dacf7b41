//! Deadlines of requests, from [`Limits::request_timeout`](crate::Limits::request_timeout).

use std::collections::VecDeque;
use std::time::Duration;

use crate::pool::Alarm;
use crate::sync::nanoseconds;
use crate::types::TaskHandle;

/// The deadlines of a session's requests, in the order in which the requests began.
///
/// A session has one alarm at a time, set for the first deadline. The alarm stays set when that
/// request ends early. So a busy session sets its alarm once in each time-out, not for each
/// request.
pub(super) struct Deadlines {
    /// Nanoseconds that a request may be pending.
    pub(super) time: u64,
    /// Each deadline and its request. An ended request's entry stays until it is due or swept.
    pub(super) queue: VecDeque<(u64, TaskHandle)>,
    pub(super) alarm: Option<Alarm>,
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

    /// Removes the first request if it is overdue at `now`, in nanoseconds.
    pub(super) fn pop_due(&mut self, now: u64) -> Option<TaskHandle> {
        self.queue
            .pop_front_if(|(due, _)| *due <= now)
            .map(|(_, handle)| handle)
    }
}
