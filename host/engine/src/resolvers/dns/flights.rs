//! Who waits for what: one question for all who ask the same.

use std::collections::hash_map::{Entry, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use quick_cache::DefaultHashBuilder;

use super::answer::Found;
use super::plan::Plan;
use crate::lookup::{Delivered, Owner};
use crate::lookup::{Lookup, Responder};
use crate::panics::catch_panic;
use crate::types::{ErrorCode, Outcome};

/// Lookups that are under way, with those who wait for each.
pub(super) struct Flights {
    flights: HashMap<Lookup, Flight, DefaultHashBuilder>,
    /// How many, for whoever wants to know.
    count: Arc<AtomicUsize>,
}

/// One question, and how far its search has come.
pub(super) struct Flight {
    /// Whose place it holds.
    pub(super) owner: Owner,
    /// Which question it is at, of all that were ever asked: each name of its search is one.
    pub(super) question: u64,
    pub(super) step: usize,
    /// The servers of this question, and when the last of them was asked.
    pub(super) plan: Plan,
    pub(super) asked: Instant,
    /// Whether it has had another chance, after a message that could not be read: its questions have ports of their own
    /// since, as far as there are any.
    pub(super) is_again: bool,
    /// What the names before came to.
    pub(super) so_far: Option<Found>,
    first: Responder,
    others: Vec<Responder>,
}

impl Flights {
    pub(super) fn new(count: Arc<AtomicUsize>) -> Flights {
        Flights {
            flights: HashMap::default(),
            count,
        }
    }

    /// Has somebody wait, who may be the first: the question must be asked then, by this plan.
    pub(super) fn begin(
        &mut self,
        lookup: &Lookup,
        reply: Responder,
        plan: impl FnOnce() -> Plan,
    ) -> bool {
        match self.flights.entry(lookup.clone()) {
            Entry::Occupied(mut entry) => {
                entry.get_mut().join(reply);
                return false;
            }
            Entry::Vacant(entry) => entry.insert(Flight {
                owner: reply.owner(),
                question: 0,
                step: 0,
                plan: plan(),
                asked: Instant::now(),
                is_again: false,
                so_far: None,
                first: reply,
                others: Vec::new(),
            }),
        };
        self.note();
        true
    }

    pub(super) fn get_mut(&mut self, lookup: &Lookup) -> Option<&mut Flight> {
        self.flights.get_mut(lookup)
    }

    /// Those whose servers were asked at least so long ago. Walks over all.
    pub(super) fn overdue(&self, now: Instant, time: Duration) -> Vec<Lookup> {
        let all = self.flights.iter();
        let overdue = all.filter(|(_, flight)| now.duration_since(flight.asked) >= time);
        overdue.map(|(lookup, _)| lookup.clone()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    /// It is under way no more.
    pub(super) fn end(&mut self, lookup: &Lookup) -> Option<Flight> {
        let flight = self.flights.remove(lookup);
        self.note();
        flight
    }

    /// Everything ends.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Flight> {
        let flights = std::mem::take(&mut self.flights);
        self.note();
        flights.into_values()
    }

    fn note(&self) {
        self.count.store(self.flights.len(), Ordering::Relaxed);
    }
}

impl Flight {
    fn join(&mut self, reply: Responder) {
        // Before it grows: so those who were cancelled are never more than those who wait.
        if self.others.len() == self.others.capacity() {
            let gone = self.others.extract_if(.., |reply| !reply.is_wanted());
            gone.for_each(|reply| give(reply, Err(ErrorCode::TryAgain)));
        }
        self.others.push(reply);
    }

    /// Whether anybody waits still.
    pub(super) fn is_wanted(&self) -> bool {
        self.first.is_wanted() || self.others.iter().any(Responder::is_wanted)
    }

    /// Gives all who wait this outcome; each is woken once what comes of it is dropped.
    pub(super) fn land(self, outcome: Outcome) -> impl Iterator<Item = Delivered> {
        let all = std::iter::once(self.first).chain(self.others);
        all.filter_map(move |reply| deliver(reply, outcome.clone()))
    }
}

/// Sends an outcome. What waits for it may be somebody else's code, whose panic is kept from the others.
pub(super) fn give(reply: Responder, outcome: Outcome) {
    drop(deliver(reply, outcome));
}

fn deliver(reply: Responder, outcome: Outcome) -> Option<Delivered> {
    catch_panic(|| reply.deliver(outcome))
}

#[cfg(test)]
mod tests {
    use super::super::plan::Health;
    use super::super::waiter::Waiter;
    use super::*;

    fn lookup() -> Lookup {
        Lookup::HostByName("a.test".into())
    }

    const MISS: Outcome = Err(ErrorCode::HostNotFound);

    fn flights() -> Flights {
        Flights::new(Arc::default())
    }

    fn begin(flights: &mut Flights, reply: Responder) -> bool {
        let plan = || Plan::new(&mut Health::new(1, false));
        flights.begin(&lookup(), reply, plan)
    }

    fn land(flights: &mut Flights) {
        flights.end(&lookup()).unwrap().land(MISS).for_each(drop);
    }

    #[test]
    fn one_asks_and_all_get_the_answer() {
        let (mut flights, waiters) = (flights(), [(); 3].map(|()| Waiter::default()));
        assert!(begin(&mut flights, waiters[0].reply()));
        assert!(!begin(&mut flights, waiters[1].reply()));
        assert!(!begin(&mut flights, waiters[2].reply()));
        assert_eq!(flights.count.load(Ordering::Relaxed), 1);
        land(&mut flights);
        for waiter in &waiters {
            assert_eq!(waiter.got().last(), Some(&MISS));
        }
        assert_eq!(flights.count.load(Ordering::Relaxed), 0);
        assert!(begin(&mut flights, waiters[0].reply()), "it has ended");
    }

    #[test]
    fn it_is_wanted_while_one_waits_and_no_longer() {
        let (mut flights, waiters) = (flights(), [(); 2].map(|()| Waiter::default()));
        for waiter in &waiters {
            begin(&mut flights, waiter.reply());
        }
        waiters[0].cancel();
        assert!(flights.get_mut(&lookup()).unwrap().is_wanted());
        waiters[1].cancel();
        assert!(!flights.get_mut(&lookup()).unwrap().is_wanted());
    }

    #[test]
    fn those_who_were_cancelled_do_not_pile_up() {
        let (mut flights, stays) = (flights(), Waiter::default());
        begin(&mut flights, stays.reply());
        for _ in 0..100_000 {
            let goes = Waiter::default();
            assert!(!begin(&mut flights, goes.reply()));
            goes.cancel();
        }
        assert!(flights.get_mut(&lookup()).unwrap().others.capacity() <= 8);
        land(&mut flights);
        assert_eq!(stays.got(), [MISS]);
    }

    #[test]
    fn a_panic_keeps_the_answer_from_no_other() {
        let (mut flights, waiter) = (flights(), Waiter::default());
        begin(
            &mut flights,
            Responder::new(|_| panic!("as it was told to")),
        );
        let panics = Responder::new(|_| panic!("as it was told to"));
        assert!(!begin(&mut flights, panics));
        assert!(!begin(&mut flights, waiter.reply()));
        land(&mut flights);
        assert_eq!(waiter.got(), [MISS]);
    }
}
