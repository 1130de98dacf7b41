//! The floors of the figures: what the machine itself can do, measured in the same run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::Instant;

use wasmtime::Result;
use winsock_async_engine::{LookupEngine, Query};

/// A parked thread that, once woken, wakes the thread that has made it.
pub(crate) struct Partner {
    ball: Arc<AtomicBool>,
    thread: Thread,
}

impl Partner {
    /// The partner of this thread.
    pub(crate) fn new() -> Partner {
        let ball = Arc::new(AtomicBool::new(false));
        let me = thread::current();
        let thread = {
            let ball = Arc::clone(&ball);
            // The thread stays until the process ends.
            thread::spawn(move || {
                loop {
                    thread::park();
                    if ball.swap(false, Ordering::SeqCst) {
                        me.unpark();
                    }
                }
            })
        };
        Partner {
            ball,
            thread: thread.thread().clone(),
        }
    }

    /// Wakes the partner, and parks until the partner has woken this thread.
    pub(crate) fn round_trip(&self) {
        self.ball.store(true, Ordering::SeqCst);
        self.thread.unpark();
        while self.ball.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

/// Measures the nanoseconds for a number to go to another thread and back while both spin: one
/// sample a round.
pub(crate) fn spin_round_trips(rounds: usize) -> Vec<f64> {
    const BALLS: u64 = 100;
    let ball = Arc::new(AtomicU64::new(0));
    let other = {
        let ball = Arc::clone(&ball);
        thread::spawn(move || {
            for i in 0..rounds as u64 * BALLS {
                while ball.load(Ordering::Acquire) != 2 * i + 1 {
                    std::hint::spin_loop();
                }
                ball.store(2 * i + 2, Ordering::Release);
            }
        })
    };
    let samples = (0..rounds as u64)
        .map(|round| {
            let start = Instant::now();
            for i in round * BALLS..(round + 1) * BALLS {
                ball.store(2 * i + 1, Ordering::Release);
                while ball.load(Ordering::Acquire) != 2 * i + 2 {
                    std::hint::spin_loop();
                }
            }
            start.elapsed().as_nanos() as f64 / BALLS as f64
        })
        .collect();
    drop(other.join());
    samples
}

/// Measures by how many bytes the process grows for each of `count` pending requests with a 20-byte
/// name. The workers must be busy.
pub(crate) fn bytes_per_request(lookups: &LookupEngine, count: usize) -> Result<f64> {
    let mut session = lookups.session();
    session.startup()?;
    let before = resident_bytes()?;
    for tag in 0..count as u64 {
        session.request(Query::HostByName(b"abcdefghijklmno.test"[..].into()), tag)?;
    }
    Ok((resident_bytes()? - before) / count as f64)
}

/// The resident memory of the process, from `/proc`.
pub(crate) fn resident_bytes() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: f64 = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .ok_or_else(|| wasmtime::format_err!("/proc/self/status has no VmRSS"))?
        .trim()
        .parse()?;
    Ok(kilobytes * 1024.0)
}
