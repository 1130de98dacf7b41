//! Counts of one session that others can read while it works.

use std::time::Duration;

use crossbeam_utils::atomic::AtomicCell;

use crate::metrics::stats::SessionStats;
use crate::metrics::{LatencyHistogram, Metrics};
use crate::types::{ErrorCode, Outcome};

/// What a session counts, for itself and for the engine.
///
/// The session alone writes: a store of what it has counted by itself, no read-modify-write, to memory
/// that nobody else has in his cache but while it is read. So nothing is shared by two guests.
pub(crate) struct Account {
    stats: SessionStats,
    tally: std::sync::Arc<Tally>,
}

impl Account {
    pub(crate) fn new(measure_latency: bool) -> Account {
        Account {
            stats: SessionStats::new(measure_latency),
            tally: std::sync::Arc::new(Tally::new(measure_latency)),
        }
    }

    pub(crate) fn tally(&self) -> std::sync::Arc<Tally> {
        std::sync::Arc::clone(&self.tally)
    }

    pub(crate) fn stats(&self) -> &SessionStats {
        &self.stats
    }

    pub(crate) fn request(&mut self) {
        self.stats.requests += 1;
        self.tally.requests.store(self.stats.requests);
    }

    pub(crate) fn refusal(&mut self) {
        self.stats.refused += 1;
        self.tally.refused.store(self.stats.refused);
    }

    pub(crate) fn cancels(&mut self, count: usize) {
        self.stats.cancelled += count as u64;
        self.tally.cancelled.store(self.stats.cancelled);
    }

    pub(crate) fn completion(&mut self, outcome: &Outcome, denied: bool) {
        self.stats.count_completion(outcome, denied);
        match outcome {
            Ok(_) => self.tally.answered.store(self.stats.answered),
            Err(_) if denied => self.tally.denied.store(self.stats.denied),
            Err(error) => {
                let failed = &self.tally.failed[*error as usize];
                failed.store(failed.load() + 1);
            }
        }
    }

    pub(crate) fn latency(&mut self, nanoseconds: u64) {
        self.stats.record_latency(nanoseconds);
        if let Some(latency) = &self.tally.latency {
            latency.record(nanoseconds);
        }
    }
}

/// The counts as others read them.
///
/// A cell's store releases and its load acquires, and a session counts a request before its end: who reads
/// the ends first never sees more ends than requests.
pub(crate) struct Tally {
    requests: AtomicCell<u64>,
    refused: AtomicCell<u64>,
    answered: AtomicCell<u64>,
    denied: AtomicCell<u64>,
    cancelled: AtomicCell<u64>,
    failed: [AtomicCell<u64>; ErrorCode::ALL.len()],
    latency: Option<Box<Buckets>>,
}

impl Tally {
    fn new(measure_latency: bool) -> Tally {
        Tally {
            requests: AtomicCell::default(),
            refused: AtomicCell::default(),
            answered: AtomicCell::default(),
            denied: AtomicCell::default(),
            cancelled: AtomicCell::default(),
            failed: Default::default(),
            latency: measure_latency.then(Box::default),
        }
    }

    /// Adds the counts to those of other sessions.
    pub(crate) fn add_to(&self, sum: &mut Metrics) {
        sum.answered += self.answered.load();
        sum.denied += self.denied.load();
        sum.cancelled += self.cancelled.load();
        for (sum, failed) in sum.failed.iter_mut().zip(&self.failed) {
            *sum += failed.load();
        }
        sum.requests += self.requests.load();
        sum.refused += self.refused.load();
        if let Some(latency) = &self.latency {
            let sum = sum.latency.get_or_insert_default();
            for (sum, bucket) in sum.counts.iter_mut().zip(&latency.counts) {
                *sum += bucket.load();
            }
            sum.sum += Duration::from_nanos(latency.sum.load());
        }
    }
}

/// A histogram of latencies, in nanoseconds.
#[derive(Default)]
struct Buckets {
    counts: [AtomicCell<u64>; LatencyHistogram::BUCKETS],
    sum: AtomicCell<u64>,
}

impl Buckets {
    fn record(&self, nanoseconds: u64) {
        let bucket = &self.counts[LatencyHistogram::bucket(nanoseconds)];
        bucket.store(bucket.load() + 1);
        self.sum.store(self.sum.load().saturating_add(nanoseconds));
    }
}
