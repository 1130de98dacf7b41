//! A snapshot of requests' counters.

use super::histogram::LatencyHistogram;
use crate::types::ErrorCode;

/// Counts of requests, by how they ended: of one session since it was made, or of all sessions of
/// an engine.
///
/// Each request that was begun is counted in exactly one of [`answered`](Self::answered),
/// [`denied`](Self::denied), [`failed`](Self::failed) and [`cancelled`](Self::cancelled), or is
/// [`pending`](Self::pending). A completion counts when the guest takes it, or when a clean-up or
/// the end of the session drops it. Until then the guest can cancel the request (`S-C2`). Start-ups
/// and clean-ups reset nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestStats {
    /// Requests that were begun.
    pub requests: u64,
    /// Calls that began no request: a limit was reached, or the engine was down (`S-R2`, `S-R18`).
    pub refused: u64,
    /// Requests that completed with an answer.
    pub answered: u64,
    /// Requests that completed with WSAEACCES: the policy forbids the question or every address of
    /// the answer, or the inspector refused either.
    pub denied: u64,
    /// Requests that were cancelled: by cancel, by the drop of a lookup whose outcome was not
    /// taken, or, if they had not completed, by the last clean-up or the end of their session.
    pub cancelled: u64,
    /// Connections, datagrams and places to listen that the policy denied (`S-W4`).
    pub connections_denied: u64,
    pub(super) failed: [u64; ErrorCode::ALL.len()],
    /// Times from a request to the call that took its completion. None unless
    /// [`measure_latency`](crate::LookupEngineBuilder::measure_latency) is on.
    pub latency: Option<LatencyHistogram>,
}

impl RequestStats {
    /// Requests that completed: answered, denied or failed.
    pub fn completed(&self) -> u64 {
        self.answered + self.denied + self.failed.iter().sum::<u64>()
    }

    /// Requests that are outstanding: neither counted as completed nor cancelled.
    pub fn pending(&self) -> u64 {
        self.requests - self.completed() - self.cancelled
    }

    /// Each error that requests completed with, and their number, without denials. Errors that have
    /// not occurred are left out; the order is that of [`ErrorCode::ALL`].
    pub fn failed(&self) -> impl Iterator<Item = (ErrorCode, u64)> + '_ {
        ErrorCode::ALL
            .into_iter()
            .zip(self.failed)
            .filter(|(_, count)| *count > 0)
    }

    /// The requests that completed with this error. Denials are not among them.
    pub fn failed_with(&self, error: ErrorCode) -> u64 {
        self.failed[error as usize]
    }

    /// Adds the counts of others.
    pub(crate) fn add(&mut self, others: &RequestStats) {
        // Taken apart, so that no count is forgotten.
        let RequestStats {
            requests,
            refused,
            answered,
            denied,
            cancelled,
            connections_denied,
            failed,
            latency,
        } = others;
        self.requests += requests;
        self.refused += refused;
        self.answered += answered;
        self.denied += denied;
        self.cancelled += cancelled;
        self.connections_denied += connections_denied;
        for (sum, count) in self.failed.iter_mut().zip(failed) {
            *sum += count;
        }
        if let Some(latency) = latency {
            self.latency.get_or_insert_default().add(latency);
        }
    }
}
