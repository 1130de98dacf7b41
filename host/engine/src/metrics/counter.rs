//! A counter that one thread writes and others read.

use std::sync::atomic::{AtomicU64, Ordering};

/// A counter with one writer: a load and a store count, without a read-modify-write.
///
/// The store releases and the load acquires: a reader that sees the end of a request sees the
/// request.
#[derive(Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// Adds to the counter, which stays at `u64::MAX` once it is there. The one writer calls it.
    pub(super) fn add(&self, count: u64) {
        let sum = self.0.load(Ordering::Relaxed).saturating_add(count);
        self.0.store(sum, Ordering::Release);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}
