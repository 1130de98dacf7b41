//! The completions of a session that wait to be taken.

use std::collections::VecDeque;

use super::table::HandleTable;
use super::task::{Ready, Task};
use crate::types::TaskHandle;

/// The order in which the requests of a session completed.
#[derive(Default)]
pub(super) struct ReadyOrder {
    /// The handle of a cancelled request stays until it is the oldest or swept.
    handles: VecDeque<TaskHandle>,
    /// Handles in `handles` whose completion can be taken.
    count: usize,
}

impl ReadyOrder {
    /// The most handles of cancelled requests, beyond as many as can be taken.
    const SWEPT_FROM: usize = 64;

    /// The number of completions that can be taken.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The number of handles, those of cancelled requests included.
    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(super) fn len(&self) -> usize {
        self.handles.len()
    }

    /// Adds the handle of a request that has completed. Sweeps when more than half of the handles,
    /// and 64, are of cancelled requests: amortised O(1).
    pub(super) fn push(&mut self, handle: TaskHandle, table: &mut HandleTable<Task>) {
        if self.handles.len() > 2 * self.count + Self::SWEPT_FROM {
            self.handles
                .retain(|handle| matches!(table.get_mut(*handle), Some(Task::Ready(..))));
        }
        self.handles.push_back(handle);
        self.count += 1;
    }

    /// Removes the oldest completion, from the table too.
    pub(super) fn pop(&mut self, table: &mut HandleTable<Task>) -> Option<(TaskHandle, Ready)> {
        while let Some(handle) = self.handles.pop_front() {
            if let Some(Task::Ready(..)) = table.get_mut(handle)
                && let Some(Task::Ready(ready)) = table.remove(handle)
            {
                self.count -= 1;
                return Some((handle, ready));
            }
        }
        None
    }

    /// Notes that a request was cancelled whose completion could be taken.
    pub(super) fn cancel(&mut self) {
        self.count -= 1;
        if self.count == 0 {
            self.handles.clear();
        }
    }

    /// Forgets all handles, and frees their memory.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
