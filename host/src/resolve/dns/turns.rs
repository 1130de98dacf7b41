//! Who may ask next: what one guest asks must not keep another from asking.

use std::collections::hash_map::{Entry, HashMap};
use std::collections::{BTreeSet, VecDeque};

use super::flights::give;
use crate::engine::Owner;
use crate::resolve::{Lookup, Reply};
use crate::types::ErrorCode;

/// How many lookups wait when they are first looked through for what was cancelled.
const SWEEP: usize = 1024;
/// The part of the free places that one may have: one in so many.
const SHARE: usize = 8;

/// Shares the places of questions out among sessions.
///
/// A session may take a place while it holds less than an eighth of those that are free, or none. So one alone has a
/// ninth of them at most, twenty that take all they can leave a tenth, and whoever comes then finds a place at
/// once. A place is held until c-ares is done with the question, cancelled or not. Other lookups wait, and the next is
/// one of the session that holds least.
pub(super) struct Turns {
    /// Places, and how many of them are held.
    places: usize,
    held: usize,
    /// Sessions that hold places or wait for one.
    parties: HashMap<Owner, Party>,
    /// Those that wait.
    line: BTreeSet<Turn>,
    /// Turns that were ever given.
    turns: u64,
    /// Lookups that wait.
    waiting: usize,
    /// Swept when so many wait, so that sweeping costs the same for all together.
    sweep_at: usize,
}

#[derive(Default)]
struct Party {
    held: usize,
    /// Its place in the line, if it waits.
    turn: u64,
    waiting: VecDeque<(Lookup, Reply)>,
}

/// Who holds least comes first, then who has waited longest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    held: usize,
    turn: u64,
    owner: Owner,
}

impl Turns {
    pub(super) fn new(places: usize) -> Turns {
        Turns {
            places,
            held: 0,
            parties: HashMap::new(),
            line: BTreeSet::new(),
            turns: 0,
            waiting: 0,
            sweep_at: SWEEP,
        }
    }

    /// Has a lookup wait for its turn.
    pub(super) fn push(&mut self, lookup: Lookup, reply: Reply) {
        if self.waiting >= self.sweep_at {
            self.sweep();
        }
        let owner = reply.owner();
        let party = self.parties.entry(owner).or_default();
        party.waiting.push_back((lookup, reply));
        self.waiting += 1;
        if party.waiting.len() == 1 {
            self.turns += 1;
            party.turn = self.turns;
            self.line.insert(party.turn(owner));
        }
    }

    /// The lookup whose turn it is, if there is a place for it, which it holds from here on.
    pub(super) fn next(&mut self) -> Option<(Lookup, Reply)> {
        let turn = *self.line.first()?;
        let free = self.places - self.held;
        if free == 0 || turn.held >= (free / SHARE).max(1) {
            return None;
        }
        self.line.pop_first();
        let party = self.parties.get_mut(&turn.owner)?;
        let next = party.waiting.pop_front()?;
        self.waiting -= 1;
        self.held += 1;
        party.held += 1;
        if !party.waiting.is_empty() {
            self.turns += 1;
            party.turn = self.turns;
            self.line.insert(party.turn(turn.owner));
        }
        Some(next)
    }

    /// A place is held no more.
    pub(super) fn give_back(&mut self, owner: Owner) {
        let Entry::Occupied(mut entry) = self.parties.entry(owner) else {
            return;
        };
        self.held -= 1;
        let party = entry.get_mut();
        if party.waiting.is_empty() {
            party.held -= 1;
            if party.held == 0 {
                entry.remove();
            }
        } else {
            self.line.remove(&party.turn(owner));
            party.held -= 1;
            self.line.insert(party.turn(owner));
        }
    }

    /// Lets go of lookups that were cancelled.
    fn sweep(&mut self) {
        let mut gone = Vec::new();
        self.line.clear();
        self.parties.retain(|&owner, party| {
            let (wanted, unwanted) = std::mem::take(&mut party.waiting)
                .into_iter()
                .partition::<VecDeque<_>, _>(|(_, reply)| reply.is_wanted());
            party.waiting = wanted;
            gone.extend(unwanted);
            if !party.waiting.is_empty() {
                self.line.insert(party.turn(owner));
            }
            party.held > 0 || !party.waiting.is_empty()
        });
        self.waiting -= gone.len();
        self.sweep_at = SWEEP.max(2 * self.waiting);
        for (_, reply) in gone {
            give(reply, Err(ErrorCode::TryAgain));
        }
    }

