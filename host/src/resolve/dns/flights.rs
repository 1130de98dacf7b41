//! Who waits for what: one question for all who ask the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

use crate::resolve::{Lookup, Reply};
use crate::types::Outcome;

/// Lookups that are under way, with those who wait for each.
#[derive(Default)]
pub(super) struct Flights(DashMap<Lookup, Waiting>);

/// Only ever seen by whoever has the map's entry to itself, so that the mutex is never locked: a reply is no thing to
/// be shared, and the map does not know that it is not.
type Waiting = Mutex<Vec<Reply>>;

fn of(waiting: &mut Waiting) -> &mut Vec<Reply> {
    waiting.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// What became of one who asks.
pub(super) enum Joined {
    /// The first to ask this: the question must be asked.
    First,
    /// It waits for the answer to an earlier one.
    Waits,
    /// It is answered by now.
    Known(Reply, Outcome),
}

impl Flights {
    /// Has somebody wait. What `known` says is looked at once more for the first, as the answer to an earlier
    /// question may just have come.
    pub(super) fn join(
        &self,
        lookup: &Lookup,
        reply: Reply,
        known: impl FnOnce() -> Option<Outcome>,
    ) -> Joined {
        match self.0.entry(lookup.clone()) {
            Entry::Occupied(mut entry) => {
                let waiting = of(entry.get_mut());
                let mut gone = Vec::new();
                // Before it grows: so those who were cancelled are never more than those who wait.
                if waiting.len() == waiting.capacity() {
                    gone.extend(waiting.extract_if(.., |reply| !reply.is_wanted()));
                }
                waiting.push(reply);
                drop(entry);
                // Somebody else's code may be in it, so not while the map is locked.
                drop(gone);
                Joined::Waits
            }
            Entry::Vacant(entry) => match known() {
                Some(outcome) => Joined::Known(reply, outcome),
                None => {
                    entry.insert(Mutex::new(vec![reply]));
                    Joined::First
                }
            },
        }
    }

    /// Whether anybody waits still. If not, the lookup is under way no more.
    pub(super) fn is_wanted(&self, lookup: &Lookup) -> bool {
        let unwanted =
            |_: &Lookup, waiting: &mut Waiting| of(waiting).iter().all(|reply| !reply.is_wanted());
        // Dropped only here, where the map is unlocked.
        let gone = self.0.remove_if_mut(lookup, unwanted);
        gone.is_none() && self.0.contains_key(lookup)
    }

    /// Gives all who wait this outcome. A panic of one of them keeps it from no other.
    pub(super) fn land(&self, lookup: &Lookup, outcome: &Outcome) {
        let Some((_, mut waiting)) = self.0.remove(lookup) else {
            return;
        };
        for reply in of(&mut waiting).drain(..) {
            let outcome = outcome.clone();
            let _ = catch_unwind(AssertUnwindSafe(|| reply.send(outcome)));
        }
    }

    /// Gives everybody this outcome.
    pub(super) fn land_all(&self, outcome: &Outcome) {
        let lookups: Vec<_> = self.0.iter().map(|entry| entry.key().clone()).collect();
        for lookup in lookups {
            self.land(&lookup, outcome);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Receiver;
    use crate::types::ErrorCode;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// One who waits until it is cancelled.
    #[derive(Clone, Default)]
    struct Waiter {
        cancelled: Arc<AtomicBool>,
        got: Arc<Mutex<Vec<Outcome>>>,
    }

    impl Waiter {
        fn reply(&self) -> Reply {
            Reply::to_another(self.clone())
        }

        fn cancel(&self) {
            self.cancelled.store(true, Ordering::Relaxed);
        }

        fn got(&self) -> Vec<Outcome> {
            self.got.lock().unwrap().clone()
        }
    }

    impl Receiver for Waiter {
        fn is_wanted(&self) -> bool {
            !self.cancelled.load(Ordering::Relaxed)
        }

        fn receive(self: Box<Self>, outcome: Outcome) {
            self.got.lock().unwrap().push(outcome);
        }
    }

    fn lookup() -> Lookup {
        Lookup::HostByName("a.test".into())
    }

    fn is_first(flights: &Flights, waiter: &Waiter) -> bool {
        match flights.join(&lookup(), waiter.reply(), || None) {
            Joined::First => true,
            Joined::Waits => false,
            Joined::Known(..) => panic!("nothing is known"),
        }
    }

    const MISS: Outcome = Err(ErrorCode::HostNotFound);

    #[test]
    fn one_asks_and_all_get_the_answer() {
        let (flights, waiters) = (Flights::default(), [(); 3].map(|()| Waiter::default()));
        assert!(is_first(&flights, &waiters[0]));
        assert!(!is_first(&flights, &waiters[1]) && !is_first(&flights, &waiters[2]));
        flights.land(&lookup(), &MISS);
        for waiter in &waiters {
            assert_eq!(waiter.got(), [MISS]);
        }
        assert!(is_first(&flights, &waiters[0]), "it has ended");
    }

    #[test]
    fn what_is_known_by_then_is_not_asked() {
        let (flights, waiter) = (Flights::default(), Waiter::default());
        let joined = flights.join(&lookup(), waiter.reply(), || Some(MISS));
        assert!(matches!(joined, Joined::Known(_, MISS)));
        assert_eq!(flights.len(), 0);
    }

    #[test]
    fn it_goes_on_while_one_waits_and_no_longer() {
        let (flights, waiters) = (Flights::default(), [(); 2].map(|()| Waiter::default()));
        for waiter in &waiters {
            is_first(&flights, waiter);
        }
        waiters[0].cancel();
        assert!(flights.is_wanted(&lookup()));
        waiters[1].cancel();
        assert!(!flights.is_wanted(&lookup()));
        assert_eq!(flights.len(), 0);
        assert!(!flights.is_wanted(&lookup()), "nobody has asked");
    }

    #[test]
    fn those_who_were_cancelled_do_not_pile_up() {
        let (flights, stays) = (Flights::default(), Waiter::default());
        is_first(&flights, &stays);
        for _ in 0..100_000 {
            let goes = Waiter::default();
            assert!(!is_first(&flights, &goes));
            goes.cancel();
        }
        assert!(of(&mut flights.0.get_mut(&lookup()).unwrap()).capacity() <= 8);
        flights.land(&lookup(), &MISS);
        assert_eq!(stays.got(), [MISS]);
    }

    #[test]
    fn a_panic_keeps_the_answer_from_no_other() {
        let (flights, waiter) = (Flights::default(), Waiter::default());
        let panics = Reply::new(|_| panic!("as it was told to"));
        flights.join(&lookup(), panics, || None);
        is_first(&flights, &waiter);
        flights.land_all(&MISS);
        assert_eq!(waiter.got(), [MISS]);
    }
}
