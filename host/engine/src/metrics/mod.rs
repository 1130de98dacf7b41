//! What an engine does and has done, at one moment.

mod stats;
pub(crate) mod tally;

use std::time::Duration;

pub use self::stats::SessionStats;
use crate::types::ErrorCode;

/// Counts of all sessions of an engine, those that are gone included, and what it is at now.
///
/// What a session that is gone has done is in it exactly. What another thread's session does meanwhile
/// is in it a moment later; never less than in an earlier snapshot, and never more ends than requests.
/// What the engine is at now is read one thing after the other: two of these figures need not fit together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Requests that were begun.
    pub requests: u64,
    /// Requests that were refused at the call, by a limit or because the resolvers are down.
    pub refused: u64,
    /// Requests that completed with an answer.
    pub answered: u64,
    /// Requests that completed with WSAEACCES because the policy forbids the name or address, or the inspector
    /// refuses it.
    pub denied: u64,
    /// Requests that were cancelled, by cancel, by the last clean-up or because their session ended.
    pub cancelled: u64,
    pub(super) failed: [u64; ErrorCode::ALL.len()],
    /// The times from a request to its completion being taken; none unless the engine measures them.
    pub latency: Option<LatencyHistogram>,
    /// Sessions that are there now.
    pub sessions: usize,
    /// Requests that are outstanding: pending, or completed and not yet taken.
    pub outstanding: usize,
    /// Lookups that wait for a worker. Some that were cancelled are among them until their session sweeps them
    /// out, which it does before they are half of its own.
    pub queued: usize,
    /// Worker threads that were started when the engine was built.
    pub workers: usize,
    /// Workers, spares included, that are at a lookup, or on their way to or from one.
    pub busy: usize,
    /// Workers among those that are in the resolver with a lookup that was cancelled, or for longer than
    /// [`Limits::stuck_after`](crate::Limits::stuck_after) (`S-C7`).
    pub stuck: usize,
    /// Workers beyond [`workers`](Self::workers) that take the place of stuck and slow ones (`S-C7`).
    pub spares: usize,
}

impl Metrics {
    /// The errors that requests completed with, other than the policy's, and how often.
    pub fn failed(&self) -> impl Iterator<Item = (ErrorCode, u64)> + '_ {
        ErrorCode::ALL
            .into_iter()
            .zip(self.failed)
            .filter(|(_, count)| *count > 0)
    }

    /// The same for every error, in the order of [`ErrorCode::ALL`].
    #[cfg(feature = "prometheus")]
    pub(crate) fn failed_counts(&self) -> [u64; ErrorCode::ALL.len()] {
        self.failed
    }

    /// Requests that completed: answered, denied or failed.
    pub fn completed(&self) -> u64 {
        self.answered + self.denied + self.failed.iter().sum::<u64>()
    }

    /// Requests that have neither completed nor been cancelled.
    pub fn pending(&self) -> u64 {
        self.requests - self.completed() - self.cancelled
    }
}

/// How many requests took how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatencyHistogram {
    pub(super) counts: [u64; LatencyHistogram::BUCKETS],
    /// All times together.
    pub sum: Duration,
}

impl LatencyHistogram {
    pub(super) const BUCKETS: usize = BOUNDS.len() + 1;

    /// The buckets, the shortest times first: the longest time that belongs in it, and how many there are.
    /// The last one has no bound.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + '_ {
        let bounds = BOUNDS.into_iter().map(|ns| Some(Duration::from_nanos(ns)));
        bounds.chain([None]).zip(self.counts)
    }

    /// How many there are in all.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The bucket that a time belongs in.
    pub(super) fn bucket(nanoseconds: u64) -> usize {
        BOUNDS.partition_point(|bound| *bound < nanoseconds)
    }
}

/// Bounds of the buckets: 1, 2 and 5 of each power of ten, from a microsecond to a hundred seconds. Units:
/// nanoseconds.
const BOUNDS: [u64; 25] = {
    let mut bounds = [0; 25];
    let mut i = 0;
    while i < bounds.len() {
        bounds[i] = [1, 2, 5][i % 3] * 1000 * 10_u64.pow(i as u32 / 3);
        i += 1;
    }
    bounds
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_belongs_in_the_first_bucket_that_it_does_not_exceed() {
        for (ns, bucket) in [
            (0, 0),
            (1000, 0),
            (1001, 1),
            (2000, 1),
            (5000, 2),
            (5001, 3),
            (100_000_000_000, 24),
            (100_000_000_001, 25),
            (u64::MAX, 25),
        ] {
            assert_eq!(LatencyHistogram::bucket(ns), bucket, "{ns} ns");
        }
        let histogram = LatencyHistogram::default();
        let bounds: Vec<_> = histogram.buckets().map(|(bound, _)| bound).collect();
        assert!(bounds[..25].is_sorted_by(|a, b| a < b));
        assert_eq!(bounds[24], Some(Duration::from_secs(100)));
        assert_eq!(bounds[25..], [None]);
    }
}
