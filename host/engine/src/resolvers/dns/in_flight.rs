//! In-flight queries, coalesced: equal lookups are one query.

use std::collections::hash_map::{Entry, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use quick_cache::DefaultHashBuilder;
use slotmap::SlotMap;

use super::derived::Ends;
use super::keys::{AttemptKey, DerivedKey, QueryKey};
use super::lookup_queue::{LookupQueue, SWEEP_STEPS, Sweep};
use super::server_selection::{ServerSelection, ServerSet};
use crate::lookup::{Client, Delivered, Responder, SharedOutcome, TimedOutcome};
use crate::panics::catch_panic;
use crate::resolvers::search::{Search, SearchState};
use crate::types::ErrorCode;

/// Waiters that one call checks for a cancel.
const MAX_CHECKED: usize = 64;

/// The queries in flight, by search.
pub(super) struct InFlightQueries {
    keys: HashMap<Search, QueryKey, DefaultHashBuilder>,
    queries: SlotMap<QueryKey, InFlightQuery>,
    derived_keys: HashMap<Search, DerivedKey, DefaultHashBuilder>,
    derived: SlotMap<DerivedKey, DerivedQuery>,
    /// The number of queries, for other threads.
    count: Arc<AtomicUsize>,
}

/// One query: the state of its search, and who waits for its outcome.
pub(super) struct InFlightQuery {
    pub(super) search: Search,
    /// The client that it is asked for.
    pub(super) client: Client,
    /// Whether it holds a permit of that client. If not, a derived lookup that waits for it does.
    pub(super) holds_permit: bool,
    /// Which name of the search the question is for.
    pub(super) state: SearchState,
    /// Whether a server has answered the current question with SERVFAIL.
    pub(super) has_servfail: bool,
    /// The servers of the current question.
    pub(super) selection: ServerSelection,
    /// The attempts at the servers that have the question, each with its server.
    pub(super) attempts: Vec<(usize, AttemptKey)>,
    /// The servers whose time-out is not over: they get the question again.
    pub(super) current: ServerSet,
    /// When these servers got the question.
    pub(super) sent_at: Instant,
    /// How long until the question is sent again.
    pub(super) interval: Duration,
    /// When to send the question again, or to go on to the next server.
    pub(super) timer: Option<Instant>,
    pub(super) waiters: Waiters,
    /// The derived lookups that wait for it too, each with the place of the query's end in it.
    pub(super) derived: Vec<(DerivedKey, usize)>,
}

/// Equal [derived](super::derived) lookups in flight.
pub(super) struct DerivedQuery {
    pub(super) search: Search,
    /// The client whose permit it holds.
    pub(super) client: Client,
    /// Which name of the search the questions are for.
    pub(super) state: SearchState,
    /// How the questions have ended.
    pub(super) ends: Ends,
    /// The questions that have not ended.
    pub(super) left: usize,
    /// Bytes of the answers that wait for another question's end.
    pub(super) bytes: usize,
    pub(super) waiters: Waiters,
}

/// The clients that wait for the outcome of one query, each with its lookups.
#[derive(Default)]
pub(super) struct Waiters {
    /// Sorted by client.
    clients: Vec<ClientWaiters>,
}

/// The lookups of one client that wait for the outcome of one query.
pub(super) struct ClientWaiters {
    pub(super) client: Client,
    queue: LookupQueue<Responder>,
    sweep: Sweep,
}

impl InFlightQueries {
    pub(super) fn new(count: Arc<AtomicUsize>) -> InFlightQueries {
        InFlightQueries {
            keys: HashMap::default(),
            queries: SlotMap::with_key(),
            derived_keys: HashMap::default(),
            derived: SlotMap::with_key(),
            count,
        }
    }

    /// Adds a responder to the query for a search. Returns the key of the query if it is new: the
    /// caller must send its question then, by `selection`.
    pub(super) fn join_or_insert(
        &mut self,
        search: Search,
        state: SearchState,
        responder: Responder,
        selection: impl FnOnce() -> ServerSelection,
    ) -> Option<QueryKey> {
        let client = responder.client();
        let (key, is_new) = self.get_or_insert(search, client, state, selection);
        let query = self.queries.get_mut(key)?;
        query.waiters.push(responder);
        query.holds_permit |= is_new;
        is_new.then_some(key)
    }

    /// Adds a derived lookup to the query of one of its questions, whose end has this place in it.
    /// Returns the key of the query if it is new: the caller must send its question then.
    pub(super) fn join_or_insert_for(
        &mut self,
        (derived, place): (DerivedKey, usize),
        search: Search,
        state: SearchState,
        selection: impl FnOnce() -> ServerSelection,
    ) -> Option<QueryKey> {
        let client = self.derived.get(derived)?.client;
        let (key, is_new) = self.get_or_insert(search, client, state, selection);
        let query = self.queries.get_mut(key)?;
        query.derived.push((derived, place));
        is_new.then_some(key)
    }

    /// Adds a responder to the derived lookup for a search. Returns its key if it is new: the
    /// caller must ask its questions then.
    pub(super) fn join_or_insert_derived(
        &mut self,
        search: Search,
        state: SearchState,
        responder: Responder,
    ) -> Option<DerivedKey> {
        let entry = match self.derived_keys.entry(search) {
            Entry::Occupied(entry) => {
                if let Some(derived) = self.derived.get_mut(*entry.get()) {
                    derived.waiters.push(responder);
                }
                return None;
            }
            Entry::Vacant(entry) => entry,
        };
        let client = responder.client();
        let mut waiters = Waiters::default();
        waiters.push(responder);
        let key = self.derived.insert(DerivedQuery {
            search: entry.key().clone(),
            client,
            state,
            ends: Ends::default(),
            left: 0,
            bytes: 0,
            waiters,
        });
        entry.insert(key);
        Some(key)
    }

    /// The query for a search, and whether it is new.
    fn get_or_insert(
        &mut self,
        search: Search,
        client: Client,
        state: SearchState,
        selection: impl FnOnce() -> ServerSelection,
    ) -> (QueryKey, bool) {
        let entry = match self.keys.entry(search) {
            Entry::Occupied(entry) => return (*entry.get(), false),
            Entry::Vacant(entry) => entry,
        };
        let key = self.queries.insert(InFlightQuery {
            search: entry.key().clone(),
            client,
            holds_permit: false,
            state,
            has_servfail: false,
            selection: selection(),
            attempts: Vec::new(),
            current: ServerSet::default(),
            sent_at: Instant::now(),
            interval: Duration::ZERO,
            timer: None,
            waiters: Waiters::default(),
            derived: Vec::new(),
        });
        entry.insert(key);
        self.update_count();
        (key, true)
    }

    /// Whether any client still waits for a query, as far as a bounded number of steps tells.
    pub(super) fn is_wanted(&mut self, key: QueryKey) -> bool {
        self.queries.get_mut(key).is_some_and(|query| {
            let mut derived = query.derived.iter();
            query.waiters.is_wanted()
                || derived.any(|(key, _)| {
                    let derived = self.derived.get_mut(*key);
                    derived.is_some_and(|derived| derived.waiters.is_wanted())
                })
        })
    }

    pub(super) fn get_derived(&mut self, key: DerivedKey) -> Option<&mut DerivedQuery> {
        self.derived.get_mut(key)
    }

    pub(super) fn remove_derived(&mut self, key: DerivedKey) -> Option<DerivedQuery> {
        let derived = self.derived.remove(key)?;
        self.derived_keys.remove(&derived.search);
        Some(derived)
    }

    /// The query for a search, if there is one.
    pub(super) fn find(&self, search: &Search) -> Option<QueryKey> {
        self.keys.get(search).copied()
    }

    pub(super) fn get_mut(&mut self, key: QueryKey) -> Option<&mut InFlightQuery> {
        self.queries.get_mut(key)
    }

    pub(super) fn remove(&mut self, key: QueryKey) -> Option<InFlightQuery> {
        let query = self.queries.remove(key)?;
        self.keys.remove(&query.search);
        self.update_count();
        Some(query)
    }

    /// Removes all queries and derived lookups. Returns all who wait for them.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Waiters> + '_ {
        self.keys.clear();
        self.derived_keys.clear();
        self.count.store(0, Ordering::Relaxed);
        let queries = self.queries.drain().map(|(_, query)| query.waiters);
        queries.chain(self.derived.drain().map(|(_, derived)| derived.waiters))
    }

    fn update_count(&self) {
        self.count.store(self.queries.len(), Ordering::Relaxed);
    }
}

