//! In-flight queries, coalesced: equal lookups are one query.

use std::collections::hash_map::{Entry, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{iter, mem};

use quick_cache::DefaultHashBuilder;

use super::server_selection::ServerSelection;
use crate::lookup::{Client, Delivered, Responder};
use crate::panics::catch_panic;
use crate::resolvers::search::{Search, SearchState};
use crate::types::{ErrorCode, Outcome};

/// The queries in flight, by search.
pub(super) struct InFlightQueries {
    queries: HashMap<Search, InFlightQuery, DefaultHashBuilder>,
    /// The length of the map, for other threads.
    count: Arc<AtomicUsize>,
}

/// One query: the state of its search, and who waits for its outcome.
pub(super) struct InFlightQuery {
    /// The client whose permit it holds.
    pub(super) client: Client,
    /// The number of its current question.
    pub(super) question: u64,
    /// Which name of the search the question is for.
    pub(super) state: SearchState,
    /// Whether a server has answered the current question with SERVFAIL.
    pub(super) has_servfail: bool,
    /// The servers of the current question.
    pub(super) selection: ServerSelection,
    /// When a server last got the question.
    pub(super) sent_at: Instant,
    /// Whether it has had its one retry after a malformed message. From then on its questions have
    /// ports of their own, as far as ports are free.
    pub(super) is_retried: bool,
    first: Responder,
    others: Vec<Responder>,
}

impl InFlightQueries {
    pub(super) fn new(count: Arc<AtomicUsize>) -> InFlightQueries {
        InFlightQueries {
            queries: HashMap::default(),
            count,
        }
    }

    /// Adds a responder to the query for a lookup. Returns whether the query is new: the caller
    /// must send its question then, by `selection`.
    pub(super) fn join_or_insert(
        &mut self,
        search: &Search,
        state: SearchState,
        responder: Responder,
        selection: impl FnOnce() -> ServerSelection,
    ) -> bool {
        match self.queries.entry(search.clone()) {
            Entry::Occupied(mut entry) => {
                entry.get_mut().join(responder);
                return false;
            }
            Entry::Vacant(entry) => entry.insert(InFlightQuery {
                client: responder.client(),
                question: 0,
                state,
                has_servfail: false,
                selection: selection(),
                sent_at: Instant::now(),
                is_retried: false,
                first: responder,
                others: Vec::new(),
            }),
        };
        self.update_count();
        true
    }

    pub(super) fn get_mut(&mut self, search: &Search) -> Option<&mut InFlightQuery> {
        self.queries.get_mut(search)
    }

    /// The searches whose question was last sent at least `timeout` ago. Walks over all queries.
    pub(super) fn overdue(&self, now: Instant, timeout: Duration) -> Vec<Search> {
        let all = self.queries.iter();
        let overdue = all.filter(|(_, query)| now.duration_since(query.sent_at) >= timeout);
        overdue.map(|(search, _)| search.clone()).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    pub(super) fn remove(&mut self, search: &Search) -> Option<InFlightQuery> {
        let query = self.queries.remove(search);
        self.update_count();
        query
    }

    /// Removes all queries.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = InFlightQuery> {
        let queries = mem::take(&mut self.queries);
        self.update_count();
        queries.into_values()
    }

    fn update_count(&self) {
        self.count.store(self.queries.len(), Ordering::Relaxed);
    }
}

impl InFlightQuery {
    fn join(&mut self, responder: Responder) {
        // Before the vector grows, drop the cancelled: they never outnumber those who wait.
        if self.others.len() == self.others.capacity() {
            let gone = self.others.extract_if(.., |other| !other.is_wanted());
            gone.for_each(|other| send(other, Err(ErrorCode::TryAgain)));
        }
        self.others.push(responder);
    }

    /// Whether any client still waits.
    pub(super) fn is_wanted(&self) -> bool {
        self.first.is_wanted() || self.others.iter().any(Responder::is_wanted)
    }

    /// Gives the outcome to all who wait. Dropping what the iterator yields wakes each.
    pub(super) fn complete(self, outcome: Outcome) -> impl Iterator<Item = Delivered> {
        let all = iter::once(self.first).chain(self.others);
        all.filter_map(move |responder| deliver(responder, outcome.clone()))
    }
}

/// Sends an outcome. A panic in the receiver's code, which may be the embedder's, is contained.
pub(super) fn send(responder: Responder, outcome: Outcome) {
    drop(deliver(responder, outcome));
}

fn deliver(responder: Responder, outcome: Outcome) -> Option<Delivered> {
    catch_panic(|| responder.deliver(outcome))
}

#[cfg(test)]
mod tests {
    use super::super::server_selection::ServerHealth;
    use super::super::waiter::Waiter;
    use super::*;
    use crate::lookup::Lookup;
    use crate::resolvers::search::SearchList;

    fn lookup() -> Search {
        Lookup::HostByName("a.test".into()).into()
    }

    const MISS: Outcome = Err(ErrorCode::HostNotFound);

    fn queries() -> InFlightQueries {
        InFlightQueries::new(Arc::default())
    }

    fn join_or_insert(queries: &mut InFlightQueries, responder: Responder) -> bool {
        let selection = || ServerSelection::new(&mut ServerHealth::new(1, false));
        let state = SearchState::new(&lookup(), &SearchList::default()).unwrap();
        queries.join_or_insert(&lookup(), state, responder, selection)
    }

    fn complete(queries: &mut InFlightQueries) {
        let query = queries.remove(&lookup()).unwrap();
        query.complete(MISS).for_each(drop);
    }

    #[test]
    fn equal_lookups_are_one_query_and_all_get_its_outcome() {
        let (mut queries, waiters) = (queries(), [(); 3].map(|()| Waiter::default()));
        assert!(join_or_insert(&mut queries, waiters[0].responder()));
        assert!(!join_or_insert(&mut queries, waiters[1].responder()));
        assert!(!join_or_insert(&mut queries, waiters[2].responder()));
        assert_eq!(queries.count.load(Ordering::Relaxed), 1);
        complete(&mut queries);
        for waiter in &waiters {
            assert_eq!(waiter.outcomes().last(), Some(&MISS));
        }
        assert_eq!(queries.count.load(Ordering::Relaxed), 0);
        let is_new = join_or_insert(&mut queries, waiters[0].responder());
        assert!(is_new, "the first query has ended");
    }

    #[test]
    fn query_is_wanted_until_the_last_waiter_cancels() {
        let (mut queries, waiters) = (queries(), [(); 2].map(|()| Waiter::default()));
        for waiter in &waiters {
            join_or_insert(&mut queries, waiter.responder());
        }
        waiters[0].cancel();
        assert!(queries.get_mut(&lookup()).unwrap().is_wanted());
        waiters[1].cancel();
        assert!(!queries.get_mut(&lookup()).unwrap().is_wanted());
    }

    #[test]
    fn cancelled_waiters_do_not_pile_up() {
        let (mut queries, stays) = (queries(), Waiter::default());
        join_or_insert(&mut queries, stays.responder());
        for _ in 0..100_000 {
            let goes = Waiter::default();
            assert!(!join_or_insert(&mut queries, goes.responder()));
            goes.cancel();
        }
        assert!(queries.get_mut(&lookup()).unwrap().others.capacity() <= 8);
        complete(&mut queries);
        assert_eq!(stays.outcomes(), [MISS]);
    }

    #[test]
    fn panic_in_one_receiver_keeps_the_outcome_from_no_other() {
        let (mut queries, waiter) = (queries(), Waiter::default());
        let panics = || Responder::new(|_| panic!("as it was told to"));
        join_or_insert(&mut queries, panics());
        assert!(!join_or_insert(&mut queries, panics()));
        assert!(!join_or_insert(&mut queries, waiter.responder()));
        complete(&mut queries);
        assert_eq!(waiter.outcomes(), [MISS]);
    }
}
