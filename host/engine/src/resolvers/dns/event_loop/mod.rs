//! The event loop: one thread that owns the sockets and selects the servers of questions.
//!
//! Sessions put lookups into the thread's inbox and wake the thread if it sleeps. The thread works
//! in passes. Each step of a pass is bounded, whatever a guest or a server does. The steps start
//! lookups, read messages, handle timers, and deliver outcomes.

mod deliveries;
mod derived;
mod queries;

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use self::deliveries::Deliveries;
use super::cache::Cache;
use super::derived::{cached as derived_answer, is_derived};
use super::in_flight::{InFlightQueries, send};
use super::inbox::Inbox;
use super::keys::QueryKey;
use super::lookup_queue::PendingLookup;
use super::server_selection::{ServerHealth, ServerSelection};
use super::transport::Transport;
use crate::lookup::{Lookup, Responder, TimedOutcome};
use crate::resolvers::search::{Search, SearchByNone, SearchState};
use crate::resolvers::settings::Settings;
use crate::types::ErrorCode;

/// The most bytes of answers on their way: unjudged and judged, and one answer past the bound.
pub(super) const MAX_ANSWER_BYTES: usize = deliveries::MAX_HELD_BYTES;
pub(super) use self::derived::MAX_WAITING_BYTES;

/// Lookups that are started in one pass.
const MAX_STARTED: usize = 64;
/// Queries whose timers are handled in one pass.
const MAX_TIMERS: usize = 64;

/// The state that the resolver and its thread share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) cache: Cache,
    /// How many queries are in flight.
    pub(super) in_flight: Arc<AtomicUsize>,
    pub(super) inbox: Inbox,
}

impl Shared {
    /// The outcome of a search, if it is cached.
    pub(super) fn cached(&self, search: &Search, now: Instant) -> Option<TimedOutcome> {
        if is_derived(&search.lookup) {
            return derived_answer(&self.cache, search, &self.settings.search, now);
        }
        let outcome = self.cache.get(search, now);
        outcome.or_else(|| self.cached_answer(&search.lookup, now))
    }

    /// The answer for a name as it was given, if that is the first name of each search for it, and
    /// the answer is cached. No policy decides about other names then.
    pub(super) fn cached_answer(&self, lookup: &Lookup, now: Instant) -> Option<TimedOutcome> {
        if !self.settings.search.is_as_given_first(lookup) {
            return None;
        }
        let found = if is_derived(lookup) {
            let search = lookup.clone().into();
            derived_answer(&self.cache, &search, &self.settings.search, now)
        } else {
            self.cache.get(&SearchByNone::from(lookup), now)
        };
        found.filter(|found| found.outcome.is_ok())
    }
}

/// Starts the thread. No thread joins it: it ends when the inbox is closed.
pub(super) fn start(shared: Arc<Shared>, transport: Transport) -> io::Result<()> {
    let run = move || {
        // However the thread ends, also in a panic, no lookup stays in the inbox.
        let _guard = EndInboxOnDrop(Arc::clone(&shared));
        let mut event_loop = EventLoop::new(shared, transport);
        event_loop.run();
        event_loop.shut_down();
    };
    thread::Builder::new()
        .name("winsock-dns".into())
        .spawn(run)
        .map(drop)
}

struct EndInboxOnDrop(Arc<Shared>);

impl Drop for EndInboxOnDrop {
    fn drop(&mut self) {
        self.0.inbox.end();
    }
}

struct EventLoop {
    shared: Arc<Shared>,
    transport: Transport,
    waker: Waker,
    health: ServerHealth,
    /// Lookups out of the inbox. Empty between calls, and kept for its capacity.
    taken: Vec<PendingLookup>,
    queries: InFlightQueries,
    /// Bytes of the answers of derived lookups that wait for another question's end.
    waiting_bytes: usize,
    /// When to look at which query.
    timers: BTreeSet<(Instant, QueryKey)>,
    deliveries: Deliveries,
}

