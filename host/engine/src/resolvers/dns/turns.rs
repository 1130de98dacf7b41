//! Who may ask next: what one guest asks must not keep another from asking.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::ops::Bound;

use super::waiting::{Ask, STEPS, Sweep, Waiting};
use crate::lookup::Client;

/// The part of the free places that one may have: one in so many.
const SHARE: usize = 8;

/// Shares the places of questions out among sessions.
///
/// A session may take a place while it holds less than an eighth of those that are free, or none. So one alone has a
/// ninth of them at most, twenty that take all they can leave a tenth, and whoever comes then finds a place at
/// once. A place is held until c-ares is done with the question, cancelled or not. Other lookups wait. Sessions that may
/// take a place do so in turn; of those that may not, the one that holds least is the next that may.
///
/// There are spare places too, shared out by the same rule: for what a question has with further servers, answered or
/// not. Nothing waits for these.
pub(super) struct Turns {
    places: Places,
    spares: Places,
    /// Sessions that hold places or wait for one.
    parties: BTreeMap<Client, Party>,
    /// Those whose turn comes.
    line: BTreeMap<u64, Client>,
    /// Those that wait and hold as much as they may.
    full: BTreeSet<Full>,
    /// Turns that were ever given.
    turns: u64,
    /// Lookups that wait.
    waiting: usize,
    sweep: Sweep,
    /// Whose lookups were all looked at for what was cancelled, with those before it.
    swept: Bound<Client>,
}

/// So many, of which some are held.
struct Places {
    all: usize,
    held: usize,
}

#[derive(Default)]
struct Party {
    held: usize,
    spares: usize,
    waiting: Waiting,
    /// None while it waits for nothing.
    place: Option<Place>,
}

/// Where a session stands that waits, and since which turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    InLine(u64),
    Full(u64),
}

/// Who holds least comes first, then who has waited longest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Full {
    held: usize,
    since: u64,
    client: Client,
}

impl Turns {
    pub(super) fn new(places: usize, spares: usize) -> Turns {
        Turns {
            places: Places::new(places),
            spares: Places::new(spares),
            parties: BTreeMap::new(),
            line: BTreeMap::new(),
            full: BTreeSet::new(),
            turns: 0,
            waiting: 0,
            sweep: Sweep::default(),
            swept: Bound::Unbounded,
        }
    }

    /// Has a lookup wait for its turn. Gives back some of what was cancelled before its own came.
    pub(super) fn push(&mut self, ask: Ask) -> Vec<Ask> {
        let mut gone = Vec::new();
        for _ in 0..STEPS {
            if self.sweep.is_on(self.waiting) {
                self.sweep_one(&mut gone);
            }
        }
        let client = ask.1.client();
        let party = self.parties.entry(client).or_default();
        party.waiting.push(ask);
        self.waiting += 1;
        if party.place.is_none() {
            self.turns += 1;
            party.place = Some(Place::InLine(self.turns));
            self.line.insert(self.turns, client);
        }
        gone
    }

    /// The lookup whose turn it is, if there is a place for it, which it holds from here on.
    pub(super) fn next(&mut self) -> Option<Ask> {
        if !self.has_next() {
            return None;
        }
        let (_, client) = self.line.pop_first()?;
        let party = self.parties.get_mut(&client)?;
        let ask = party.waiting.pop()?;
        self.waiting -= 1;
        self.places.held += 1;
        party.held += 1;
        self.turns += 1;
        party.place = (!party.waiting.is_empty()).then(|| {
            self.line.insert(self.turns, client);
            Place::InLine(self.turns)
        });
        Some(ask)
    }

    /// Whether there is one. At most one session comes from those that are full: a place that is given back is not to cost
    /// as much as there are sessions.
    pub(super) fn has_next(&mut self) -> bool {
        if let Some(&Full {
            held,
            since,
            client,
        }) = self.full.first()
            && self.places.may_be_held(held)
        {
            // With the turn that it has waited for, so that none in the line keeps it from that.
            let place = Place::InLine(since);
            self.change(client, |party| party.place = Some(place));
        }
        while let Some((&turn, &client)) = self.line.first_key_value() {
            let held = self.parties.get(&client).map_or(0, |party| party.held);
            if self.places.may_be_held(held) {
                return true;
            }
            let place = Place::Full(turn);
            self.change(client, |party| party.place = Some(place));
        }
        false
    }

