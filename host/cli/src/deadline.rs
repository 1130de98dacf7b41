//! The end of a guest that runs longer than `--timeout`.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{io, process, thread};

use anyhow::Error;
use wasmtime::Engine;

use crate::ending::Ending;
use crate::error;

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
                        end(blocked, &ending);
                    }
                }
            })?;
        Ok(Deadline { _dropped: sender })
    }
}

/// Ends the process, even where writing to standard error blocks.
fn end(blocked: Error, ending: &Ending) {
    let status = error::status(&blocked);
    let unwritten = ending.write_timeline().err();
    let ending = ending.clone();
    let writer = thread::Builder::new().name("end".into()).spawn(move || {
        let status = ending.end(Err(blocked));
        unwritten.map(|unwritten| error::report(&unwritten));
        process::exit(status)
    });
    if writer.is_ok() {
        thread::sleep(GRACE);
    }
    process::exit(status);
}
