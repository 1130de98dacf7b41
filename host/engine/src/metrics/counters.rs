//! The counters of one session.

use super::counter::Counter;
use super::histogram::Latencies;
use super::requests::RequestStats;
use crate::types::{ErrorCode, Outcome};

/// What one session counts. The session alone writes; the engine reads at any time.
#[derive(Default)]
pub(crate) struct Counters {
    requests: Counter,
    refused: Counter,
    answered: Counter,
    denied: Counter,
    cancelled: Counter,
    connections_denied: Counter,
    failed: [Counter; ErrorCode::ALL.len()],
    latency: Option<Box<Latencies>>,
}

impl Counters {
    pub(crate) fn new(measure_latency: bool) -> Counters {
        Counters {
            latency: measure_latency.then(Box::default),
            ..Counters::default()
        }
    }

    /// Counts a request that was begun. Called before its end is counted.
    pub(crate) fn count_request(&self) {
        self.requests.add(1);
    }

    /// Counts a call that began no request.
    pub(crate) fn count_refusal(&self) {
        self.refused.add(1);
    }

    pub(crate) fn count_cancels(&self, requests: usize) {
        self.cancelled.add(requests as u64);
    }

    pub(crate) fn count_denied_connection(&self) {
        self.connections_denied.add(1);
    }

    /// Counts a completion that was taken, or dropped with its session. Until then a cancel can
    /// remove it (`S-C2`), and counts never decrease.
    pub(crate) fn count_completion(&self, outcome: &Outcome, is_denied: bool) {
        let counter = match outcome {
            Ok(_) => &self.answered,
            Err(_) if is_denied => &self.denied,
            Err(error) => &self.failed[*error as usize],
        };
        counter.add(1);
    }

    /// Records the time from a request to its completion being taken, if the engine measures it.
    pub(crate) fn record_latency(&self, nanoseconds: u64) {
        if let Some(latency) = &self.latency {
            latency.record(nanoseconds);
        }
    }

    /// The counts as a snapshot.
    pub(crate) fn stats(&self) -> RequestStats {
        let mut stats = RequestStats::default();
        self.add_to(&mut stats);
        stats
    }

    /// Adds the counts to those of other sessions. Reads requests after their ends, and so never
    /// more ends than requests.
    pub(crate) fn add_to(&self, sum: &mut RequestStats) {
        sum.answered += self.answered.get();
        sum.denied += self.denied.get();
        sum.cancelled += self.cancelled.get();
        sum.connections_denied += self.connections_denied.get();
        for (sum, failed) in sum.failed.iter_mut().zip(&self.failed) {
            *sum += failed.get();
        }
        sum.requests += self.requests.get();
        sum.refused += self.refused.get();
        if let Some(latency) = &self.latency {
            latency.add_to(sum.latency.get_or_insert_default());
        }
    }

    /// Bytes of the heap that these counters hold with latencies, themselves included.
    pub(crate) const BYTES: usize = size_of::<Counters>() + size_of::<Latencies>();
}
