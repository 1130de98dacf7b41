//! The event loop: one thread that owns the sockets and selects the servers of questions.
//!
//! Sessions put lookups into the thread's inbox and wake the thread if it sleeps. The thread works
//! in passes. Each step of a pass is bounded, whatever a guest or a server does. The steps start
//! lookups, read messages, handle timers, and deliver outcomes.

mod deliveries;

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use self::deliveries::Deliveries;
use super::answer;
use super::cache::Cache;
use super::in_flight::{InFlightQueries, send};
use super::inbox::Inbox;
use super::keys::QueryKey;
use super::lookup_queue::PendingLookup;
use super::message::{Question, RecordType};
use super::server_selection::{Action, ServerHealth, ServerSelection, ServerSet};
use super::transport::{Reply, ReplyResult, Transport};
use crate::lookup::{Lookup, Responder};
use crate::resolvers::search::{Miss, Next, Search, SearchByNone, SearchState};
use crate::resolvers::settings::Settings;
use crate::types::{ErrorCode, Outcome};

/// The most bytes of answers on their way: unjudged and judged, and one answer past the bound.
pub(super) const MAX_ANSWER_BYTES: usize = deliveries::MAX_HELD_BYTES;

/// Lookups that are started in one pass.
const MAX_STARTED: usize = 64;
/// Queries whose timers are handled in one pass.
const MAX_TIMERS: usize = 64;
/// Each interval between repeats of a question is longer than the one before, by this factor.
const BACK_OFF: u32 = 3;

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
    pub(super) fn cached(&self, search: &Search, now: Instant) -> Option<Outcome> {
        let outcome = self.cache.get(search, now);
        outcome.or_else(|| self.cached_answer(&search.lookup, now))
    }

    /// The answer for a name as it was given, if that is the first name of each search for it, and
    /// the answer is cached. No policy decides about other names then.
    pub(super) fn cached_answer(&self, lookup: &Lookup, now: Instant) -> Option<Outcome> {
        let is_first = self.settings.search.is_as_given_first(lookup);
        let search = is_first.then(|| SearchByNone::from(lookup))?;
        self.cache.get(&search, now).filter(Result::is_ok)
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
        let selection = || ServerSelection::new(&mut self.health);
        let key = self
            .queries
            .join_or_insert(search, state, responder, selection);
        if let Some(key) = key {
            self.try_next_servers(key, now);
        }
        key.is_some()
    }

    /// Handles what servers have answered, up to a bounded number of bytes.
    fn handle_replies(&mut self) {
        let now = Instant::now();
        while !self.deliveries.is_full()
            && let Some(reply) = self.transport.next_reply(now)
        {
            self.handle_reply(reply, now);
        }
    }

    /// Handles the end of a question at one server.
    fn handle_reply(&mut self, reply: Reply, now: Instant) {
        let Some(query) = self.queries.get_mut(reply.query) else {
            return;
        };
        let server = reply.server;
        query.attempts.retain(|(_, key)| *key != reply.attempt);
        query.selection.remove_pending(server);
        let mut is_servfail = false;
        let result = match reply.result {
            ReplyResult::Answered(response) => {
                self.health.answered(server, now);
                let list = &self.shared.settings.search;
                let name = query.state.name(&query.search, list);
                let result = answer::read(&query.search.lookup, &name, response);
                is_servfail = result.failure() == Some(ErrorCode::TryAgain);
                result
            }
            ReplyResult::Unanswered => {
                self.health.missed(server, query.sent_at);
                answer::QueryResult::failed(ErrorCode::TryAgain)
            }
            ReplyResult::Malformed => answer::QueryResult::failed(ErrorCode::NoRecovery),
        };
        let is_wanted = query.waiters.is_wanted();
        if let Some(error) = result.failure() {
            query.has_servfail |= is_servfail;
            query.selection.record_failure(error);
            if is_wanted {
                return self.try_next_servers(reply.query, now);
            }
            return self.end(reply.query, Err(ErrorCode::TryAgain), Duration::ZERO, now);
        }
        let is_first = query.state.is_first_as_given();
        let ttl = match result.outcome {
            // This is not the outcome of the whole search, so it must not be cached.
            Err(_) if !is_wanted => {
                return self.end(reply.query, Err(ErrorCode::TryAgain), Duration::ZERO, now);
            }
            Err(error) => {
                return self.go_on(reply.query, Miss::Missing(error, result.ttl), now);
            }
            Ok(_) => result.ttl.min(query.state.ttl()),
        };
        if is_first {
            // No domain has a part in it, so the answer is that of searches by any domains.
            let search = query.search.lookup.clone().into();
            let outcome = result.outcome.clone();
            self.shared.cache.put(search, outcome, ttl, now);
            return self.end(reply.query, result.outcome, Duration::ZERO, now);
        }
        self.end(reply.query, result.outcome, ttl, now);
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

    /// Sends a question again, or goes on to the next servers when the time of the others is over.
    fn handle_timer(&mut self, key: QueryKey, now: Instant) {
        let Some(query) = self.queries.get_mut(key) else {
            return;
        };
        query.timer = None;
        if !query.waiters.is_wanted() {
            return self.end(key, Err(ErrorCode::TryAgain), Duration::ZERO, now);
        }
        let settings = &self.shared.settings;
        if now.duration_since(query.sent_at) < settings.timeout {
            for (server, attempt) in &query.attempts {
                if query.current.contains(*server) {
                    self.transport.ask_again(*attempt, now);
                }
            }
            query.interval *= BACK_OFF;
            return self.set_timer(key, now);
        }
        for (server, attempt) in &query.attempts {
            self.health.missed(*server, query.sent_at);
            self.transport.overdue(*attempt);
        }
        let action = query
            .selection
            .next_after_timeout(&self.health, settings.tries);
        self.apply(key, action, now);
    }

    /// Sets the timer of a query to its next repeat, or to the end of the servers' time.
    fn set_timer(&mut self, key: QueryKey, now: Instant) {
        let Some(query) = self.queries.get_mut(key) else {
            return;
        };
        let end = query.sent_at + self.shared.settings.timeout;
        let at = (now + query.interval).min(end);
        if let Some(before) = query.timer.replace(at) {
            self.timers.remove(&(before, key));
        }
        self.timers.insert((at, key));
    }

    /// Sends the question to the next servers, when none has it yet or one has failed.
    fn try_next_servers(&mut self, key: QueryKey, now: Instant) {
        if let Some(query) = self.queries.get_mut(key) {
            let tries = self.shared.settings.tries;
            let action = query.selection.next(&self.health, tries);
            self.apply(key, action, now);
        }
    }

    fn apply(&mut self, key: QueryKey, action: Action, now: Instant) {
        match action {
            Action::Send(servers) => self.send_question(key, servers, now),
            Action::Wait => {
                // Only the servers that have the question can end it, or their time.
                let query = self.queries.get_mut(key);
                if query.is_some_and(|query| query.timer.is_none()) {
                    self.set_timer(key, now);
                }
            }
            Action::Fail(error) => self.fail(key, error, now),
        }
    }

    /// Sends these servers the question for the name that the search is at.
    fn send_question(&mut self, key: QueryKey, servers: ServerSet, now: Instant) {
        let Some(query) = self.queries.get_mut(key) else {
            return;
        };
        let settings = &self.shared.settings;
        let name = query.state.name(&query.search, &settings.search);
        let kind = match query.search.lookup {
            Lookup::HostByAddress(_) => RecordType::Ptr,
            _ => RecordType::A,
        };
        let Some(question) = Question::new(&name, kind) else {
            // No such name can exist.
            let miss = Miss::Missing(ErrorCode::HostNotFound, Duration::ZERO);
            return self.go_on(key, miss, now);
        };
        query.sent_at = now;
        query.interval = settings.timeout;
        query.current = servers;
        for server in servers.iter() {
            let interval = self.transport.interval(server, settings.timeout);
            query.interval = query.interval.min(interval);
            let attempt = query.attempts.iter().find(|(other, _)| *other == server);
            match attempt {
                // The server has not answered within an earlier time-out.
                Some((_, attempt)) => self.transport.ask_again(*attempt, now),
                None => {
                    let attempt = self.transport.ask(key, server, question.clone(), now);
                    query.attempts.push((server, attempt));
                }
            }
        }
        self.set_timer(key, now);
    }

    /// Goes on after a name that no server has answered.
    fn fail(&mut self, key: QueryKey, error: ErrorCode, now: Instant) {
        let query = self.queries.get_mut(key);
        let has_servfail = query.is_some_and(|query| query.has_servfail);
        let miss = if has_servfail && error == ErrorCode::TryAgain {
            Miss::ServFail
        } else {
            Miss::Failed(error)
        };
        self.go_on(key, miss, now);
    }

    /// Goes on after a name without an answer: asks for the next name, or ends the query.
    fn go_on(&mut self, key: QueryKey, miss: Miss, now: Instant) {
        let Some(query) = self.queries.get_mut(key) else {
            return;
        };
        for (_, attempt) in query.attempts.drain(..) {
            self.transport.take_back(attempt, now);
        }
        let list = &self.shared.settings.search;
        match query.state.next(miss, &query.search, list) {
            Next::End(error, ttl) => self.end(key, Err(error), ttl, now),
            Next::Ask => {
                query.has_servfail = false;
                query.selection = query.selection.restarted();
                self.try_next_servers(key, now);
            }
        }
    }

    /// Ends a query: takes its questions back, caches its outcome, and gives it to all who wait.
    fn end(&mut self, key: QueryKey, outcome: Outcome, ttl: Duration, now: Instant) {
        let Some(query) = self.queries.remove(key) else {
            return;
        };
        if let Some(at) = query.timer {
            self.timers.remove(&(at, key));
        }
        for (_, attempt) in query.attempts {
            self.transport.take_back(attempt, now);
        }
        self.shared.inbox.release(query.client);
        self.shared
            .cache
            .put(query.search, outcome.clone(), ttl, now);
        self.deliveries.push(outcome, query.waiters);
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
        for query in queries.drain() {
            deliveries.push(Err(ErrorCode::TryAgain), query.waiters);
        }
        while !deliveries.is_empty() {
            deliveries.deliver();
        }
    }
}