impl Waiters {
    pub(super) fn push(&mut self, responder: Responder) {
        let client = responder.client();
        let index = match self.clients.binary_search_by_key(&client, |one| one.client) {
            Ok(index) => index,
            Err(index) => {
                self.clients.insert(index, ClientWaiters::new(client));
                index
            }
        };
        self.clients[index].push(responder);
    }

    /// Whether any client still waits, as far as a bounded number of steps tells.
    pub(super) fn is_wanted(&mut self) -> bool {
        for _ in 0..MAX_CHECKED {
            let Some(client) = self.clients.last_mut() else {
                return false;
            };
            match client.queue.pop_unwanted() {
                Some(responder) => send(responder, Err(ErrorCode::TryAgain)),
                None if client.is_empty() => drop(self.clients.pop()),
                None => return true,
            }
        }
        true
    }

    /// The lookups of each client.
    pub(super) fn into_clients(self) -> Vec<ClientWaiters> {
        self.clients
    }
}

impl ClientWaiters {
    fn new(client: Client) -> ClientWaiters {
        ClientWaiters {
            client,
            queue: LookupQueue::default(),
            sweep: Sweep::default(),
        }
    }

    /// Adds a lookup, and removes some of those that were cancelled: they never outnumber the
    /// others for long.
    fn push(&mut self, responder: Responder) {
        self.queue.push(responder);
        let mut removed = Vec::new();
        for _ in 0..SWEEP_STEPS {
            if self.sweep.is_on(self.queue.len()) && self.queue.sweep_one(&mut removed) {
                self.sweep.end(self.queue.len());
            }
        }
        for responder in removed {
            send(responder, Err(ErrorCode::TryAgain));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Gives the outcome to the next lookup. Dropping the result wakes the session.
    pub(super) fn deliver_one(&mut self, outcome: &mut SharedOutcome) -> Option<Delivered> {
        let responder = self.queue.pop()?;
        catch_panic(|| responder.deliver_shared(outcome))
    }
}

/// Sends an outcome. A panic in the receiver's code, which may be the embedder's, is contained.
pub(super) fn send(responder: Responder, outcome: impl Into<TimedOutcome>) {
    let outcome = outcome.into();
    drop(catch_panic(|| responder.deliver(outcome)));
}

#[cfg(test)]
mod tests {
    use super::super::lookup_queue::MIN_SWEEP;
    use super::super::server_selection::ServerHealth;
    use super::super::waiter::Waiter;
    use super::*;
    use crate::lookup::Lookup;
    use crate::resolvers::search::SearchList;
    use crate::types::Outcome;

    fn search() -> Search {
        Lookup::HostByName("a.test".into()).into()
    }

    const MISS: Outcome = Err(ErrorCode::HostNotFound);

    fn queries() -> InFlightQueries {
        InFlightQueries::new(Arc::default())
    }

    fn join_or_insert(queries: &mut InFlightQueries, responder: Responder) -> Option<QueryKey> {
        let selection = || ServerSelection::new(&mut ServerHealth::new(1, false));
        let state = SearchState::new(&search(), &SearchList::default()).unwrap();
        queries.join_or_insert(search(), state, responder, selection)
    }

    fn complete(queries: &mut InFlightQueries, key: QueryKey) {
        let query = queries.remove(key).unwrap();
        let mut outcome = SharedOutcome::new(MISS);
        for mut waiters in query.waiters.into_clients() {
            while !waiters.is_empty() {
                drop(waiters.deliver_one(&mut outcome));
            }
        }
    }

    fn waiting(query: &InFlightQuery) -> usize {
        let clients = query.waiters.clients.iter();
        clients.map(|client| client.queue.len()).sum()
    }

    #[test]
    fn equal_lookups_are_one_query_and_all_get_its_outcome() {
        let (mut queries, waiters) = (queries(), [(); 3].map(|()| Waiter::default()));
        let key = join_or_insert(&mut queries, waiters[0].responder()).unwrap();
        assert!(join_or_insert(&mut queries, waiters[1].responder()).is_none());
        assert!(join_or_insert(&mut queries, waiters[2].responder()).is_none());
        assert_eq!(queries.count.load(Ordering::Relaxed), 1);
        complete(&mut queries, key);
        for waiter in &waiters {
            assert_eq!(waiter.outcomes().last(), Some(&MISS));
        }
        assert_eq!(queries.count.load(Ordering::Relaxed), 0);
        let new = join_or_insert(&mut queries, waiters[0].responder());
        assert!(new.is_some(), "the first query has ended");
    }

    #[test]
    fn query_is_wanted_until_the_last_waiter_cancels() {
        let (mut queries, waiters) = (queries(), [(); 2].map(|()| Waiter::default()));
        let key = join_or_insert(&mut queries, waiters[0].responder()).unwrap();
        join_or_insert(&mut queries, waiters[1].responder());
        waiters[0].cancel();
        assert!(queries.get_mut(key).unwrap().waiters.is_wanted());
        waiters[1].cancel();
        assert!(!queries.get_mut(key).unwrap().waiters.is_wanted());
    }

    // S-S7: no call checks more than a bounded number of waiters.
    #[test]
    fn query_of_many_cancelled_waiters_is_unwanted_after_some_calls() {
        let mut queries = queries();
        let waiters = [(); 3 * MAX_CHECKED].map(|()| Waiter::default());
        let key = join_or_insert(&mut queries, waiters[0].responder()).unwrap();
        for waiter in &waiters[1..] {
            join_or_insert(&mut queries, waiter.responder());
        }
        waiters.iter().for_each(Waiter::cancel);
        let query = queries.get_mut(key).unwrap();
        assert!(query.waiters.is_wanted() && query.waiters.is_wanted());
        assert_eq!(waiting(query), MAX_CHECKED);
        assert!(query.waiters.is_wanted() && !query.waiters.is_wanted());
    }

    #[test]
    fn cancelled_waiters_do_not_pile_up() {
        let (mut queries, stays) = (queries(), Waiter::default());
        let key = join_or_insert(&mut queries, stays.responder()).unwrap();
        for _ in 0..100_000 {
            let goes = Waiter::default();
            assert!(join_or_insert(&mut queries, goes.responder()).is_none());
            goes.cancel();
        }
        assert!(waiting(queries.get_mut(key).unwrap()) <= 2 * MIN_SWEEP);
        complete(&mut queries, key);
        assert_eq!(stays.outcomes(), [MISS]);
    }

    #[test]
    fn panic_in_one_receiver_keeps_the_outcome_from_no_other() {
        let (mut queries, waiter) = (queries(), Waiter::default());
        let panics = || Responder::new(|_| panic!("as it was told to"));
        let key = join_or_insert(&mut queries, panics()).unwrap();
        join_or_insert(&mut queries, panics());
        join_or_insert(&mut queries, waiter.responder());
        complete(&mut queries, key);
        assert_eq!(waiter.outcomes(), [MISS]);
    }
}
