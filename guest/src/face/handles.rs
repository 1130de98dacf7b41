//! Handles of 32 bits for the host's, which have 64.

use std::collections::{BTreeMap, VecDeque};

use super::Recipient;
use crate::request::TaskHandle;

/// Requests that completed and can be told from those that never were (`S-C9`).
const COMPLETED: usize = 65_536;

/// The requests of a face: which of the host's each handle stands for, and to whom its outcome goes.
/// What became of a request is the host's to say.
#[derive(Default)]
pub(crate) struct Handles {
    pub(super) last: u32,
    pending: BTreeMap<u32, Pending>,
    completed: BTreeMap<u32, TaskHandle>,
    /// The keys of `completed`, the oldest first, at most [`COMPLETED`].
    by_age: VecDeque<u32>,
}

struct Pending {
    hosts: TaskHandle,
    recipient: Box<dyn Recipient>,
}

impl Handles {
    /// A handle that names nothing: they go round, and leave out those that still mean something
    /// (`S-R17`).
    pub(super) fn unused(&mut self) -> u32 {
        loop {
            self.last = self.last.wrapping_add(1);
            if self.last != 0 && self.hosts(self.last).is_none() {
                return self.last;
            }
        }
    }

    pub(super) fn begin(&mut self, handle: u32, hosts: TaskHandle, recipient: Box<dyn Recipient>) {
        self.pending.insert(handle, Pending { hosts, recipient });
    }

    /// What the host calls it.
    pub(super) fn hosts(&self, handle: u32) -> Option<TaskHandle> {
        let pending = self.pending.get(&handle).map(|pending| pending.hosts);
        pending.or_else(|| self.completed.get(&handle).copied())
    }

    /// Whether its outcome has not been delivered.
    pub(super) fn is_pending(&self, handle: u32) -> bool {
        self.pending.contains_key(&handle)
    }

    pub(super) fn withdraw(&mut self, handle: u32) {
        if let Some(pending) = self.pending.get_mut(&handle) {
            pending.recipient.withdraw();
        }
    }

    /// Forgets a request that was cancelled.
    pub(super) fn end(&mut self, handle: u32) -> Option<Box<dyn Recipient>> {
        self.pending
            .remove(&handle)
            .map(|pending| pending.recipient)
    }

    /// Takes the recipient of a request that has completed.
    pub(super) fn complete(&mut self, handle: u32) -> Option<Box<dyn Recipient>> {
        let Pending { hosts, recipient } = self.pending.remove(&handle)?;
        if self.by_age.len() == COMPLETED
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.completed.remove(&oldest);
        }
        self.by_age.push_back(handle);
        self.completed.insert(handle, hosts);
        Some(recipient)
    }

    /// The last clean-up has cancelled everything (`S-S4`): no handle means anything any more (`S-C3`).
    /// The recipients are returned, to be dropped outside the state.
    pub(crate) fn end_all(&mut self) -> Vec<Box<dyn Recipient>> {
        self.completed.clear();
        self.by_age.clear();
        let pending = std::mem::take(&mut self.pending);
        pending
            .into_values()
            .map(|pending| pending.recipient)
            .collect()
    }
}
