//! Outcomes with a time to live.

use std::time::Instant;

use crate::types::Outcome;

/// An outcome, with the time that its answer lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimedOutcome {
    pub(crate) outcome: Outcome,
    /// Until when the answer lives. None if the resolver knows no time to live.
    pub(crate) expires: Option<Instant>,
}

impl From<Outcome> for TimedOutcome {
    /// An outcome without a time to live.
    fn from(outcome: Outcome) -> TimedOutcome {
        TimedOutcome {
            outcome,
            expires: None,
        }
    }
}
