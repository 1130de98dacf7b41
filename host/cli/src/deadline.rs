//! The end of a guest that runs too long.

use std::process;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

use crate::error::Failure;
use crate::timeline::Timeline;

/// Time for a guest to stop after it was told to.
const GRACE: Duration = Duration::from_secs(1);

/// Tells the guests of an engine to stop when the time is over, unless it was dropped before.
///
/// A guest that computes is stopped by the engine's epoch, which must be one short of its deadline. One
/// that waits for the host is the caller's to stop, with a timer. One whose call to the host blocks the
/// thread, as writing to a full pipe does, cannot be stopped: the process ends without it.
pub struct Deadline {
    _dropped: Sender<()>,
}

impl Deadline {
    /// Starts the clock. `failure` is what the process reports if it has to end without the guest, after it
    /// has written the timeline.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(
        engine: &Engine,
        time: Duration,
        failure: Failure,
        timeline: Option<Timeline>,
    ) -> std::io::Result<Deadline> {
        let (sender, dropped) = mpsc::channel();
        let engine = engine.clone();
        let over = move |time| dropped.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
        thread::Builder::new()
            .name("deadline".into())
            .spawn(move || {
                if over(time) {
                    engine.increment_epoch();
                    if over(GRACE) {
                        end(failure, timeline);
                    }
                }
            })?;
        Ok(Deadline { _dropped: sender })
    }
}

/// Ends the process, also where standard error is what blocks.
fn end(failure: Failure, timeline: Option<Timeline>) {
    let status = failure.status();
    let unwritten = timeline.and_then(|timeline| timeline.write().err());
    thread::spawn(move || {
        unwritten.map(|unwritten| unwritten.report());
        process::exit(failure.report())
    });
    thread::sleep(GRACE);
    process::exit(status);
}
