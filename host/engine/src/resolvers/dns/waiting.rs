//! Lookups that wait, of which some are cancelled meanwhile.

use std::collections::VecDeque;

use crate::lookup::{Lookup, Responder};

/// What is to be looked up, and for whom.
pub(super) type Ask = (Lookup, Responder);

/// How many lookups wait when they are first looked through for what was cancelled.
pub(super) const SWEEP: usize = 1024;
/// How many are looked at for each that comes, so that nobody waits for all of it.
pub(super) const STEPS: usize = 4;

/// When to look through what waits: once twice as many do as were left the last time, so that it costs the same for each.
#[derive(Default)]
pub(super) struct Sweep {
    left: usize,
    is_on: bool,
}

/// Lookups in the order in which they came. It is looked through one by one for what was cancelled.
#[derive(Default)]
pub(super) struct Waiting {
    /// Those before the rest that were looked at.
    seen: VecDeque<Ask>,
    rest: VecDeque<Ask>,
}

impl Sweep {
    /// Whether it is on, now that so many wait.
    pub(super) fn is_on(&mut self, waiting: usize) -> bool {
        self.is_on |= waiting >= SWEEP.max(2 * self.left);
        self.is_on
    }

    /// All were looked at, and so many are left.
    pub(super) fn end(&mut self, left: usize) {
        *self = Sweep { left, is_on: false };
    }
}

impl Waiting {
    pub(super) fn push(&mut self, ask: Ask) {
        self.rest.push_back(ask);
    }

    pub(super) fn pop(&mut self) -> Option<Ask> {
        self.seen.pop_front().or_else(|| self.rest.pop_front())
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len() + self.rest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks at one more, and takes it out if it was cancelled. Says whether none was left to look at: the next time it
    /// begins anew.
    pub(super) fn sweep_one(&mut self, gone: &mut Vec<Ask>) -> bool {
        match self.rest.pop_front() {
            Some(ask) if ask.1.is_wanted() => self.seen.push_back(ask),
            Some(ask) => gone.push(ask),
            None => {
                std::mem::swap(&mut self.seen, &mut self.rest);
                return true;
            }
        }
        false
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = Ask> {
        self.seen.into_iter().chain(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::waiter::Waiter;
    use super::*;

    fn name(n: usize) -> Lookup {
        Lookup::HostByName(format!("{n}.test").into())
    }

    #[test]
    fn what_stays_keeps_its_order_whenever_it_is_looked_through() {
        let (mut waiting, mut gone) = (Waiting::default(), Vec::new());
        let (mut next, mut due) = (0, 0);
        let mut waiters = Vec::new();
        for round in 0..500 {
            for _ in 0..3 {
                let waiter = Waiter::default();
                waiting.push((name(next), waiter.reply()));
                waiters.push(waiter);
                next += 1;
            }
            // Every third, wherever it is by then.
            waiters[3 * (round / 2) + 1].cancel();
            for _ in 0..round % 5 {
                waiting.sweep_one(&mut gone);
            }
            if let Some((lookup, reply)) = waiting.pop() {
                let skipped = |n: &usize| gone.iter().any(|(lookup, _)| *lookup == name(*n));
                due = (due..).find(|n| !skipped(n)).unwrap();
                assert_eq!(lookup, name(due));
                drop(reply);
                due += 1;
            }
        }
        assert!(!gone.is_empty());
        while !waiting.sweep_one(&mut gone) {}
        assert!(gone.iter().all(|(_, reply)| !reply.is_wanted()));
        assert_eq!(waiting.len(), waiting.into_iter().count());
    }
}