    /// Everything that waits.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Reply> {
        self.line.clear();
        self.waiting = 0;
        let parties = std::mem::take(&mut self.parties);
        parties
            .into_values()
            .flat_map(|party| party.waiting)
            .map(|(_, reply)| reply)
    }
}

impl Party {
    fn turn(&self, owner: Owner) -> Turn {
        Turn {
            held: self.held,
            turn: self.turn,
            owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::waiter::Waiter;
    use super::*;

    fn lookup(n: usize) -> Lookup {
        Lookup::HostByName(format!("{n}.test").into())
    }

    fn owner(session: u64) -> Owner {
        Owner::of_session(session)
    }

    /// Whose turns come, until no more may ask.
    fn all(turns: &mut Turns) -> Vec<Owner> {
        let next = || turns.next().map(|(_, reply)| reply.owner());
        std::iter::from_fn(next).collect()
    }

    fn push(turns: &mut Turns, session: u64, count: usize) -> Vec<Waiter> {
        let waiters: Vec<_> = (0..count).map(|_| Waiter::of(session)).collect();
        for (n, waiter) in waiters.iter().enumerate() {
            turns.push(lookup(n), waiter.reply());
        }
        waiters
    }

    fn count(owners: &[Owner], session: u64) -> usize {
        owners.iter().filter(|&&one| one == owner(session)).count()
    }

    #[test]
    fn one_alone_has_a_ninth_and_twenty_leave_a_tenth() {
        let mut turns = Turns::new(9000);
        for session in 1..=20 {
            push(&mut turns, session, 10_000);
            let had = all(&mut turns);
            assert_eq!(had.len(), count(&had, session));
            assert!(session > 1 || had.len() == 1000, "{}", had.len());
        }
        assert!(turns.held < 8150, "{}", turns.held);
        // Whoever comes next.
        push(&mut turns, 21, 1);
        assert_eq!(all(&mut turns), [owner(21)]);
    }

    #[test]
    fn those_who_come_together_have_as_much_each() {
        let mut turns = Turns::new(1200);
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
        let mut turns = Turns::new(90);
        push(&mut turns, 1, 100);
        assert_eq!(all(&mut turns).len(), 10);
        push(&mut turns, 2, 100);
        assert_eq!(count(&all(&mut turns), 2), 9);
        // One that is given back makes the other come, who has fewer.
        for _ in 0..3 {
            turns.give_back(owner(2));
            turns.give_back(owner(1));
        }
        let had = all(&mut turns);
        assert_eq!(had[..2], [owner(2), owner(1)]);
        assert_eq!((count(&had, 1), count(&had, 2)), (2, 3));
    }

    #[test]
    fn one_place_is_enough_for_everybody_in_turn() {
        let mut turns = Turns::new(1);
        for session in 1..=3 {
            push(&mut turns, session, 2);
        }
        let mut had = Vec::new();
        while let [one] = all(&mut turns)[..] {
            turns.give_back(one);
            had.push(one);
        }
        assert_eq!(had, [1, 2, 3, 1, 2, 3].map(owner));
        assert!(turns.parties.is_empty() && turns.line.is_empty());
    }

    #[test]
    fn what_was_cancelled_does_not_pile_up() {
        let mut turns = Turns::new(2);
        let holds = push(&mut turns, 1, 1);
        assert_eq!(all(&mut turns).len(), holds.len());
        for session in 1..10_000 {
            for waiter in push(&mut turns, session, 10) {
                waiter.cancel();
            }
            assert!(turns.waiting <= SWEEP + 10);
        }
        turns.sweep();
        assert_eq!(
            (turns.waiting, turns.line.len(), turns.parties.len()),
            (0, 0, 1)
        );
        turns.give_back(owner(1));
        push(&mut turns, 2, 1);
        assert_eq!(all(&mut turns), [owner(2)]);
    }
}
