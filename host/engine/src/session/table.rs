//! The handle table: a slotmap whose keys leave the host as numbers and come back forged.

use std::hash::{BuildHasher, RandomState};

use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::types::TaskHandle;

/// Values by handle.
///
/// A handle is the slotmap's key, mixed with a number of this table's own, so that a handle of one
/// session finds nothing in another (`S-R17`). It is never 0, a freed one is not given again before
/// its slot was reused 2^31 times (`S-R17`), and looking one up costs the same however many there
/// are (`S-C6`).
pub(crate) struct HandleTable<T> {
    slots: SlotMap<DefaultKey, T>,
    /// Without bit 32, which is set in every live key: so no handle is 0.
    salt: u64,
}

/// The lowest bit of a key's version: set while the slot is in use.
const OCCUPIED: u64 = 1 << 32;

impl<T> HandleTable<T> {
    pub(crate) fn new() -> Self {
        // A fresh RandomState differs from every other one of the process.
        let salt = RandomState::new().hash_one(()) & !OCCUPIED;
        HandleTable {
            slots: SlotMap::new(),
            salt,
        }
    }

    /// Puts in what `value` makes of its handle.
    pub(crate) fn insert_with(&mut self, value: impl FnOnce(TaskHandle) -> T) -> TaskHandle {
        let salt = self.salt;
        let key = self
            .slots
            .insert_with_key(|key| value(key.data().as_ffi() ^ salt));
        key.data().as_ffi() ^ salt
    }

    pub(crate) fn get_mut(&mut self, handle: TaskHandle) -> Option<&mut T> {
        self.slots.get_mut(self.key(handle)?)
    }

    pub(crate) fn remove(&mut self, handle: TaskHandle) -> Option<T> {
        self.slots.remove(self.key(handle)?)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.slots.values_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Takes everything out; every handle given so far is dead afterwards.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + '_ {
        self.slots.drain().map(|(_, value)| value)
    }

    /// `from_ffi` sets the lowest bit of the version, so a number without it would name a live slot.
    fn key(&self, handle: TaskHandle) -> Option<DefaultKey> {
        let raw = handle ^ self.salt;
        let data = KeyData::from_ffi(raw);
        (data.as_ffi() == raw).then(|| DefaultKey::from(data))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    // S-R17, S-C3: one flipped bit of a live handle names nothing.
    #[test]
    fn no_bit_of_a_live_handle_can_be_flipped() {
        let mut table = HandleTable::new();
        let handles: Vec<_> = (0..3).map(|i| table.insert_with(|_| i)).collect();
        for &handle in &handles {
            for forged in (0..64).map(|bit| handle ^ (1 << bit)) {
                // Flipping bits of the index may name a neighbour, whose handle it then is.
                if !handles.contains(&forged) {
                    assert_eq!(table.get_mut(forged), None, "{handle:#x} as {forged:#x}");
                    assert_eq!(table.remove(forged), None);
                }
            }
        }
        assert_eq!(table.len(), 3);
    }

    // S-R17, S-C3: the first handles of two sessions differ.
    #[test]
    fn a_handle_means_nothing_in_another_table() {
        let (mut a, mut b) = (HandleTable::new(), HandleTable::new());
        let of_a: Vec<_> = (0..100).map(|i| a.insert_with(|_| i)).collect();
        let of_b: Vec<_> = (0..100).map(|i| b.insert_with(|_| i)).collect();
        assert!(of_a.iter().all(|handle| b.get_mut(*handle).is_none()));
        assert!(of_b.iter().all(|handle| a.get_mut(*handle).is_none()));
    }

    // S-R17: not within the next 65,535 requests, though the slot is the same one each time.
    #[test]
    fn a_handle_is_not_given_again_soon() {
        let mut table = HandleTable::new();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..70_000 {
            let handle = table.insert_with(|_| ());
            assert_ne!(handle, 0);
            assert!(seen.insert(handle));
            table.remove(handle);
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u32),
        Remove(prop::sample::Index),
        RemoveStale(prop::sample::Index),
        Forge(u64),
        Drain,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            6 => any::<u32>().prop_map(Step::Insert),
            4 => any::<prop::sample::Index>().prop_map(Step::Remove),
            3 => any::<prop::sample::Index>().prop_map(Step::RemoveStale),
            3 => any::<u64>().prop_map(Step::Forge),
            1 => Just(Step::Drain),
        ];
        prop::collection::vec(step, 1..200)
    }

    proptest! {
        // The table against a plain map: live, stale and forged handles.
        #[test]
        fn behaves_like_a_plain_map(steps in steps()) {
            let mut table = HandleTable::new();
            let mut model: HashMap<TaskHandle, u32> = HashMap::new();
            let mut stale = Vec::new();
            for step in steps {
                match step {
                    Step::Insert(value) => {
                        let handle = table.insert_with(|_| value);
                        prop_assert!(model.insert(handle, value).is_none());
                        prop_assert!(!stale.contains(&handle));
                    }
                    Step::Remove(index) if !model.is_empty() => {
                        let mut handles: Vec<_> = model.keys().copied().collect();
                        handles.sort_unstable();
                        let handle = *index.get(&handles);
                        prop_assert_eq!(table.remove(handle), model.remove(&handle));
                        stale.push(handle);
                    }
                    Step::RemoveStale(index) if !stale.is_empty() => {
                        prop_assert_eq!(table.remove(*index.get(&stale)), None);
                    }
                    Step::Forge(number) => {
                        prop_assert_eq!(table.get_mut(number).copied(), model.get(&number).copied());
                    }
                    Step::Drain => {
                        prop_assert_eq!(table.drain().count(), model.len());
                        stale.extend(model.drain().map(|(handle, _)| handle));
                    }
                    Step::Remove(_) | Step::RemoveStale(_) => {}
                }
                prop_assert_eq!(table.len(), model.len());
            }
        }
    }
}
