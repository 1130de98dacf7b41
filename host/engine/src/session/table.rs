//! The handle table: a slotmap whose keys a guest gets as numbers, and may forge.

use std::hash::{BuildHasher, RandomState};

use slotmap::{DefaultKey, Key, KeyData, SlotMap};

use crate::types::TaskHandle;

/// Values by handle.
///
/// A handle is the slotmap's key xor a salt of the table: handles of one session are invalid in
/// another (`S-R17`). A handle is never 0. A freed handle is not given again before its slot was
/// reused 2^31 times (`S-R17`). A lookup takes constant time (`S-C6`).
pub(crate) struct HandleTable<T> {
    slots: SlotMap<DefaultKey, T>,
    /// Bit 32, which is set in every live key, is clear in the salt: no handle is 0.
    salt: u64,
}

/// The lowest bit of a key's version: set while the slot is in use.
const OCCUPIED: u64 = 1 << 32;

impl<T> HandleTable<T> {
    pub(crate) fn new() -> Self {
        // Each new RandomState of the process differs from the others. A model checker needs the
        // same handles in each run, as the order of a map depends on them.
        let random = if cfg!(any(loom, shuttle)) {
            0
        } else {
            RandomState::new().hash_one(())
        };
        let salt = random & !OCCUPIED;
        HandleTable {
            slots: SlotMap::new(),
            salt,
        }
    }

    /// Inserts the value that `value` makes of the handle. Inline, so that the value is made in its
    /// slot and not copied there.
    #[inline]
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

    pub(crate) fn contains(&self, handle: TaskHandle) -> bool {
        self.key(handle)
            .is_some_and(|key| self.slots.contains_key(key))
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

    /// Removes all values, and makes every handle invalid.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + '_ {
        self.slots.drain().map(|(_, value)| value)
    }

    /// Removes the values that `is_one` chooses, and makes their handles invalid.
    pub(crate) fn extract(&mut self, is_one: impl Fn(&T) -> bool) -> Vec<T> {
        let chosen = self.slots.iter().filter(|(_, value)| is_one(value));
        let keys: Vec<_> = chosen.map(|(key, _)| key).collect();
        keys.into_iter()
            .filter_map(|key| self.slots.remove(key))
            .collect()
    }

    /// The key of a handle. `KeyData::from_ffi` sets the lowest bit of the version, so a number
    /// without that bit would name a live slot: such a number is no key.
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

    // S-R17, S-C3: a live handle with one flipped bit is invalid.
    #[test]
    fn a_live_handle_with_a_flipped_bit_is_invalid() {
        let mut table = HandleTable::new();
        let handles: Vec<_> = (0..3).map(|i| table.insert_with(|_| i)).collect();
        for &handle in &handles {
            for forged in (0..64).map(|bit| handle ^ (1 << bit)) {
                // A flipped bit of the index may give the handle of another slot.
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
    fn a_handle_is_invalid_in_another_table() {
        let (mut a, mut b) = (HandleTable::new(), HandleTable::new());
        let of_a: Vec<_> = (0..100).map(|i| a.insert_with(|_| i)).collect();
        let of_b: Vec<_> = (0..100).map(|i| b.insert_with(|_| i)).collect();
        assert!(of_a.iter().all(|handle| b.get_mut(*handle).is_none()));
        assert!(of_b.iter().all(|handle| a.get_mut(*handle).is_none()));
    }

    // S-R17: not within the next 65,535 requests, although each takes the same slot.
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
        Extract,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            6 => any::<u32>().prop_map(Step::Insert),
            4 => any::<prop::sample::Index>().prop_map(Step::Remove),
            3 => any::<prop::sample::Index>().prop_map(Step::RemoveStale),
            3 => any::<u64>().prop_map(Step::Forge),
            1 => Just(Step::Drain),
            1 => Just(Step::Extract),
        ];
        prop::collection::vec(step, 1..200)
    }

    proptest! {
        // Compares the table with a plain map, with live, stale and forged handles.
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
                    Step::Extract => {
                        let is_odd = |value: &u32| value % 2 == 1;
                        let mut removed = table.extract(is_odd);
                        removed.sort_unstable();
                        let odd = model.extract_if(|_, value| is_odd(value));
                        let (handles, mut values): (Vec<_>, Vec<_>) = odd.unzip();
                        values.sort_unstable();
                        prop_assert_eq!(removed, values);
                        stale.extend(handles);
                    }
                    Step::Remove(_) | Step::RemoveStale(_) => {}
                }
                prop_assert_eq!(table.len(), model.len());
            }
        }
    }
}
