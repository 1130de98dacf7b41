//! Workers that are relieved, as they are stuck or slow, and those that were started to replace them.

use std::sync::atomic::AtomicUsize as Count;

use super::Pool;
use crate::pool::job::{Lane, Shift};
use crate::sync::{Arc, AtomicU64, Fault, Ordering, planted};

/// How many there are.
pub(super) struct Spares {
    /// The [`Counts`], in one word: whoever starts a spare, or ends, decides on both at once.
    counts: AtomicU64,
    /// Spares that there may be.
    most: i32,
    /// Workers that there are without them.
    workers: usize,
    /// Stuck workers that one session may keep.
    share: usize,
    /// Spares that were ever started, which is in their names and decides nothing.
    ever: Count,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    /// Workers whose shift is marked as relieved. Below 0 for a moment, when one comes back before it was
    /// counted.
    pub(super) relieved: i32,
    /// Workers more than there are anyway. Below 0 when one has ended as a spare was too many which could not be started
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
    /// Beside so many workers, so many at most. One session may keep that share of all.
    pub(super) fn new(workers: usize, most: usize, share: usize) -> Spares {
        Spares {
            counts: AtomicU64::new(0),
            most: i32::try_from(most).unwrap_or(i32::MAX),
            // With none, the session could have no worker at all.
            share: share.max(1),
            workers,
            ever: Count::new(0),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts::of(self.counts.load(Ordering::Relaxed))
    }

    /// Changes both counts at once, or leaves them; says whether it has changed them.
    fn change(&self, how: impl Fn(Counts) -> Option<Counts>) -> bool {
        let how = |word| how(Counts::of(word)).map(Counts::word);
        self.counts
            .fetch_update(Ordering::SeqCst, Ordering::Relaxed, how)
            .is_ok()
    }

    fn are_short(&self) -> bool {
        self.counts().are_short(self.most)
    }

    /// A worker has come back from a shift that was relieved.
    pub(super) fn come_back(&self) {
        self.counts.fetch_sub(Counts::RELIEVED, Ordering::SeqCst);
    }

    /// Takes a spare off the count if there is one too many, and says whether there was.
    fn discount_surplus(&self) -> bool {
        let is_surplus = |counts: Counts| counts.have_surplus() || planted(Fault::EndUnseen);
        self.change(|counts| is_surplus(counts).then(|| counts.and_spares(-1)))
    }

    /// How many workers may be at one session's lookups: all that there are but for spares, or its share if that
    /// is more.
    fn most_for_one(&self) -> usize {
        self.share.max(self.workers)
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

    /// Whether as many workers as may be are at lookups of this lane's session, so that no more of its jobs are begun.
    /// Walks over all posts if the whole pool has more.
    pub(super) fn is_at_its_share(&self, lane: &Lane) -> bool {
        let most = self.spares.most_for_one();
        self.spares.workers + self.spare_workers() > most
            && self.posts.inside_for(lane.observers.session()) >= most
    }

    /// The same, and whoever leaves the resolver later sees what was written before this.
    pub(super) fn is_still_at_its_share(&self, lane: &Lane) -> bool {
        self.posts.still_inside_for(lane.observers.session()) >= self.spares.most_for_one()
    }

    /// Whether its share of workers are stuck in what it has asked.
    pub(crate) fn is_stuck_for(&self, lane: &Lane) -> bool {
        let share = self.spares.share;
        self.relieved_workers() >= share && self.posts.stuck_for(lane.observers.session()) >= share
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
        if !self.spares.change(one_more) {
            return false;
        }
        let number = self.spares.ever.fetch_add(1, Ordering::Relaxed);
        let started = self.spawn(format!("winsock-spare-{number}"));
        if started.is_none() {
            self.spares.change(|counts| Some(counts.and_spares(-1)));
            // The timekeeper tries again.
            self.want_watching();
        }
        started.is_some()
    }

    /// A worker's that has nothing to do: whether it is to end, as there is a spare too many. It may be any: spares
    /// and workers are the same. Then its post is given back.
    pub(super) fn ends_as_surplus(&self, post: u16) -> bool {
        self.spares.counts().have_surplus()
            && self
                .posts
                .give_back_if(post, || self.spares.discount_surplus())
    }
}
