//! The progress of the run: on a terminal one line that is written over, else one line every 5
//! seconds.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use wasmtime::{Result, ensure};

use crate::process::Sample;
use crate::table::{grouped, mebibytes};

/// The time between two lines on a terminal, and elsewhere.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(200);
const FILE_INTERVAL: Duration = Duration::from_secs(5);

/// Shows progress, and fails if there is none.
pub(crate) struct Progress {
    requests: u64,
    start: Instant,
    terminal: bool,
    shown: Instant,
    last: (u64, Instant),
    patience: Duration,
}

impl Progress {
    /// The progress of a run with this number of requests. A run without progress for twice the
    /// guests' patience hangs.
    pub(crate) fn new(requests: u32, patience: Duration) -> Progress {
        let now = Instant::now();
        Progress {
            requests: requests.into(),
            start: now,
            terminal: stderr().is_terminal(),
            shown: now,
            last: (0, now),
            patience: 2 * patience,
        }
    }

    /// The time since the run began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Notes the number of requests that have begun, and shows it if a line is due.
    ///
    /// # Errors
    /// There was no progress for too long.
    pub(crate) fn tick(&mut self, begun: u64) -> Result<()> {
        let now = Instant::now();
        if self.last.0 != begun {
            self.last = (begun, now);
        }
        let idle = now - self.last.1;
        ensure!(
            idle < self.patience,
            "no request has begun for {} s: a guest waits for a completion that never comes",
            idle.as_secs()
        );
        let interval = if self.terminal {
            TERMINAL_INTERVAL
        } else {
            FILE_INTERVAL
        };
        if now - self.shown >= interval {
            self.shown = now;
            self.show(begun);
        }
        Ok(())
    }

    /// Removes the line from a terminal.
    pub(crate) fn clear(&self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }

    fn show(&self, begun: u64) {
        let percent = begun * 100 / self.requests;
        let rate = (begun as f64 / self.elapsed().as_secs_f64()) as u64;
        let memory = Sample::now()
            .resident
            .map(|bytes| format!(", {}", mebibytes(bytes)));
        let line = format!(
            "{} of {} requests ({percent} %), {} a second{}",
            grouped(begun),
            grouped(self.requests),
            grouped(rate),
            memory.unwrap_or_default()
        );
        if self.terminal {
            eprint!("\r\x1b[K{line}");
            // A failed flush only costs a line.
            let _ = stderr().flush();
        } else {
            eprintln!("{line}");
        }
    }
}
