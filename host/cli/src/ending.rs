//! The end of a run: what is written, however the run ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use winsock_async_engine::LookupEngine;

use crate::timeline::Timeline;
use crate::{error, report};

/// The end of one run. The guest's thread, a signal and the deadline share it, and the first of
/// these writes.
#[derive(Clone, Default)]
pub(crate) struct Ending(Arc<Mutex<Option<Running>>>);

/// A guest that runs, and what it is to leave.
pub(crate) struct Running {
    pub(crate) lookups: LookupEngine,
    pub(crate) timeline: Option<Timeline>,
    /// Whether to write statistics.
    pub(crate) stats: bool,
}

impl Ending {
    /// Says that the guest starts: before that, a run leaves nothing.
    pub(crate) fn begin(&self, running: Running) {
        *self.lock() = Some(running);
    }

    /// Writes the timeline, if there is one that was not written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_timeline(&self) -> Result<()> {
        match &*self.lock() {
            Some(Running {
                timeline: Some(timeline),
                ..
            }) => timeline.write(),
            _ => Ok(()),
        }
    }

    /// Writes the timeline, the error, and the statistics, and returns the exit status. Does not
    /// write what was written before, and waits while another thread writes.
    pub(crate) fn end(&self, outcome: Result<i32>) -> i32 {
        let mut lock = self.lock();
        let running = lock.take();
        // First: writing to standard error may block.
        let timeline = running
            .as_ref()
            .and_then(|running| running.timeline.as_ref());
        let unwritten = timeline.and_then(|timeline| timeline.write().err());
        let status = outcome.unwrap_or_else(|error| error::report(&error));
        if let Some(running) = running.filter(|running| running.stats) {
            report::write(&running.lookups.metrics());
        }
        match unwritten.map(|error| error::report(&error)) {
            // The guest's failure is the more important of two.
            Some(unwritten) if status == 0 => unwritten,
            _ => status,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
