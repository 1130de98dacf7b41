//! How much of what sessions share one of them may have.

/// The workers that sessions share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// All that there can be, extra workers included.
    pub(crate) workers: usize,
    /// The most for one session, whatever is left.
    pub(crate) per_session: usize,
    /// The most for one session at a time, if that is more.
    pub(crate) started: usize,
}

impl Share {
    /// Whether a session with `held` workers may have one more, with `busy` in use.
    pub(crate) fn has_room(&self, held: usize, busy: usize) -> bool {
        held < self.per_session.max(self.started)
            && may_have_more(held, self.left(busy), self.reserve())
    }

    /// Whether workers beyond the reserve are left.
    pub(crate) fn is_ample(&self, busy: usize) -> bool {
        self.left(busy) > self.reserve()
    }

    fn left(&self, busy: usize) -> usize {
        self.workers.saturating_sub(busy)
    }

    /// Workers for sessions that have none: a third of all, rounded down. None if one session may
    /// have every worker.
    fn reserve(&self) -> usize {
        if self.per_session == usize::MAX {
            return 0;
        }
        self.workers.saturating_sub(1) / 3
    }
}

/// Whether a session that holds `held` may have one more of what `left` are left of.
///
/// The last `reserve` are for sessions that have none, or little beside what is left. So greedy
/// sessions, in whatever order they come, leave something for the next one.
pub(crate) fn may_have_more(held: usize, left: usize, reserve: usize) -> bool {
    left > 0 && (held == 0 || left > reserve || held < left / SMALL)
}

/// A session may take from the reserve while it holds less than this part of what is left.
const SMALL: usize = 32;