    /// A place is held no more.
    pub(super) fn give_back(&mut self, client: Client) {
        self.places.held -= 1;
        self.change(client, |party| party.held -= 1);
    }

    /// Whether a spare place may be taken; it is held from here on.
    pub(super) fn take_spare(&mut self, client: Client) -> bool {
        let held = self.parties.get(&client).map_or(0, |party| party.spares);
        let may = self.spares.may_be_held(held);
        if may {
            self.spares.held += 1;
            self.parties.entry(client).or_default().spares += 1;
        }
        may
    }

    /// A spare place is held no more.
    pub(super) fn give_back_spare(&mut self, client: Client) {
        self.spares.held -= 1;
        self.change(client, |party| party.spares -= 1);
    }

    /// Everything that waits.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Ask> + use<> {
        self.line.clear();
        self.full.clear();
        self.waiting = 0;
        let parties = std::mem::take(&mut self.parties);
        let all = parties.into_values();
        all.flat_map(|party| party.waiting.into_iter())
    }

    /// Looks at one lookup, and takes it out if it was cancelled; or ends with the session whose it is.
    fn sweep_one(&mut self, gone: &mut Vec<Ask>) {
        let next = (self.swept, Bound::Unbounded);
        let Some((&client, party)) = self.parties.range_mut(next).next() else {
            self.swept = Bound::Unbounded;
            return self.sweep.end(self.waiting);
        };
        let before = party.waiting.len();
        if party.waiting.sweep_one(gone) {
            self.swept = Bound::Excluded(client);
        }
        self.waiting -= before - party.waiting.len();
        self.change(client, |_| ());
    }

    /// Changes what is known of a session, and has it stand where that belongs.
    fn change(&mut self, client: Client, change: impl FnOnce(&mut Party)) {
        let Entry::Occupied(mut entry) = self.parties.entry(client) else {
            return;
        };
        let party = entry.get_mut();
        match party.place {
            Some(Place::InLine(turn)) => drop(self.line.remove(&turn)),
            Some(Place::Full(since)) => drop(self.full.remove(&party.full(since, client))),
            None => {}
        }
        change(party);
        if party.waiting.is_empty() {
            party.place = None;
        }
        match party.place {
            Some(Place::InLine(turn)) => drop(self.line.insert(turn, client)),
            Some(Place::Full(since)) => drop(self.full.insert(party.full(since, client))),
            None if party.held + party.spares == 0 => drop(entry.remove()),
            None => {}
        }
    }
}

impl Places {
    fn new(all: usize) -> Places {
        Places { all, held: 0 }
    }

    /// Whether one more may be held by whoever holds so many.
    fn may_be_held(&self, own: usize) -> bool {
        let free = self.all - self.held;
        free > 0 && own < (free / SHARE).max(1)
    }
}

