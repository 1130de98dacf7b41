//! The addresses that a guest was answered, for a time and for names.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::sync::Arc;

/// The most names of one address. A check looks at each.
const NAMES_PER_ADDRESS: usize = 64;

/// Addresses with the names that they were answered for, at most a number of such pairs, and
/// [`NAMES_PER_ADDRESS`] of one address. The oldest goes first.
///
/// The owner of a name chooses its addresses. A tree has no choice of keys that makes it slow.
#[derive(Default)]
pub(super) struct Answered {
    most: usize,
    /// The names of an address stand together, by age.
    by_address: BTreeMap<(u128, u64), Entry>,
    /// The addresses of the pairs by their age. An answer that comes again makes its pairs the
    /// newest.
    by_age: BTreeMap<u64, u128>,
    next: u64,
}

struct Entry {
    name: Arc<str>,
    /// Until when, in nanoseconds of the engine's clock. None for an answer without a time to live.
    until: Option<u64>,
}

impl Answered {
    /// The most bytes of each pair without its name: a node of a tree has 11 entries and is nearly
    /// half full at least.
    pub(super) const PAIR_BYTES: usize =
        3 * (size_of::<(u128, u64)>() + size_of::<Entry>() + size_of::<u64>() + size_of::<u128>());

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
        let bits = bits(address);
        let mut entry = Entry {
            name: Arc::clone(name),
            until,
        };
        let of_address = self.by_address.range(ages(bits));
        let mut known = of_address.clone();
        let known = known.find(|(_, known)| known.name == *name);
        let is_full = of_address.clone().count() >= NAMES_PER_ADDRESS;
        let oldest = of_address.clone().next().filter(|_| is_full);
        if let Some((&(_, age), _)) = known {
            if let Some(known) = self.remove(bits, age) {
                // An earlier answer lives on too. Its name is shared with other addresses.
                entry = Entry {
                    name: known.name,
                    until: known.until.zip(until).map(|(old, new)| new.max(old)),
                };
            }
        } else if let Some((&(_, age), _)) = oldest {
            self.remove(bits, age);
        }
        if self.by_age.len() >= self.most
            && let Some((age, bits)) = self.by_age.pop_first()
        {
            self.by_address.remove(&(bits, age));
        }
        self.by_age.insert(self.next, bits);
        self.by_address.insert((bits, self.next), entry);
        self.next += 1;
    }

    fn remove(&mut self, bits: u128, age: u64) -> Option<Entry> {
        self.by_age.remove(&age);
        self.by_address.remove(&(bits, age))
    }

    /// The names that the address was answered for, the newest first, and whether each answer still
    /// lives at `now`.
    pub(super) fn names(&self, address: IpAddr, now: u64) -> impl Iterator<Item = (&str, bool)> {
        let entries = self.by_address.range(ages(bits(address))).rev();
        entries.map(move |(_, entry)| {
            let lives = entry.until.is_none_or(|until| now < until);
            (&*entry.name, lives)
        })
    }
}

/// An address as a number: IPv4 in its IPv4-mapped form.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The keys of an address.
fn ages(bits: u128) -> std::ops::RangeInclusive<(u128, u64)> {
    (bits, 0)..=(bits, u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn names(answered: &Answered, last: u8, now: u64) -> Vec<&str> {
        let names = answered.names(address(last), now);
        names.filter(|(_, lives)| *lives).map(|(n, _)| n).collect()
    }

    // S-W4
    #[test]
    fn address_has_its_names_until_their_time_is_over() {
        let mut answered = Answered::new(10);
        let (a, b): (Arc<str>, Arc<str>) = ("a.test".into(), "b.test".into());
        answered.insert(address(1), &a, Some(100));
        answered.insert(address(1), &b, None);
        assert_eq!(names(&answered, 1, 99), ["b.test", "a.test"]);
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

    // S-W5
    #[test]
    fn oldest_name_of_an_address_goes_first_and_other_addresses_keep_theirs() {
        let mut answered = Answered::new(1000);
        let name = |i: usize| -> Arc<str> { format!("n{i}.test").into() };
        answered.insert(address(2), &name(0), None);
        for i in 0..=NAMES_PER_ADDRESS {
            answered.insert(address(1), &name(i), None);
        }
        // One that is known pushes none out.
        answered.insert(address(1), &name(1), None);
        let left = names(&answered, 1, 0);
        assert_eq!(left.len(), NAMES_PER_ADDRESS);
        assert_eq!((left[0], left[63]), ("n1.test", "n2.test"));
        assert_eq!(names(&answered, 2, 0), ["n0.test"]);
        assert_eq!(answered.by_age.len(), answered.by_address.len());
    }
}
