//! Rules that ask the same, used in turn.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::types::Outcome;

/// What is done for one thing that is asked, one step after the other.
pub(super) struct Turns {
    /// At least one.
    steps: Vec<Step>,
    next: AtomicUsize,
}

/// What is done once.
pub(super) struct Step {
    pub(super) outcome: Outcome,
    pub(super) wait: Wait,
}

/// How long a lookup takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It is answered on the guest's thread.
    Now,
    /// It goes to a worker, and takes this long there.
    For(Duration),
    /// It ends when a test says so.
    Ever,
}

impl Turns {
    pub(super) fn new(step: Step) -> Turns {
        Turns {
            steps: vec![step],
            next: AtomicUsize::new(0),
        }
    }

    /// Adds what is done after the others.
    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Takes a turn.
    pub(super) fn take(&self) -> &Step {
        let last = self.steps.len() - 1;
        let turn = self
            .next
            .fetch_update(Relaxed, Relaxed, |turn| (turn < last).then_some(turn + 1));
        &self.steps[turn.unwrap_or(last)]
    }

    /// Takes a turn if it is one that is answered at once.
    pub(super) fn take_if_now(&self) -> Option<&Outcome> {
        let last = self.steps.len() - 1;
        let is_now = |turn: usize| self.steps[turn].wait == Wait::Now;
        let turn = self
            .next
            .fetch_update(Relaxed, Relaxed, |turn| {
                is_now(turn).then_some(last.min(turn + 1))
            })
            .ok()?;
        Some(&self.steps[turn].outcome)
    }
}
