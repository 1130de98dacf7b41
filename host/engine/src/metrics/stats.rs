//! What a session has done so far.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::types::{ErrorCode, Outcome};

/// Counts of one session since it was made. Start-ups and clean-ups do not reset them.
///
/// Every request that was begun is in exactly one of `answered`, `denied`, `failed`, `cancelled`, or
/// still pending.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SessionStats {
    /// Requests that were begun.
    pub requests: u64,
    /// Requests that were refused at the call, by a limit or because the resolvers are down.
    pub refused: u64,
    /// Requests that completed with an answer.
    pub answered: u64,
    /// Requests that completed with WSAEACCES because the policy forbids what was asked or every
    /// address of the answer, or the inspector refuses either.
    pub denied: u64,
    /// Requests that were cancelled, by cancel or by the last clean-up.
    pub cancelled: u64,
    failed: [u64; ErrorCode::ALL.len()],
    latency: Option<Histogram<u64>>,
}

impl SessionStats {
    pub(crate) fn new(measure_latency: bool) -> SessionStats {
        // Up to an hour at three digits; what takes longer counts as an hour.
        let latency = measure_latency
            .then(|| Histogram::new_with_bounds(1, HOUR_NS, 3))
            .and_then(Result::ok);
        SessionStats {
            latency,
            ..SessionStats::default()
        }
    }

    /// Requests that completed: answered, denied or failed.
    pub fn completed(&self) -> u64 {
        self.answered + self.denied + self.failed.iter().sum::<u64>()
    }

    /// The errors that requests completed with, other than the policy's, and how often.
    pub fn failed(&self) -> impl Iterator<Item = (ErrorCode, u64)> + '_ {
        ErrorCode::ALL
            .into_iter()
            .zip(self.failed)
            .filter(|(_, count)| *count > 0)
    }

    /// The time from the request to its completion being taken, at this quantile: 0.5 is the
    /// median. None if the engine does not measure it, or nothing was taken yet. Precise to a
    /// thousandth.
    pub fn latency(&self, quantile: f64) -> Option<Duration> {
        let latency = self.latency.as_ref().filter(|l| !l.is_empty())?;
        Some(Duration::from_nanos(latency.value_at_quantile(quantile)))
    }

    pub(crate) fn count_completion(&mut self, outcome: &Outcome, denied: bool) {
        match outcome {
            Ok(_) => self.answered += 1,
            Err(_) if denied => self.denied += 1,
            Err(error) => self.failed[*error as usize] += 1,
        }
    }

    pub(crate) fn record_latency(&mut self, nanoseconds: u64) {
        if let Some(latency) = &mut self.latency {
            latency.saturating_record(nanoseconds);
        }
    }
}

const HOUR_NS: u64 = 3_600_000_000_000;
