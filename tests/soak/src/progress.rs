//! How far the run is: a line that is written over on a terminal, else one every few seconds.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use wasmtime::{Result, ensure};

use crate::process::Sample;
use crate::table::{grouped, mebibytes};

/// How often a line is written to a terminal, and to anything else.
const TERMINAL: Duration = Duration::from_millis(200);
const ELSE: Duration = Duration::from_secs(5);

/// Shows progress, and sees when there is none.
pub struct Progress {
    requests: u64,
    start: Instant,
    terminal: bool,
    shown: Instant,
    last: (u64, Instant),
    patience: Duration,
}

impl Progress {
    /// For so many requests. Where nothing happens for twice the guests' patience, something hangs.
    pub fn new(requests: u32, patience: Duration) -> Progress {
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

    /// Time since the run began.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Notes that so many requests have begun by now; shows it if it is time to.
    ///
    /// # Errors
    /// If there was no progress for too long.
    pub fn tick(&mut self, begun: u64) -> Result<()> {
        let now = Instant::now();
        if self.last.0 != begun {
            self.last = (begun, now);
        }
        let idle = now - self.last.1;
        ensure!(
            idle < self.patience,
            "nothing has happened for {} s: somebody waits for what never comes",
            idle.as_secs()
        );
        if now - self.shown >= if self.terminal { TERMINAL } else { ELSE } {
            self.shown = now;
            self.show(begun);
        }
        Ok(())
    }

    /// Takes the line away.
    pub fn clear(&self) {
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
            // Without it there is a line less.
            let _ = stderr().flush();
        } else {
            eprintln!("{line}");
        }
    }
}
