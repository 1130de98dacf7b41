//! Distributes permits among clients, so that no guest's lookups keep another guest's waiting.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use std::mem;
use std::ops::Bound;

use super::lookup_queue::{LookupQueue, PendingLookup, SWEEP_STEPS, Sweep};
use crate::lookup::Client;

/// A client holds less than one in this many of the free permits.
const SHARE: usize = 8;

/// Lookups that wait for a permit, by client, and the permits.
///
/// A query holds a permit while it is in flight. A client may acquire a permit while it holds none,
/// or less than an eighth of the free ones. So a lone client holds a ninth of all permits at most.
/// Twenty greedy clients leave a tenth, and a newcomer gets a permit at once.
///
/// Clients that may acquire a permit get one each, in the order of their tickets. The other clients
/// wait; the one that holds the fewest permits is the next that may acquire one.
pub(super) struct FairQueue {
    permits: Permits,
    /// Clients that hold a permit or wait for one.
    clients: BTreeMap<Client, ClientState>,
    /// Clients that wait and may acquire a permit, as far as is known, by ticket.
    wait_queue: BTreeMap<u64, Client>,
    /// Clients that wait and hold as many permits as they may.
    exhausted: BTreeSet<ExhaustedClient>,
    /// The latest ticket. A client gets a new ticket with each permit.
    last_ticket: u64,
    /// Lookups that wait.
    waiting: usize,
    sweep: Sweep,
    /// The clients that this sweep is through with.
    swept: Bound<Client>,
}

struct Permits {
    total: usize,
    held: usize,
}

#[derive(Default)]
struct ClientState {
    permits: usize,
    lookups: LookupQueue,
    /// `None` while it waits for nothing.
    position: Option<Position>,
}

/// Where a waiting client stands, with its ticket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    InWaitQueue(u64),
    Exhausted(u64),
}

/// Ordered by the permits held, then by the ticket: the client that holds least comes first, then
/// the one that has waited longest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ExhaustedClient {
    permits: usize,
    ticket: u64,
    client: Client,
}

impl FairQueue {
    pub(super) fn new(permits: usize) -> FairQueue {
        FairQueue {
            permits: Permits::new(permits),
            clients: BTreeMap::new(),
            wait_queue: BTreeMap::new(),
            exhausted: BTreeSet::new(),
            last_ticket: 0,
            waiting: 0,
            sweep: Sweep::default(),
            swept: Bound::Unbounded,
        }
    }

    /// Adds a lookup. Returns the cancelled lookups that this call has removed: up to
    /// [`SWEEP_STEPS`].
    pub(super) fn push(&mut self, lookup: PendingLookup) -> Vec<PendingLookup> {
        let mut removed = Vec::new();
        for _ in 0..SWEEP_STEPS {
            if self.sweep.is_on(self.waiting) {
                self.sweep_one(&mut removed);
            }
        }
        let client = lookup.1.client();
        let state = self.clients.entry(client).or_default();
        state.lookups.push(lookup);
        self.waiting += 1;
        if state.position.is_none() {
            self.last_ticket += 1;
            state.position = Some(Position::InWaitQueue(self.last_ticket));
            self.wait_queue.insert(self.last_ticket, client);
        }
        removed
    }

    /// Removes the next lookup, which holds a permit from here on, if a client may acquire one.
    pub(super) fn next(&mut self) -> Option<PendingLookup> {
        if !self.has_next() {
            return None;
        }
        let (_, client) = self.wait_queue.pop_first()?;
        let state = self.clients.get_mut(&client)?;
        let lookup = state.lookups.pop()?;
        self.waiting -= 1;
        self.permits.held += 1;
        state.permits += 1;
        self.last_ticket += 1;
        state.position = (!state.lookups.is_empty()).then(|| {
            self.wait_queue.insert(self.last_ticket, client);
            Position::InWaitQueue(self.last_ticket)
        });
        Some(lookup)
    }

    /// Whether a lookup may acquire a permit. Moves at most one client out of the exhausted ones:
    /// the cost of a released permit does not grow with the clients.
    pub(super) fn has_next(&mut self) -> bool {
        if let Some(&first) = self.exhausted.first()
            && self.permits.is_available(first.permits)
        {
            // The client keeps its ticket, so that no client in the wait queue overtakes it.
            let position = Position::InWaitQueue(first.ticket);
            self.change(first.client, |state| state.position = Some(position));
        }
        while let Some((&ticket, &client)) = self.wait_queue.first_key_value() {
            let held = self.clients.get(&client).map_or(0, |state| state.permits);
            if self.permits.is_available(held) {
                return true;
            }
            let position = Position::Exhausted(ticket);
            self.change(client, |state| state.position = Some(position));
        }
        false
    }

    /// Releases a permit of a client.
    pub(super) fn release(&mut self, client: Client) {
        self.permits.held -= 1;
        self.change(client, |state| state.permits -= 1);
    }

