//! What futures and blocking calls wait for.

use std::collections::BTreeMap;
use std::task::{Poll, Waker};

use crate::answer::Answer;
use crate::error::{WSANOTINITIALISED, WsaError};

pub(crate) type Outcome = Result<Answer, WsaError>;

/// The waiters of a thread whose answers were not fetched yet, by number. A number is used once, so
/// what comes for a waiter that is gone reaches no other.
#[derive(Default)]
pub(crate) struct Pending {
    last: u64,
    slots: BTreeMap<u64, Slot>,
}

/// One waiter: an outcome that has come, or whom to wake when it does.
#[derive(Default)]
pub(crate) struct Slot {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

impl Pending {
    /// The number of the next waiter, which has no slot before [`insert`](Pending::insert).
    pub(crate) fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(crate) fn insert(&mut self, number: u64) {
        self.slots.insert(number, Slot::default());
    }

    /// Keeps an outcome for its waiter and returns whom to wake.
    pub(crate) fn finish(&mut self, number: u64, outcome: Outcome) -> Option<Waker> {
        let slot = self.slots.get_mut(&number)?;
        slot.outcome = Some(outcome);
        slot.waker.take()
    }

    /// Fetches an outcome, once; until there is one, keeps the waker. The waker that is not needed any
    /// more is returned, as dropping it may run code of the program.
    pub(crate) fn poll(&mut self, number: u64, waker: Waker) -> (Poll<Outcome>, Option<Waker>) {
        let Some(slot) = self.slots.get_mut(&number) else {
            return (Poll::Ready(Err(WSANOTINITIALISED)), Some(waker));
        };
        if let Some(outcome) = slot.outcome.take() {
            self.slots.remove(&number);
            return (Poll::Ready(outcome), Some(waker));
        }
        (Poll::Pending, slot.waker.replace(waker))
    }

    /// Whether an outcome waits to be fetched, or none can come.
    pub(crate) fn is_finished(&self, number: u64) -> bool {
        self.slots.get(&number).is_none_or(Slot::is_finished)
    }

    /// Forgets a waiter; what it held is returned, to be dropped outside the state.
    pub(crate) fn remove(&mut self, number: u64) -> Option<Slot> {
        self.slots.remove(&number)
    }

    /// The last clean-up has cancelled everything (`S-S4`): ends what has no outcome.
    pub(crate) fn end_all(&mut self) -> Vec<Waker> {
        let open = self
            .slots
            .values_mut()
            .filter(|slot| slot.outcome.is_none());
        open.filter_map(|slot| {
            slot.outcome = Some(Err(WSANOTINITIALISED));
            slot.waker.take()
        })
        .collect()
    }
}

impl Slot {
    /// Whether the outcome has come.
    pub(crate) fn is_finished(&self) -> bool {
        self.outcome.is_some()
    }
}
