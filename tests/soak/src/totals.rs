//! Sums of the counts of guests.

use crate::guest::Counts;

/// The ends of guests, and of their requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// Guests that cleaned up and returned.
    pub cleaned_up: u64,
    /// Guests that returned without a clean-up.
    pub returned: u64,
    /// Guests that trapped.
    pub trapped: u64,
    /// Guests whose store was dropped in a call.
    pub dropped: u64,
    /// Requests that have begun.
    pub requests: u64,
    /// Requests that have begun, for names that the policy forbids.
    pub denied: u64,
    /// Completions with an answer that were taken.
    pub answered: u64,
    /// Completions with an error that were taken.
    pub failed: u64,
    /// Requests that were cancelled.
    pub cancelled: u64,
    /// Requests that were outstanding at the last clean-up.
    pub cleaned: u64,
    /// Requests that were outstanding when their guest ended.
    pub gone: u64,
    /// Completions, taken or not, as the statistics of the sessions count them.
    pub settled: u64,
    /// Requests that were refused at the limit.
    pub refused: u64,
    /// Cancels that came too late.
    pub late: u64,
    /// Cancels of handles that are not those of a request.
    pub invalid: u64,
}

impl Totals {
    /// The totals of one guest's requests. `gone` counts those that have not ended otherwise.
    pub(crate) fn of(counts: &Counts, settled: u64) -> Totals {
        let mut totals = Totals {
            requests: counts.requests,
            denied: counts.denied,
            answered: counts.answered,
            failed: counts.failed,
            cancelled: counts.cancelled,
            cleaned: counts.cleaned,
            settled,
            refused: counts.refused,
            late: counts.late,
            invalid: counts.invalid,
            ..Totals::default()
        };
        let ended = totals.taken() + totals.cancelled + totals.cleaned;
        totals.gone = totals.requests.saturating_sub(ended);
        totals
    }

    /// Guests that have ended.
    pub(crate) fn guests(&self) -> u64 {
        self.cleaned_up + self.returned + self.trapped + self.dropped
    }

    /// Completions that were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.answered + self.failed
    }

    /// Adds the totals of other guests.
    pub(crate) fn add(&mut self, other: &Totals) {
        self.cleaned_up += other.cleaned_up;
        self.returned += other.returned;
        self.trapped += other.trapped;
        self.dropped += other.dropped;
        self.requests += other.requests;
        self.denied += other.denied;
        self.answered += other.answered;
        self.failed += other.failed;
        self.cancelled += other.cancelled;
        self.cleaned += other.cleaned;
        self.gone += other.gone;
        self.settled += other.settled;
        self.refused += other.refused;
        self.late += other.late;
        self.invalid += other.invalid;
    }
}
