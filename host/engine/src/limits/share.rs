//! The share of one session in workers and in outstanding requests.

/// The workers that sessions share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// The most workers that there can be, extra workers included.
    pub(crate) workers: usize,
    /// [`Limits::max_workers_per_session`](crate::Limits::max_workers_per_session).
    pub(crate) per_session: usize,
    /// [`Limits::workers`](crate::Limits::workers): one session may have these, if that is more.
    pub(crate) started: usize,
}

impl Share {
    /// Whether a session with `held` workers may have one more, while `busy` workers are in use.
    pub(crate) fn has_room(&self, held: usize, busy: usize) -> bool {
        held < self.per_session.max(self.started)
            && may_have_more(held, self.left(busy), self.reserve())
    }

    /// Whether more workers than the reserve are free.
    pub(crate) fn is_ample(&self, busy: usize) -> bool {
        self.left(busy) > self.reserve()
    }

    fn left(&self, busy: usize) -> usize {
        self.workers.saturating_sub(busy)
    }

    /// The reserve, for sessions that have no worker: a third of all but one, rounded down. 0 if
    /// one session may have every worker.
    fn reserve(&self) -> usize {
        if self.per_session == usize::MAX {
            return 0;
        }
        self.workers.saturating_sub(1) / 3
    }
}

/// Whether a session that holds `held` workers or requests may have one more, while `left` are
/// free.
///
/// The last `reserve` are for sessions that hold none, or less than 1/32 of `left`. So greedy
/// sessions, in whatever order they come, leave some for the next session.
pub(crate) fn may_have_more(held: usize, left: usize, reserve: usize) -> bool {
    left > 0 && (held == 0 || left > reserve || held < left / SMALL)
}

/// A session may take from the reserve while it holds less than one in this many of the free ones.
const SMALL: usize = 32;
