//! The end of a run: what is written, however the run ends.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use winsock_async_engine::LookupEngine;

use crate::policy_trace::PolicyTrace;
use crate::stall::Writes;
use crate::timeline::Timeline;
use crate::{error, report};

/// The time that one write to a pipe or a device has in [`Ending::end_in_time`].
const GRACE: Duration = Duration::from_secs(1);

/// The end of one run. The guest's thread, a signal and the deadline share it, and the first of
/// these writes.
#[derive(Clone, Default)]
pub(crate) struct Ending {
    running: Arc<Mutex<Option<Running>>>,
    writes: Writes,
}

/// A guest that runs, and what it is to leave.
pub(crate) struct Running {
    pub(crate) lookups: LookupEngine,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) trace: Option<PolicyTrace>,
    /// Whether to write statistics.
    pub(crate) stats: bool,
}

impl Ending {
    /// Says that the guest starts: before that, a run leaves nothing.
    pub(crate) fn begin(&self, running: Running) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    }

    /// Writes the timeline, the error, and the statistics, and returns the exit status. Does not
    /// write what was written before, and waits while another thread writes.
    pub(crate) fn end(&self, outcome: Result<i32>) -> i32 {
        let mut lock = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut timeline, mut trace, mut metrics) = (None, None, None);
        if let Some(running) = lock.take() {
            timeline = running.timeline;
            trace = running.trace;
            metrics = running.stats.then(|| running.lookups.metrics());
        }
        let write = |timeline: Timeline| timeline.write(&self.writes).err();
        // A file comes first and a pipe last, because a pipe and standard error may block.
        let pipe = timeline.take_if(|timeline| timeline.may_block());
        let unwritten = timeline.and_then(write);
        let untraced = trace.and_then(|trace| trace.write(&self.writes).err());
        let status = outcome.unwrap_or_else(|error| self.writes.watch(|| error::report(&error)));
        if let Some(metrics) = metrics {
            self.writes.watch(|| report::write(&metrics));
        }
        let unwritten = unwritten.or(untraced).or(pipe.and_then(write));
        match unwritten.map(|error| self.writes.watch(|| error::report(&error))) {
            // The guest's failure is the more important of two.
            Some(unwritten) if status == 0 => unwritten,
            _ => status,
        }
    }

    /// As [`end`](Ending::end), but returns the status also while a write to a pipe or a device
    /// takes longer than [`GRACE`]. A write to a file has all its time: it ends by itself, and what
    /// it has written would stay in a temporary file.
    pub(crate) fn end_in_time(&self, outcome: Result<i32>) -> i32 {
        let status = match &outcome {
            Ok(status) => *status,
            Err(error) => error::status(error),
        };
        // The thread takes the outcome from a channel: without a thread, it is still here.
        let (to_writer, outcomes) = mpsc::channel();
        let (sender, ended) = mpsc::channel();
        let ending = self.clone();
        let writer = thread::Builder::new().name("writer".into()).spawn(move || {
            for outcome in outcomes {
                let _ = sender.send(ending.end(outcome));
            }
        });
        if writer.is_err() {
            return self.end(outcome);
        }
        let _ = to_writer.send(outcome);
        loop {
            let before = self.writes.under_way();
            match ended.recv_timeout(GRACE) {
                Ok(status) => return status,
                Err(RecvTimeoutError::Timeout)
                    if before.is_none() || before != self.writes.under_way() => {}
                Err(_) => return status,
            }
        }
    }
}
