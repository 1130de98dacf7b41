//! Workers that are stuck, and those that were started to replace them.

use super::Pool;
use crate::engine::sync::{Arc, AtomicIsize, AtomicUsize, Fault, Ordering, fence, planted};

/// How many there are.
pub(super) struct Spares {
    /// Workers in a resolver with a job that was cancelled. Below 0 for a moment, when one comes back
    /// before it was counted.
    stuck: AtomicIsize,
    /// Workers that replace them, and the most there may be.
    started: AtomicUsize,
    most: usize,
}

impl Spares {
    pub(super) fn new(most: usize) -> Spares {
        Spares {
            stuck: AtomicIsize::new(0),
            started: AtomicUsize::new(0),
            most,
        }
    }
}

impl Pool {
    /// A worker is in the resolver with a job that was cancelled: it may never come back (`S-C7`).
    pub(crate) fn abandon_worker(self: &Arc<Self>) {
        self.spares.stuck.fetch_add(1, Ordering::SeqCst);
        self.relieve();
    }

    /// Workers in a resolver with a job that was cancelled.
    pub(crate) fn stuck_workers(&self) -> usize {
        usize::try_from(self.spares.stuck.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Workers that replace them.
    pub(crate) fn spare_workers(&self) -> usize {
        self.spares.started.load(Ordering::SeqCst)
    }

    /// Starts a spare worker for a stuck one, if lanes wait; without them it can wait too.
    pub(super) fn relieve(self: &Arc<Self>) {
        if self.lanes.is_empty() {
            return;
        }
        let Spares { started, most, .. } = &self.spares;
        let wanted = self.stuck_workers().min(*most);
        let more = |spares| (spares < wanted).then_some(spares + 1);
        let spare = started.fetch_update(Ordering::SeqCst, Ordering::Relaxed, more);
        let Ok(i) = spare else { return };
        // The stuck worker may have come back meanwhile, and have seen no spare to end for.
        if !planted(Fault::RelieveWithoutLooking) && self.discount_surplus() {
            return;
        }
        if self.spawn(format!("winsock-spare-{i}")).is_none() {
            started.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// A worker's, back from a job that was cancelled: whether it is to end, as spares do its work.
    pub(super) fn is_surplus(&self) -> bool {
        self.spares.stuck.fetch_sub(1, Ordering::SeqCst);
        self.discount_surplus()
    }

    /// Takes a spare off the count if there are more than stuck workers; says whether there were.
    fn discount_surplus(&self) -> bool {
        // On both sides: either who starts a spare sees that the worker has come back, or that one sees
        // the spare.
        fence(Ordering::SeqCst);
        let stuck = self.stuck_workers();
        let fewer = |spares| (spares > stuck).then(|| spares - 1);
        let started = &self.spares.started;
        started
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, fewer)
            .is_ok()
    }
}
