//! The end of a guest that runs longer than `--timeout`.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{io, process, thread};

use anyhow::Error;
use wasmtime::Engine;

use crate::error;
use crate::timeline::Timeline;

/// The time that a guest has to stop after its deadline.
const GRACE: Duration = Duration::from_secs(1);

/// Stops the guests of an engine when the time is over, unless the deadline is dropped before.
///
/// The engine's epoch stops a guest that computes; the store's epoch deadline must be 1. The caller
/// stops a guest that waits for the host, with a timer. Nothing stops a guest whose call to the
/// host blocks the thread, such as a write to a full pipe: the process ends after [`GRACE`].
pub(crate) struct Deadline {
    _dropped: Sender<()>,
}

impl Deadline {
    /// Starts the clock. If the process has to end without the guest, it writes the timeline and
    /// reports `blocked`.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn start(
        engine: &Engine,
        time: Duration,
        blocked: Error,
        timeline: Option<Timeline>,
    ) -> io::Result<Deadline> {
        let (sender, dropped) = mpsc::channel();
        let engine = engine.clone();
        let over = move |time| dropped.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
        thread::Builder::new()
            .name("deadline".into())
            .spawn(move || {
                if over(time) {
                    engine.increment_epoch();
                    if over(GRACE) {
                        end(blocked, timeline);
                    }
                }
            })?;
        Ok(Deadline { _dropped: sender })
    }
}

/// Ends the process, even where writing to standard error blocks.
fn end(blocked: Error, timeline: Option<Timeline>) {
    let status = error::status(&blocked);
    let unwritten = timeline.and_then(|timeline| timeline.write().err());
    thread::spawn(move || {
        unwritten.map(|unwritten| error::report(&unwritten));
        process::exit(error::report(&blocked))
    });
    thread::sleep(GRACE);
    process::exit(status);
}
