//! Questions that have a port each, as others' garbage has failed them on one that they shared.

use std::collections::hash_map::{Entry, HashMap};

use crate::lookup::Client;

/// The most there may be, as their ports are an embedder's sockets.
const MOST: usize = 256;
/// Those of one session, so that no guest has them all.
const MOST_EACH: usize = 16;

/// How many there are, by session, until c-ares has done with them.
#[derive(Default)]
pub(super) struct Alone {
    all: usize,
    each: HashMap<Client, usize>,
}

impl Alone {
    /// Whether a session may have one more.
    pub(super) fn has_room(&self, client: Client) -> bool {
        self.all < MOST && self.each.get(&client).is_none_or(|&own| own < MOST_EACH)
    }

    pub(super) fn add(&mut self, client: Client) {
        self.all += 1;
        *self.each.entry(client).or_default() += 1;
    }

    pub(super) fn remove(&mut self, client: Client) {
        if let Entry::Occupied(mut own) = self.each.entry(client) {
            self.all -= 1;
            *own.get_mut() -= 1;
            if *own.get() == 0 {
                own.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_has_them_all_and_all_come_back() {
        let mut alone = Alone::default();
        let client = Client::of_session;
        for session in 0..16 {
            while alone.has_room(client(session)) {
                alone.add(client(session));
            }
        }
        assert_eq!((alone.all, alone.each.len()), (MOST, MOST / MOST_EACH));
        assert!(!alone.has_room(client(99)));
        for session in 0..16 {
            (0..MOST_EACH).for_each(|_| alone.remove(client(session)));
        }
        assert!(alone.has_room(client(99)) && alone.each.is_empty());
    }
}
