//! The primitives of the standard library and crossbeam.

use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crossbeam_queue::SegQueue;

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence};
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

use super::nanoseconds;

/// A queue that takes no lock. The first element allocates it, as crossbeam's takes 256 bytes.
pub(crate) struct SharedQueue<T>(OnceLock<Box<SegQueue<T>>>);

impl<T> SharedQueue<T> {
    pub(crate) fn new() -> SharedQueue<T> {
        SharedQueue(OnceLock::new())
    }

    pub(crate) fn push(&self, element: T) {
        self.0.get_or_init(Box::default).push(element);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.0.get()?.pop()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.get().is_none_or(|queue| queue.is_empty())
    }
}

pub(crate) mod thread {
    pub(crate) use std::thread::{Builder, Thread, current, park};
    use std::time::Instant;

    /// Parks until the thread is woken or `deadline` passes. False if `deadline` had passed before.
    pub(crate) fn park_until(deadline: Option<Instant>) -> bool {
        let Some(deadline) = deadline else {
            park();
            return true;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            std::thread::park_timeout(left);
        }
        !left.is_zero()
    }
}

/// A clock that never goes back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The standard library's, from 0 at that time on.
    Started(Instant),
    /// The embedder's, for targets on which the standard library has none.
    Given(fn() -> Duration),
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock::Started(Instant::now())
    }

    pub(crate) fn given(now: fn() -> Duration) -> Clock {
        Clock::Given(now)
    }

    /// The second of this clock that a time is in, from 1 on. None if the clock has no `Instant`.
    pub(crate) fn second_of(&self, time: Instant) -> Option<NonZeroU32> {
        let Clock::Started(start) = self else {
            return None;
        };
        let seconds = time.saturating_duration_since(*start).as_secs();
        NonZeroU32::new(u32::try_from(seconds + 1).unwrap_or(u32::MAX))
    }

    /// Nanoseconds since the clock was 0.
    pub(crate) fn now(&self) -> u64 {
        nanoseconds(match self {
            Clock::Started(start) => start.elapsed(),
            Clock::Given(now) => now(),
        })
    }
}

/// Spins until `ready`, for at most `limit`. Returns what `ready` returned last. Spinning does not
/// yield: two threads that yield to each other stay on one processor.
pub(crate) fn spin_until(limit: Duration, ready: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    loop {
        for _ in 0..64 {
            if ready() {
                return true;
            }
            std::hint::spin_loop();
        }
        if start.elapsed() >= limit {
            return ready();
        }
    }
}

/// Threads of each kind that may spin at a time: half of the processors, and none on a machine with
/// one.
pub(crate) fn spinners() -> usize {
    static SPINNERS: OnceLock<usize> = OnceLock::new();
    *SPINNERS.get_or_init(|| std::thread::available_parallelism().map_or(0, |n| n.get() / 2))
}
