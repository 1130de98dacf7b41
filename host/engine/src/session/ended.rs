//! Which requests completed lately, so that cancel can tell "already" from "never" (`S-C2`, `S-C9`).

use crate::types::TaskHandle;

/// The handles of the last [`Self::KEPT`] completions that were taken.
///
/// Written once a request and read only when a program cancels too late, so it is a plain ring: a
/// hash set would cost every request more than a search costs now and then. Memory grows with the
/// number of completions up to 512 KiB, and no further.
#[derive(Default)]
pub(crate) struct RecentlyCompleted {
    ring: Vec<TaskHandle>,
    /// Where the oldest is, once the ring is full.
    oldest: usize,
}

impl RecentlyCompleted {
    /// At least the last 65,536 requests to end are told apart (`S-C9`); cancelled ones need no place.
    pub(crate) const KEPT: usize = 65_536;

    pub(crate) fn push(&mut self, handle: TaskHandle) {
        if self.ring.len() < Self::KEPT {
            self.ring.push(handle);
        } else {
            self.ring[self.oldest] = handle;
            self.oldest = (self.oldest + 1) % Self::KEPT;
        }
    }

    /// Searches from the newest on: what a program cancels too late has mostly just completed.
    pub(crate) fn contains(&self, handle: TaskHandle) -> bool {
        let (newer, older) = self.ring.split_at(self.oldest);
        [newer, older]
            .into_iter()
            .flat_map(|half| half.rchunks(64))
            .any(|c| c.contains(&handle))
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
        assert_eq!(ended.ring.len(), 65_536);
        assert!(ended.contains(200_000) && ended.contains(200_000 - 65_535));
        assert!(!ended.contains(200_000 - 65_536) && !ended.contains(0));
        let capacity = ended.ring.capacity();
        for handle in 200_001..=400_000 {
            ended.push(handle);
        }
        assert_eq!(capacity, ended.ring.capacity());
        assert!(ended.contains(400_000 - 65_535) && !ended.contains(400_000 - 65_536));
        ended.clear();
        assert!(!ended.contains(400_000));
        assert_eq!(ended.ring.capacity(), 0);
    }
}
