//! Looking out for something before the thread is parked for it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{hint, thread};

/// How long a thread looks out for work before it parks: about what it costs to park and be woken.
pub(crate) const SPIN: Duration = Duration::from_micros(20);

/// Looks at `ready` for a while; says what it was in the end. It does not yield meanwhile: two threads
/// that yield to each other stay on one processor.
pub(crate) fn spin_until(limit: Duration, ready: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    loop {
        for _ in 0..64 {
            if ready() {
                return true;
            }
            hint::spin_loop();
        }
        if start.elapsed() >= limit {
            return ready();
        }
    }
}

/// Threads of each kind that may spin at a time: with one processor, it has better things to do.
pub(crate) fn spinners() -> usize {
    static SPINNERS: OnceLock<usize> = OnceLock::new();
    *SPINNERS.get_or_init(|| thread::available_parallelism().map_or(0, |n| n.get() / 2))
}
