//! A snapshot of an engine.

use super::requests::RequestStats;

/// An engine's counters and its state at one moment: what
/// [`LookupEngine::metrics`](crate::LookupEngine::metrics) returns.
///
/// `total` never decreases from one snapshot to the next, and never has more ends than requests.
/// What another thread's session counts during the snapshot may be missing. The other figures are
/// read one after the other, so two of them need not fit together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// The counts of all sessions of the engine, those that ended included.
    pub total: RequestStats,
    /// Sessions that exist.
    pub sessions: usize,
    /// Requests that are outstanding: pending, or completed and not yet taken.
    pub outstanding: usize,
    /// Lookups that wait for a worker.
    pub queued: usize,
    /// Worker threads that started when the engine was built.
    pub workers: usize,
    /// Workers, extra ones included, that run a lookup, or are on their way to or from one.
    pub busy: usize,
    /// Stuck workers: their lookup was cancelled, or has run longer than
    /// [`Limits::stuck_after`](crate::Limits::stuck_after) (`S-C7`).
    pub stuck: usize,
    /// Workers beyond [`workers`](Self::workers), which replace stuck and slow ones (`S-C7`). At
    /// most [`Limits::max_extra_workers`](crate::Limits::max_extra_workers).
    pub extra: usize,
}
