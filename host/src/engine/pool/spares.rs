//! Workers that are relieved, as they are stuck or slow, and those that were started to replace them.

use super::Pool;
use crate::engine::job::{Lane, Shift};
use crate::engine::sync::{Arc, AtomicU64, Fault, Ordering, planted};

/// How many there are.
pub(super) struct Spares {
    /// The [`Counts`], in one word: whoever starts a spare, or ends, decides on both at once.
    counts: AtomicU64,
    /// Spares that there may be.
    most: i32,
    /// Relieved workers that one session may keep.
    share: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    /// Workers whose shift is marked as relieved. Below 0 for a moment, when one comes back before it was
    /// counted.
    pub(super) relieved: i32,
    /// Workers that replace them. Below 0 when one that came back has ended for a spare which could not be started
    /// then: the next that is started is in its place.
    pub(super) spares: i32,
}

impl Counts {
    const RELIEVED: u64 = 1 << 32;

    fn of(word: u64) -> Counts {
        Counts {
            relieved: (word >> 32) as u32 as i32,
            spares: word as u32 as i32,
        }
    }

    fn word(self) -> u64 {
        u64::from(self.relieved as u32) << 32 | u64::from(self.spares as u32)
    }

    /// The same with so many spares more.
    fn and_spares(self, more: i32) -> Counts {
        Counts {
            spares: self.spares + more,
            ..self
        }
    }

    /// Whether a spare is wanted, if there may be so many.
    fn are_short(self, most: i32) -> bool {
        self.spares < self.relieved.min(most)
    }

    /// Whether there is a spare too many.
    fn have_surplus(self) -> bool {
        self.spares > self.relieved.max(0)
    }
}

impl Spares {
    /// So many at most, of which one session may keep that share.
    pub(super) fn new(most: usize, share: usize) -> Spares {
        Spares {
            counts: AtomicU64::new(0),
            most: i32::try_from(most).unwrap_or(i32::MAX),
            // With none, the session could have no worker at all.
            share: share.max(1),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts::of(self.counts.load(Ordering::Relaxed))
    }

    /// Changes both counts at once, or leaves them; says what they were if it has changed them.
    fn change(&self, how: impl Fn(Counts) -> Option<Counts>) -> Option<Counts> {
        let how = |word| how(Counts::of(word)).map(Counts::word);
        self.counts
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, how)
            .ok()
            .map(Counts::of)
    }

    fn are_short(&self) -> bool {
        self.counts().are_short(self.most)
    }

    /// As if so many had been relieved, and so many spares started.
    #[cfg(all(test, any(loom, shuttle)))]
    pub(super) fn set(&self, relieved: i32, spares: i32) {
        let counts = Counts { relieved, spares };
        self.counts.store(counts.word(), Ordering::SeqCst);
    }
}

impl Pool {
    /// A worker is in the resolver with a job that nobody wants any more: it may never come back (`S-C7`).
    pub(crate) fn abandon_worker(self: &Arc<Self>, shift: Shift) {
        if self.posts.mark_stuck(shift) {
            self.replace(1);
        }
    }

    /// So many shifts were marked as relieved: counts them, and starts spares for them if lanes wait.
    pub(super) fn replace(self: &Arc<Self>, workers: usize) {
        if workers > 0 {
            let relieved = Counts::RELIEVED * workers as u64;
            self.spares.counts.fetch_add(relieved, Ordering::SeqCst);
            self.relieve();
        }
    }

    /// Workers in a resolver with a job that was cancelled, or for too long.
    pub(crate) fn stuck_workers(&self) -> usize {
        self.posts.stuck()
    }

    /// Those, and the ones that are slow: how many spares there may be.
    pub(crate) fn relieved_workers(&self) -> usize {
        usize::try_from(self.spares.counts().relieved).unwrap_or(0)
    }

    /// Workers that replace them.
    pub(crate) fn spare_workers(&self) -> usize {
        usize::try_from(self.spares.counts().spares).unwrap_or(0)
    }

    /// Whether so many workers and all spares that there may be are stuck.
    pub(crate) fn is_exhausted(&self, workers: usize) -> bool {
        let all = workers + self.spares.most as usize;
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

    /// Starts spare workers for relieved ones: as many as lanes wait, as without them they can wait too.
    pub(super) fn relieve(self: &Arc<Self>) {
        if !self.spares.are_short() {
            return;
        }
        for _ in 0..self.lanes.len() {
            if !self.start_spare() {
                return;
            }
        }
    }

    /// Whether a lane waits for a spare that may be started.
    pub(super) fn is_short(&self) -> bool {
        self.spares.are_short() && !self.lanes.is_empty()
    }

    /// Starts one if it is wanted, and says whether it did.
    fn start_spare(self: &Arc<Self>) -> bool {
        let most = self.spares.most;
        let one_more = |counts: Counts| counts.are_short(most).then(|| counts.and_spares(1));
        let Some(before) = self.spares.change(one_more) else {
            return false;
        };
        let started = self.spawn(format!("winsock-spare-{}", before.spares));
        if started.is_none() {
            self.spares.change(|counts| Some(counts.and_spares(-1)));
            // It tries again.
            self.want_watching();
        }
        started.is_some()
    }

    /// A worker's, back from a shift that was relieved: takes it off the count, and a spare too if there is one
    /// too many; then it is to end, which this says, as a spare does its work.
    pub(super) fn come_back(&self) -> bool {
        if planted(Fault::EndUnseen) {
            let counts = &self.spares.counts;
            let before = Counts::of(counts.fetch_sub(Counts::RELIEVED, Ordering::SeqCst));
            let left = (before.relieved - 1).max(0);
            let ends = |now: Counts| (now.spares > left).then(|| now.and_spares(-1));
            return self.spares.change(ends).is_some();
        }
        let back = |before: Counts| Counts {
            relieved: before.relieved - 1,
            ..before
        };
        let ends = |before| back(before).have_surplus();
        let before = self
            .spares
            .change(|before| Some(back(before).and_spares(-i32::from(ends(before)))));
        before.is_some_and(ends)
    }
}
