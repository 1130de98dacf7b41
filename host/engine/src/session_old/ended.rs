//! The requests that completed last, which tell WSAEALREADY from WSAEINVAL (`S-C2`, `S-C9`).

use crate::types::TaskHandle;

/// The handles of the last [`Self::KEPT`] completions that were taken.
///
/// Each request writes a handle, and only a late cancel searches, so it is a plain ring: a hash set
/// would cost each request more. Its memory grows with the number of completions, up to 512 KiB.
#[derive(Default)]
pub(crate) struct RecentlyCompleted {
    ring: Vec<TaskHandle>,
    /// The position of the oldest handle, once the ring is full.
    oldest: usize,
}

impl RecentlyCompleted {
    /// At least the last 65,536 requests that ended are told apart (`S-C9`). Cancelled ones are not
    /// kept.
    pub(crate) const KEPT: usize = 65_536;

    pub(crate) fn push(&mut self, handle: TaskHandle) {
        if self.ring.len() < Self::KEPT {
            self.ring.push(handle);
        } else {
            self.ring[self.oldest] = handle;
            self.oldest = (self.oldest + 1) % Self::KEPT;
        }
    }

    /// Searches from the newest: a request that is cancelled too late has mostly just completed.
    pub(crate) fn contains(&self, handle: TaskHandle) -> bool {
        let (newer, older) = self.ring.split_at(self.oldest);
        [newer, older]
            .into_iter()
            .flat_map(|half| half.rchunks(64))
            .any(|c| c.contains(&handle))
    }

    /// Removes all handles, and frees the memory.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S-C9: exactly the last 65,536, in memory that does not grow further.
    #[test]
    fn the_last_65536_handles_are_kept_and_no_more() {
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
