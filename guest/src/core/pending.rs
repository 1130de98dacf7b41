//! The requests that futures and blocking calls wait for.

use std::collections::BTreeMap;
use std::task::{Poll, Waker};

use super::effect::{Dropped, Effect};
use crate::answer::Outcome;
use crate::error::WSANOTINITIALISED;
use crate::handle::TaskHandle;

/// Names a waiter, and the request that it waits for.
#[derive(Clone, Copy)]
pub(crate) struct WaiterId {
    /// Never used again, so that an outcome for a dropped waiter reaches no other waiter.
    pub(crate) number: u64,
    pub(crate) handle: TaskHandle,
}

/// The waiters of a thread that have not fetched their outcome, by number.
#[derive(Default)]
pub(crate) struct Pending {
    last: u64,
    slots: BTreeMap<u64, Slot>,
}

/// A waiter's outcome, or the waker to wake when it comes.
#[derive(Default)]
struct Slot {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

impl Pending {
    /// Returns the number of the next waiter, which has no slot before [`insert`](Pending::insert).
    pub(crate) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(crate) fn insert(&mut self, number: u64) {
        self.slots.insert(number, Slot::default());
    }

    /// Keeps an outcome for its waiter, and wakes it.
    pub(crate) fn finish(&mut self, number: u64, outcome: Outcome) -> Option<Effect> {
        let slot = self.slots.get_mut(&number)?;
        slot.outcome = Some(outcome);
        slot.waker.take().map(Effect::Wake)
    }

    /// Fetches an outcome, once. Until it comes, keeps the waker instead of the former one.
    pub(crate) fn poll(&mut self, number: u64, waker: Waker) -> (Poll<Outcome>, Option<Effect>) {
        let unneeded = |waker| Effect::Drop(Dropped::Waker(waker));
        let Some(slot) = self.slots.get_mut(&number) else {
            return (Poll::Ready(Err(WSANOTINITIALISED)), Some(unneeded(waker)));
        };
        if let Some(outcome) = slot.outcome.take() {
            self.slots.remove(&number);
            return (Poll::Ready(outcome), Some(unneeded(waker)));
        }
        (Poll::Pending, slot.waker.replace(waker).map(unneeded))
    }

    /// Returns whether an outcome waits to be fetched, or none can come.
    pub(crate) fn is_finished(&self, number: u64) -> bool {
        self.slots
            .get(&number)
            .is_none_or(|slot| slot.outcome.is_some())
    }

    /// Forgets a waiter.
    pub(crate) fn remove(&mut self, number: u64) -> Option<Effect> {
        let waker = self.slots.remove(&number)?.waker?;
        Some(Effect::Drop(Dropped::Waker(waker)))
    }

    /// Ends every waiter that has no outcome: the last clean-up has cancelled its request (`S-S4`).
    pub(crate) fn end_all(&mut self) -> Vec<Effect> {
        let slots = self.slots.values_mut();
        let open = slots.filter(|slot| slot.outcome.is_none());
        open.filter_map(|slot| {
            slot.outcome = Some(Err(WSANOTINITIALISED));
            slot.waker.take().map(Effect::Wake)
        })
        .collect()
    }
}
