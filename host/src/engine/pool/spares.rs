//! Workers that are relieved, as they are stuck or slow, and those that were started to replace them.

use super::Pool;
use crate::engine::job::{Lane, Shift};
use crate::engine::sync::{Arc, AtomicIsize, AtomicUsize, Fault, Ordering, fence, planted};

/// How many there are.
pub(super) struct Spares {
    /// Workers whose shift is marked as relieved. Below 0 for a moment, when one comes back before it was
    /// counted.
    relieved: AtomicIsize,
    /// Workers that replace them, and the most there may be.
    started: AtomicUsize,
    most: usize,
    /// Relieved workers that one session may keep.
    share: usize,
}

impl Spares {
    /// So many at most, of which one session may keep that share.
    pub(super) fn new(most: usize, share: usize) -> Spares {
        Spares {
            relieved: AtomicIsize::new(0),
            started: AtomicUsize::new(0),
            most,
            // With none, the session could have no worker at all.
            share: share.max(1),
        }
    }
}

impl Pool {
    /// A worker is in the resolver with a job that nobody wants any more: it may never come back (`S-C7`).
    pub(crate) fn abandon_worker(self: &Arc<Self>, shift: Shift) {
        if self.posts.mark_stuck(shift) {
            self.count_relieved(1);
        }
    }

    /// So many shifts were marked as relieved.
    pub(super) fn count_relieved(self: &Arc<Self>, workers: usize) {
        for _ in 0..workers {
            self.spares.relieved.fetch_add(1, Ordering::SeqCst);
            self.relieve();
        }
    }

    /// Workers in a resolver with a job that was cancelled, or for too long.
    pub(crate) fn stuck_workers(&self) -> usize {
        self.posts.stuck()
    }

    /// Those, and the ones that are slow: how many spares there may be.
    pub(crate) fn relieved_workers(&self) -> usize {
        usize::try_from(self.spares.relieved.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Workers that replace them.
    pub(crate) fn spare_workers(&self) -> usize {
        self.spares.started.load(Ordering::SeqCst)
    }

    /// Whether so many workers and all spares that there may be are stuck.
    pub(crate) fn is_exhausted(&self, workers: usize) -> bool {
        let all = workers + self.spares.most;
        self.relieved_workers() >= all && self.stuck_workers() >= all
    }

    /// Whether the session of this lane keeps as many relieved workers as it may, so that no more of its jobs are
    /// begun. Walks over all posts if the whole pool has so many.
    pub(super) fn is_at_its_share(&self, lane: &Lane) -> bool {
        let share = self.spares.share;
        self.relieved_workers() >= share && self.posts.relieved_for(lane.watch.session()) >= share
    }

    /// Whether as many are stuck in what it has asked.
    pub(crate) fn is_stuck_for(&self, lane: &Lane) -> bool {
        let share = self.spares.share;
        self.relieved_workers() >= share && self.posts.stuck_for(lane.watch.session()) >= share
    }

    /// Starts a spare worker for a relieved one, if lanes wait; without them it can wait too.
    pub(super) fn relieve(self: &Arc<Self>) {
        if self.lanes.is_empty() {
            return;
        }
        let Spares { started, most, .. } = &self.spares;
        let wanted = self.relieved_workers().min(*most);
        let more = |spares| (spares < wanted).then_some(spares + 1);
        let spare = started.fetch_update(Ordering::SeqCst, Ordering::Relaxed, more);
        let Ok(i) = spare else { return };
        // The relieved worker may have come back meanwhile, and have seen no spare to end for.
        if !planted(Fault::RelieveWithoutLooking) && self.discount_surplus() {
            return;
        }
        if self.spawn(format!("winsock-spare-{i}")).is_none() {
            started.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// A worker's, back from a shift that was relieved: whether it is to end, as spares do its work.
    pub(super) fn is_surplus(&self) -> bool {
        self.spares.relieved.fetch_sub(1, Ordering::SeqCst);
        self.discount_surplus()
    }

    /// Takes a spare off the count if there are more than relieved workers; says whether there were.
    fn discount_surplus(&self) -> bool {
        // On both sides: either who starts a spare sees that the worker has come back, or that one sees
        // the spare.
        fence(Ordering::SeqCst);
        let relieved = self.relieved_workers();
        let fewer = |spares| (spares > relieved).then(|| spares - 1);
        let started = &self.spares.started;
        started
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, fewer)
            .is_ok()
    }
}