impl EventLoop {
    fn new(shared: Arc<Shared>, transport: Transport) -> EventLoop {
        let settings = &shared.settings;
        EventLoop {
            health: ServerHealth::new(settings.servers.len(), settings.rotate),
            queries: InFlightQueries::new(Arc::clone(&shared.in_flight)),
            waker: transport.waker(),
            shared,
            transport,
            waiting_bytes: 0,
            taken: Vec::new(),
            timers: BTreeSet::new(),
            deliveries: Deliveries::default(),
        }
    }

    fn run(&mut self) {
        while self.start_queries() {
            if self.poll().is_err() {
                return;
            }
            self.handle_replies();
            self.handle_timers();
            self.deliveries.deliver();
        }
    }

    /// Waits for the sockets, the inbox or the next timer. Does not wait if something is left to
    /// deliver.
    fn poll(&mut self) -> io::Result<()> {
        let inbox = &self.shared.inbox;
        let mut ready = pin!(inbox.ready.wait_until(|| !inbox.is_idle()));
        let is_ready = ready
            .as_mut()
            .poll(&mut Context::from_waker(&self.waker))
            .is_ready();
        let now = Instant::now();
        let timeout = if is_ready || !self.deliveries.is_empty() {
            Some(Duration::ZERO)
        } else {
            let first = self.timers.first();
            first.map(|(at, _)| at.saturating_duration_since(now))
        };
        self.transport.poll(timeout, now)
    }

    /// Starts queries for up to [`MAX_STARTED`] lookups with permits. False once the inbox is
    /// closed.
    fn start_queries(&mut self) -> bool {
        let mut taken = mem::take(&mut self.taken);
        let is_closed = self.shared.inbox.take(MAX_STARTED, &mut taken);
        for (search, responder) in taken.drain(..) {
            let client = responder.client();
            if is_closed {
                send(responder, Err(ErrorCode::TryAgain));
            } else if !self.start_query(search, responder) {
                self.shared.inbox.release(client);
            }
        }
        self.taken = taken;
        !is_closed
    }

    /// Answers a lookup from the cache, has it join an equal query, or starts a query. Returns
    /// whether the lookup keeps its permit.
    fn start_query(&mut self, search: Search, responder: Responder) -> bool {
        let now = Instant::now();
        if !responder.is_wanted() {
            send(responder, Err(ErrorCode::TryAgain));
            return false;
        }
        if let Some(outcome) = self.shared.cached(&search, now) {
            // Answered since `Dns::start` looked into the cache.
            send(responder, outcome);
            return false;
        }
        let state = match SearchState::new(&search, &self.shared.settings.search) {
            Ok(state) => state,
            Err(error) => {
                send(responder, Err(error));
                return false;
            }
        };
        if is_derived(&search.lookup) {
            let key = self
                .queries
                .join_or_insert_derived(search, state, responder);
            if let Some(key) = key {
                self.ask_derived(key, now);
            }
            return key.is_some();
        }
        let selection = || ServerSelection::new(&mut self.health);
        let key = self
            .queries
            .join_or_insert(search, state, responder, selection);
        if let Some(key) = key {
            self.try_next_servers(key, now);
        }
        key.is_some()
    }

    /// Handles what servers have answered, for a bounded time.
    fn handle_replies(&mut self) {
        let now = Instant::now();
        while !self.deliveries.is_full()
            && let Some(reply) = self.transport.next_reply(now)
        {
            self.handle_reply(reply, now);
        }
    }

    /// Handles the timers that are due, up to [`MAX_TIMERS`].
    fn handle_timers(&mut self) {
        let now = Instant::now();
        for _ in 0..MAX_TIMERS {
            match self.timers.first() {
                Some((at, _)) if *at <= now => {}
                _ => return,
            }
            if let Some((_, key)) = self.timers.pop_first() {
                self.handle_timer(key, now);
            }
        }
    }

    /// Ends all queries with WSATRY_AGAIN, and waits for no server.
    fn shut_down(self) {
        let EventLoop {
            transport,
            mut queries,
            mut deliveries,
            ..
        } = self;
        drop(transport);
        for waiters in queries.drain() {
            deliveries.push(Err(ErrorCode::TryAgain), waiters);
        }
        while !deliveries.is_empty() {
            deliveries.deliver();
        }
    }
}