impl Party {
    fn full(&self, since: u64, client: Client) -> Full {
        let held = self.held;
        Full {
            held,
            since,
            client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::waiter::Waiter;
    use super::super::waiting::SWEEP;
    use super::*;
    use crate::lookup::Lookup;

    fn lookup(n: usize) -> Lookup {
        Lookup::HostByName(format!("{n}.test").into())
    }

    fn client(session: u64) -> Client {
        Client::of_session(session)
    }

    /// Whose turns come, until no more may ask.
    fn all(turns: &mut Turns) -> Vec<Client> {
        let next = || turns.next().map(|(_, reply)| reply.client());
        std::iter::from_fn(next).collect()
    }

    fn push(turns: &mut Turns, session: u64, count: usize) -> Vec<Waiter> {
        let waiters: Vec<_> = (0..count).map(|_| Waiter::of(session)).collect();
        for (n, waiter) in waiters.iter().enumerate() {
            let gone = turns.push((lookup(n), waiter.reply()));
            assert!(gone.iter().all(|(_, reply)| !reply.is_wanted()));
        }
        waiters
    }

    fn count(clients: &[Client], session: u64) -> usize {
        clients
            .iter()
            .filter(|&&one| one == client(session))
            .count()
    }

    #[test]
    fn one_alone_has_a_ninth_and_twenty_leave_a_tenth() {
        let mut turns = Turns::new(9000, 9000);
        for session in 1..=20 {
            push(&mut turns, session, 10_000);
            let had = all(&mut turns);
            assert_eq!(had.len(), count(&had, session));
            assert!(session > 1 || had.len() == 1000, "{}", had.len());
        }
        assert!(turns.places.held < 8150, "{}", turns.places.held);
        // Whoever comes next.
        push(&mut turns, 21, 1);
        assert_eq!(all(&mut turns), [client(21)]);
    }

    #[test]
    fn those_who_come_together_have_as_much_each() {
        let mut turns = Turns::new(1200, 1200);
        for session in 1..=4 {
            push(&mut turns, session, 1000);
        }
        let had = all(&mut turns);
        for session in 1..=4 {
            assert_eq!(count(&had, session), 100);
        }
    }

    #[test]
    fn a_place_that_is_given_back_is_for_who_holds_least() {
        let mut turns = Turns::new(90, 90);
        push(&mut turns, 1, 100);
        assert_eq!(all(&mut turns).len(), 10);
        push(&mut turns, 2, 100);
        assert_eq!(count(&all(&mut turns), 2), 9);
        // One that is given back makes the other come, who has fewer.
        for _ in 0..3 {
            turns.give_back(client(2));
            turns.give_back(client(1));
        }
        let had = all(&mut turns);
        assert_eq!(had[..2], [client(2), client(1)]);
        assert_eq!((count(&had, 1), count(&had, 2)), (2, 3));
    }

    #[test]
    fn spare_places_are_shared_out_like_the_others_and_apart_from_them() {
        let mut turns = Turns::new(900, 900);
        for session in 1..=20 {
            let mut had = 0;
            while turns.take_spare(client(session)) {
                had += 1;
            }
            assert!(session > 1 || had == 100, "{had}");
        }
        assert!(turns.spares.held < 815, "{}", turns.spares.held);
        push(&mut turns, 1, 1);
        assert_eq!(all(&mut turns), [client(1)]);
        turns.give_back(client(1));
        assert!(!turns.take_spare(client(1)));
        for session in 1..=20 {
            while turns.parties.contains_key(&client(session)) {
                turns.give_back_spare(client(session));
            }
        }
        assert_eq!((turns.spares.held, turns.places.held), (0, 0));
    }

    #[test]
    fn one_place_is_enough_for_everybody_in_turn() {
        let mut turns = Turns::new(1, 1);
        for session in 1..=3 {
            push(&mut turns, session, 2);
        }
        let mut had = Vec::new();
        while let [one] = all(&mut turns)[..] {
            turns.give_back(one);
            had.push(one);
        }
        assert_eq!(had, [1, 2, 3, 1, 2, 3].map(client));
        assert!(turns.parties.is_empty() && turns.line.is_empty() && turns.full.is_empty());
    }

    #[test]
    fn what_was_cancelled_does_not_pile_up() {
        let mut turns = Turns::new(2, 2);
        let holds = push(&mut turns, 1, 1);
        assert_eq!(all(&mut turns).len(), holds.len());
        for session in 1..10_000 {
            for waiter in push(&mut turns, session, 10) {
                waiter.cancel();
            }
            assert!(turns.waiting <= 2 * SWEEP, "{}", turns.waiting);
        }
        while turns.waiting > 0 {
            turns.sweep_one(&mut Vec::new());
        }
        assert!(!turns.has_next());
        assert_eq!(
            (turns.waiting, turns.line.len(), turns.parties.len()),
            (0, 0, 1)
        );
        turns.give_back(client(1));
        push(&mut turns, 2, 1);
        assert_eq!(all(&mut turns), [client(2)]);
    }
}
