//! A queue of lookups or of those who wait for one, and when to remove the cancelled ones.

use std::collections::VecDeque;
use std::mem;

use crate::lookup::Responder;
use crate::resolvers::search::Search;

/// A lookup with its search, and where its outcome goes.
pub(super) type PendingLookup = (Search, Responder);

/// The first sweep begins at this many waiting lookups.
pub(super) const MIN_SWEEP: usize = 1024;
/// Lookups that are checked for each one that comes, so that no call takes a whole sweep.
pub(super) const SWEEP_STEPS: usize = 4;

/// Decides when to remove cancelled lookups: once twice as many wait as were left by the last
/// sweep, which is amortised O(1) for each lookup.
#[derive(Default)]
pub(super) struct Sweep {
    left: usize,
    is_on: bool,
}

/// What waits until it is cancelled.
pub(super) trait Waits {
    fn is_wanted(&self) -> bool;
}

/// Lookups in the order in which they came.
pub(super) struct LookupQueue<T = PendingLookup> {
    /// The front of the queue: the lookups that this sweep has checked.
    checked: VecDeque<T>,
    rest: VecDeque<T>,
}

impl Waits for PendingLookup {
    fn is_wanted(&self) -> bool {
        self.1.is_wanted()
    }
}

impl Waits for Responder {
    fn is_wanted(&self) -> bool {
        Responder::is_wanted(self)
    }
}

impl<T> Default for LookupQueue<T> {
    fn default() -> LookupQueue<T> {
        LookupQueue {
            checked: VecDeque::new(),
            rest: VecDeque::new(),
        }
    }
}

impl Sweep {
    /// Whether a sweep is on, while `waiting` lookups wait.
    pub(super) fn is_on(&mut self, waiting: usize) -> bool {
        self.is_on |= waiting >= MIN_SWEEP.max(2 * self.left);
        self.is_on
    }

    /// Ends the sweep, which has left this many lookups.
    pub(super) fn end(&mut self, left: usize) {
        *self = Sweep { left, is_on: false };
    }
}

impl<T: Waits> LookupQueue<T> {
    pub(super) fn push(&mut self, lookup: T) {
        self.rest.push_back(lookup);
    }

    pub(super) fn pop(&mut self) -> Option<T> {
        self.checked.pop_front().or_else(|| self.rest.pop_front())
    }

    /// Removes the first lookup, if it was cancelled.
    pub(super) fn pop_unwanted(&mut self) -> Option<T> {
        let first = self.checked.front().or_else(|| self.rest.front())?;
        if first.is_wanted() { None } else { self.pop() }
    }

    pub(super) fn len(&self) -> usize {
        self.checked.len() + self.rest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Checks one more lookup, and moves it to `removed` if it was cancelled. Returns true, and
    /// makes all lookups unchecked, if none was left to check.
    pub(super) fn sweep_one(&mut self, removed: &mut Vec<T>) -> bool {
        match self.rest.pop_front() {
            Some(lookup) if lookup.is_wanted() => self.checked.push_back(lookup),
            Some(lookup) => removed.push(lookup),
            None => {
                mem::swap(&mut self.checked, &mut self.rest);
                return true;
            }
        }
        false
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = T> {
        self.checked.into_iter().chain(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::waiter::Waiter;
    use super::*;
    use crate::lookup::Lookup;

    fn name(n: usize) -> Search {
        Lookup::HostByName(format!("{n}.test").into()).into()
    }

    #[test]
    fn lookups_keep_their_order_while_a_sweep_removes_the_cancelled() {
        let (mut queue, mut removed) = (LookupQueue::default(), Vec::new());
        let (mut next, mut due) = (0, 0);
        let mut waiters = Vec::new();
        for round in 0..500 {
            for _ in 0..3 {
                let waiter = Waiter::default();
                queue.push((name(next), waiter.responder()));
                waiters.push(waiter);
                next += 1;
            }
            // Cancel every third lookup, wherever it is by then.
            waiters[3 * (round / 2) + 1].cancel();
            for _ in 0..round % 5 {
                queue.sweep_one(&mut removed);
            }
            if let Some((lookup, responder)) = queue.pop() {
                let is_removed = |n: &usize| removed.iter().any(|(lookup, _)| *lookup == name(*n));
                due = (due..).find(|n| !is_removed(n)).unwrap();
                assert_eq!(lookup, name(due));
                drop(responder);
                due += 1;
            }
        }
        assert!(!removed.is_empty());
        while !queue.sweep_one(&mut removed) {}
        assert!(removed.iter().all(|(_, responder)| !responder.is_wanted()));
        assert_eq!(queue.len(), queue.into_iter().count());
    }
}