    /// Removes all lookups.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = PendingLookup> + use<> {
        self.wait_queue.clear();
        self.exhausted.clear();
        self.waiting = 0;
        let clients = mem::take(&mut self.clients);
        let states = clients.into_values();
        states.flat_map(|state| state.lookups.into_iter())
    }

    /// Checks one lookup, and removes it if it was cancelled; or goes on to the next client.
    fn sweep_one(&mut self, removed: &mut Vec<PendingLookup>) {
        let next = (self.swept, Bound::Unbounded);
        let Some((&client, state)) = self.clients.range_mut(next).next() else {
            self.swept = Bound::Unbounded;
            return self.sweep.end(self.waiting);
        };
        let before = state.lookups.len();
        if state.lookups.sweep_one(removed) {
            self.swept = Bound::Excluded(client);
        }
        self.waiting -= before - state.lookups.len();
        self.change(client, |_| ());
    }

    /// Changes a client's state, and moves the client to where that state belongs.
    fn change(&mut self, client: Client, change: impl FnOnce(&mut ClientState)) {
        let Entry::Occupied(mut entry) = self.clients.entry(client) else {
            return;
        };
        let state = entry.get_mut();
        match state.position {
            Some(Position::InWaitQueue(ticket)) => drop(self.wait_queue.remove(&ticket)),
            Some(Position::Exhausted(ticket)) => {
                self.exhausted.remove(&state.exhausted(ticket, client));
            }
            None => {}
        }
        change(state);
        if state.lookups.is_empty() {
            state.position = None;
        }
        match state.position {
            Some(Position::InWaitQueue(ticket)) => drop(self.wait_queue.insert(ticket, client)),
            Some(Position::Exhausted(ticket)) => {
                self.exhausted.insert(state.exhausted(ticket, client));
            }
            None if state.permits == 0 => drop(entry.remove()),
            None => {}
        }
    }
}

impl Permits {
    fn new(total: usize) -> Permits {
        Permits { total, held: 0 }
    }

    /// Whether a client that holds `held` permits may acquire one more.
    fn is_available(&self, held: usize) -> bool {
        let free = self.total - self.held;
        free > 0 && held < (free / SHARE).max(1)
    }
}

impl ClientState {
    fn exhausted(&self, ticket: u64, client: Client) -> ExhaustedClient {
        ExhaustedClient {
            permits: self.permits,
            ticket,
            client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lookup_queue::MIN_SWEEP;
    use super::super::waiter::Waiter;
    use super::*;
    use crate::lookup::Lookup;
    use crate::resolvers::search::Search;

    fn lookup(n: usize) -> Search {
        Lookup::HostByName(format!("{n}.test").into()).into()
    }

    fn client(session: u64) -> Client {
        Client::of_session(session)
    }

    /// The clients that acquire a permit, in order, until none may.
    fn acquire_all(queue: &mut FairQueue) -> Vec<Client> {
        let next = || queue.next().map(|(_, responder)| responder.client());
        std::iter::from_fn(next).collect()
    }

    fn push(queue: &mut FairQueue, session: u64, count: usize) -> Vec<Waiter> {
        let waiters: Vec<_> = (0..count).map(|_| Waiter::of(session)).collect();
        for (n, waiter) in waiters.iter().enumerate() {
            let removed = queue.push((lookup(n), waiter.responder()));
            assert!(removed.iter().all(|(_, responder)| !responder.is_wanted()));
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
    fn lone_client_holds_a_ninth_and_twenty_clients_leave_a_tenth() {
        let mut queue = FairQueue::new(9000);
        for session in 1..=20 {
            push(&mut queue, session, 10_000);
            let acquired = acquire_all(&mut queue);
            assert_eq!(acquired.len(), count(&acquired, session));
            assert!(session > 1 || acquired.len() == 1000, "{}", acquired.len());
        }
        assert!(queue.permits.held < 8150, "{}", queue.permits.held);
        push(&mut queue, 21, 1);
        assert_eq!(acquire_all(&mut queue), [client(21)]);
    }

    #[test]
    fn clients_that_come_together_hold_equal_shares() {
        let mut queue = FairQueue::new(1200);
        for session in 1..=4 {
            push(&mut queue, session, 1000);
        }
        let acquired = acquire_all(&mut queue);
        for session in 1..=4 {
            assert_eq!(count(&acquired, session), 100);
        }
    }

    #[test]
    fn released_permit_goes_to_the_client_that_holds_least() {
        let mut queue = FairQueue::new(90);
        push(&mut queue, 1, 100);
        assert_eq!(acquire_all(&mut queue).len(), 10);
        push(&mut queue, 2, 100);
        assert_eq!(count(&acquire_all(&mut queue), 2), 9);
        for _ in 0..3 {
            queue.release(client(2));
            queue.release(client(1));
        }
        let acquired = acquire_all(&mut queue);
        assert_eq!(acquired[..2], [client(2), client(1)]);
        assert_eq!((count(&acquired, 1), count(&acquired, 2)), (2, 3));
    }

    #[test]
    fn clients_take_turns_with_a_single_permit() {
        let mut queue = FairQueue::new(1);
        for session in 1..=3 {
            push(&mut queue, session, 2);
        }
        let mut acquired = Vec::new();
        while let [one] = acquire_all(&mut queue)[..] {
            queue.release(one);
            acquired.push(one);
        }
        assert_eq!(acquired, [1, 2, 3, 1, 2, 3].map(client));
        assert!(queue.clients.is_empty());
        assert!(queue.wait_queue.is_empty() && queue.exhausted.is_empty());
    }

    #[test]
    fn cancelled_lookups_do_not_pile_up() {
        let mut queue = FairQueue::new(2);
        let holders = push(&mut queue, 1, 1);
        assert_eq!(acquire_all(&mut queue).len(), holders.len());
        for session in 1..10_000 {
            for waiter in push(&mut queue, session, 10) {
                waiter.cancel();
            }
            assert!(queue.waiting <= 2 * MIN_SWEEP, "{}", queue.waiting);
        }
        while queue.waiting > 0 {
            queue.sweep_one(&mut Vec::new());
        }
        assert!(!queue.has_next());
        assert_eq!(
            (queue.waiting, queue.wait_queue.len(), queue.clients.len()),
            (0, 0, 1)
        );
        queue.release(client(1));
        push(&mut queue, 2, 1);
        assert_eq!(acquire_all(&mut queue), [client(2)]);
    }
}
