//! What threads share here is built from these and nothing else.

pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicIsize, AtomicU8, AtomicUsize, Ordering, fence,
};
pub(crate) use std::sync::{Arc, Mutex};

pub(crate) use crossbeam_deque::{Steal, Stealer, Worker as OwnedQueue};
pub(crate) use crossbeam_queue::SegQueue as SharedQueue;
pub(crate) use crossbeam_utils::CachePadded;

pub(crate) mod thread {
    pub(crate) use std::thread::{Builder, Thread, ThreadId, current, park, yield_now};
    use std::time::Instant;

    /// Parks until then, or until this thread is woken; false if it is too late for that.
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
