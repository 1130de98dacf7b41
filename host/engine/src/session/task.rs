//! Outstanding requests.

use crate::judge::Verdict;
use crate::pool::job::Job;
use crate::sync::Arc;

/// An outstanding request.
pub(super) enum Task {
    Pending(Arc<Job>),
    /// Completed, and not taken.
    Ready(Ready),
}

/// A completion that waits to be taken. The table of requests holds it, so a cancel finds it and
/// drops its answer in constant time (`S-C6`).
pub(super) struct Ready {
    pub(super) tag: u64,
    pub(super) verdict: Verdict,
    pub(super) asked_at: u64,
}

impl Ready {
    /// Bytes held, as [`Limits::bytes_per_session`](crate::Limits::bytes_per_session) counts them.
    pub(super) fn bytes(&self) -> usize {
        let answer = self.verdict.outcome.as_ref();
        size_of::<Self>() + answer.map_or(0, |answer| answer.bytes())
    }
}
