//! The addresses that a guest was answered, for a time and for names.

use std::collections::BTreeMap;
use std::net::IpAddr;

use rustc_hash::FxHashMap;

use crate::sync::Arc;

/// Addresses with the names that they were answered for, at most a number of such pairs. The oldest
/// goes first.
#[derive(Default)]
pub(super) struct Answered {
    most: usize,
    by_address: FxHashMap<IpAddr, Vec<Entry>>,
    /// The pairs by their age. An answer that comes again makes its pairs the newest.
    by_age: BTreeMap<u64, (IpAddr, Arc<str>)>,
    next: u64,
}

struct Entry {
    name: Arc<str>,
    age: u64,
    /// Until when, in nanoseconds of the engine's clock. None for an answer without a time to live.
    until: Option<u64>,
}

impl Answered {
    pub(super) fn new(most: usize) -> Answered {
        Answered {
            most,
            ..Answered::default()
        }
    }

    /// Adds an address that was answered for a name, or prolongs its life.
    pub(super) fn insert(&mut self, address: IpAddr, name: &Arc<str>, until: Option<u64>) {
        if self.most == 0 {
            return;
        }
        let age = self.next;
        self.next += 1;
        let entries = self.by_address.entry(address).or_default();
        match entries.iter_mut().find(|entry| entry.name == *name) {
            Some(entry) => {
                self.by_age.remove(&entry.age);
                entry.age = age;
                // An earlier answer lives on too.
                entry.until = entry.until.and_then(|old| until.map(|new| new.max(old)));
            }
            None => entries.push(Entry {
                name: Arc::clone(name),
                age,
                until,
            }),
        }
        self.by_age.insert(age, (address, Arc::clone(name)));
        if self.by_age.len() > self.most {
            self.remove_oldest();
        }
    }

    fn remove_oldest(&mut self) {
        let Some((age, (address, _))) = self.by_age.pop_first() else {
            return;
        };
        if let Some(entries) = self.by_address.get_mut(&address) {
            entries.retain(|entry| entry.age != age);
            if entries.is_empty() {
                self.by_address.remove(&address);
            }
        }
    }

    /// The names that the address was answered for, by answers that still live at `now`.
    pub(super) fn names(&self, address: IpAddr, now: u64) -> impl Iterator<Item = &str> {
        let entries = self.by_address.get(&address).into_iter().flatten();
        entries
            .filter(move |entry| entry.until.is_none_or(|until| now < until))
            .map(|entry| &*entry.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn names(answered: &Answered, last: u8, now: u64) -> Vec<&str> {
        answered.names(address(last), now).collect()
    }

    // S-W4
    #[test]
    fn address_has_its_names_until_their_time_is_over() {
        let mut answered = Answered::new(10);
        let (a, b): (Arc<str>, Arc<str>) = ("a.test".into(), "b.test".into());
        answered.insert(address(1), &a, Some(100));
        answered.insert(address(1), &b, None);
        assert_eq!(names(&answered, 1, 99), ["a.test", "b.test"]);
        assert_eq!(names(&answered, 1, 100), ["b.test"]);
        assert_eq!(names(&answered, 2, 0), [""; 0]);
        // A shorter answer does not end an earlier one.
        answered.insert(address(1), &a, Some(50));
        assert_eq!(names(&answered, 1, 99), ["a.test", "b.test"]);
    }

    // S-W5
    #[test]
    fn oldest_pair_goes_first_and_an_answer_that_comes_again_is_new() {
        let mut answered = Answered::new(2);
        let name: Arc<str> = "a.test".into();
        for last in [1, 2, 1, 3] {
            answered.insert(address(last), &name, None);
        }
        let kept = [1, 2, 3].map(|last| names(&answered, last, 0).len());
        assert_eq!(kept, [1, 0, 1]);
        assert_eq!((answered.by_address.len(), answered.by_age.len()), (2, 2));
    }
}
