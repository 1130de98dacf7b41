//! The end of a guest that runs longer than `--timeout`.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{io, process, thread};

use anyhow::Error;
use wasmtime::Engine;

use crate::ending::Ending;

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
    /// Starts the clock. If the process has to end without the guest, `blocked` is its outcome.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn start(
        engine: &Engine,
        time: Duration,
        blocked: Error,
        ending: Ending,
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
                        process::exit(ending.end_in_time(Err(blocked)));
                    }
                }
            })?;
        Ok(Deadline { _dropped: sender })
    }
}
