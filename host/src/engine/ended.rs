//! Which requests completed lately, so that cancel can tell "already" from "never" (`S-C2`, `S-C9`).

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use crate::types::TaskHandle;

/// The handles of the last [`Self::KEPT`] completions that were taken.
///
/// Memory grows with the number of completions up to about 1.7 MB, and no further.
#[derive(Default)]
pub(crate) struct RecentlyCompleted {
    order: VecDeque<TaskHandle>,
    handles: FxHashSet<TaskHandle>,
}

impl RecentlyCompleted {
    /// At least the last 65,536 requests to end are told apart (`S-C9`); cancelled ones need no place.
    pub(crate) const KEPT: usize = 65_536;

    pub(crate) fn push(&mut self, handle: TaskHandle) {
        if self.order.len() == Self::KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.handles.remove(&oldest);
        }
        self.order.push_back(handle);
        self.handles.insert(handle);
    }

    pub(crate) fn contains(&self, handle: TaskHandle) -> bool {
        self.handles.contains(&handle)
    }

    /// Forgets all, and gives back the memory.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S-C9: exactly the last 65,536, in memory that stays the same after that.
    #[test]
    fn keeps_the_last_65536_and_no_more() {
        let mut ended = RecentlyCompleted::default();
        for handle in 1..=200_000 {
            ended.push(handle);
        }
        assert_eq!(ended.order.len(), 65_536);
        assert_eq!(ended.handles.len(), 65_536);
        assert!(ended.contains(200_000) && ended.contains(200_000 - 65_535));
        assert!(!ended.contains(200_000 - 65_536) && !ended.contains(0));
        let capacities = (ended.order.capacity(), ended.handles.capacity());
        for handle in 200_001..=400_000 {
            ended.push(handle);
        }
        assert_eq!(
            capacities,
            (ended.order.capacity(), ended.handles.capacity())
        );
        ended.clear();
        assert!(!ended.contains(400_000));
        assert_eq!(ended.order.capacity(), 0);
    }
}
