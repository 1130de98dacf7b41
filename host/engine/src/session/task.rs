//! Outstanding requests.

use std::num::NonZeroU32;

use crate::judge::Verdict;
use crate::pool::job::Job;
use crate::sync::{Arc, Clock};
use crate::types::Outcome;

/// The interface that a request came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// [`Session`](super::Session): handles, and completions that are taken.
    Winsock,
    /// [`Lookups`](super::Lookups): futures.
    Lookups,
}

/// An outstanding request.
pub(super) enum Task {
    Pending(Face, Arc<Job>),
    Ready(Ready),
}

impl Task {
    pub(super) fn face(&self) -> Face {
        match self {
            Task::Pending(face, _) => *face,
            Task::Ready(ready) => ready.face,
        }
    }
}

/// A request that has completed. The table of requests holds it, so a cancel finds it and drops its
/// answer in constant time (`S-C6`).
pub(super) struct Ready {
    pub(super) tag: u64,
    pub(super) outcome: Outcome,
    pub(super) asked_at: u64,
    /// Until which second of the engine's clock the answer lives. None if its resolver knows no
    /// time to live.
    pub(super) expires: Option<NonZeroU32>,
    pub(super) is_denied: bool,
    pub(super) face: Face,
    /// Whether the outcome of a lookup was taken. A completion of Winsock leaves the table then.
    pub(super) is_taken: bool,
}

impl Ready {
    pub(super) fn new(
        clock: Clock,
        face: Face,
        tag: u64,
        asked_at: u64,
        verdict: Verdict,
    ) -> Ready {
        Ready {
            tag,
            outcome: verdict.outcome,
            asked_at,
            expires: verdict.expires.and_then(|time| clock.second_of(time)),
            is_denied: verdict.is_denied,
            face,
            is_taken: false,
        }
    }

    /// Bytes held, as [`Limits::bytes_per_session`](crate::Limits::bytes_per_session) counts them.
    pub(super) fn bytes(&self) -> usize {
        let answer = self.outcome.as_ref();
        size_of::<Self>() + answer.map_or(0, |answer| answer.bytes())
    }
}
