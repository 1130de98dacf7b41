//! The sleeping futures of a thread.

use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Duration;

use super::effect::{Dropped, Effect};

/// Names a sleep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SleepId {
    /// When it ends, on the clock of the host.
    pub(crate) due: Duration,
    /// Tells apart sleeps that end at the same time.
    number: u64,
}

/// The wakers of the sleeps that were polled and have not ended.
#[derive(Default)]
pub(crate) struct Sleepers {
    last: u64,
    wakers: BTreeMap<SleepId, Waker>,
}

impl Sleepers {
    /// Returns the name of a new sleep.
    pub(crate) fn id(&mut self, due: Duration) -> SleepId {
        self.last += 1;
        SleepId {
            due,
            number: self.last,
        }
    }

    /// Keeps a waker until the sleep ends, in place of the former one.
    pub(crate) fn keep(&mut self, id: SleepId, waker: Waker) -> Option<Effect> {
        let former = self.wakers.insert(id, waker)?;
        Some(Effect::Drop(Dropped::Waker(former)))
    }

    /// Forgets a sleep.
    pub(crate) fn remove(&mut self, id: SleepId) -> Option<Effect> {
        let waker = self.wakers.remove(&id)?;
        Some(Effect::Drop(Dropped::Waker(waker)))
    }

    /// Returns when the first sleep ends.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.wakers.first_key_value().map(|(id, _)| id.due)
    }

    /// Removes the sleeps that have ended. The effects wake them.
    pub(crate) fn due(&mut self, now: Duration) -> Vec<Effect> {
        let mut due = Vec::new();
        while self.next().is_some_and(|first| first <= now) {
            due.extend(
                self.wakers
                    .pop_first()
                    .map(|(_, waker)| Effect::Wake(waker)),
            );
        }
        due
    }
}
