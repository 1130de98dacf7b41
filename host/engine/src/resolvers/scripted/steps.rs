//! The rules for one lookup, which apply one after the other.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crate::lookup::Lookup;
use crate::types::{Answer, Outcome};

/// The steps for one lookup.
pub(super) struct Steps {
    /// At least one.
    steps: Vec<Step>,
    next: AtomicUsize,
}

/// What one rule does.
pub(super) struct Step {
    pub(super) outcome: Outcome,
    /// The addresses of both families, if a host has others than IPv4 ones.
    pub(super) addresses: Option<Vec<IpAddr>>,
    pub(super) timing: Timing,
}

/// How long a lookup takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    /// The lookup is answered on the guest's thread.
    AtOnce,
    /// The lookup takes this long, on a worker.
    After(Duration),
    /// The lookup ends when a test releases it.
    OnRelease,
}

impl Steps {
    pub(super) fn new(step: Step) -> Steps {
        Steps {
            steps: vec![step],
            next: AtomicUsize::new(0),
        }
    }

    /// Adds a step after the others.
    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Takes the next step. The last step stays.
    pub(super) fn take(&self) -> &Step {
        let last = self.steps.len() - 1;
        let step = self
            .next
            .fetch_update(Relaxed, Relaxed, |step| (step < last).then_some(step + 1));
        &self.steps[step.unwrap_or(last)]
    }

    /// Takes the next step if it answers at once.
    pub(super) fn take_if_at_once(&self) -> Option<&Step> {
        let last = self.steps.len() - 1;
        let is_at_once = |step: usize| self.steps[step].timing == Timing::AtOnce;
        let step = self
            .next
            .fetch_update(Relaxed, Relaxed, |step| {
                is_at_once(step).then_some(last.min(step + 1))
            })
            .ok()?;
        Some(&self.steps[step])
    }
}

impl Step {
    /// The outcome for this lookup: one rule of a host serves lookups of each family.
    pub(super) fn outcome_for(&self, lookup: &Lookup) -> Outcome {
        let answer = match &self.outcome {
            Ok(answer) => answer,
            Err(error) => return Err(*error),
        };
        match (lookup, &**answer) {
            (Lookup::Addresses { .. } | Lookup::NameOf(_), Answer::Host(host)) => {
                let aliases = host.aliases.iter().map(|alias| &**alias);
                match &self.addresses {
                    Some(all) => lookup.answer_host(&host.name, aliases, all.iter().copied()),
                    None => {
                        let addresses = host.addresses().map(IpAddr::V4);
                        lookup.answer_host(&host.name, aliases, addresses)
                    }
                }
            }
            _ => lookup.checked(Ok(answer.clone())),
        }
    }
}
