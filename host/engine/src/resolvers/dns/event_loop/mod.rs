//! The event loop: one thread that owns c-ares' channels and selects the servers of questions.
//!
//! Sessions put lookups into the thread's inbox and wake the thread if it sleeps. The thread never
//! calls c-ares from within a callback of c-ares. A callback queues a [`Response`], and the thread
//! handles the response once the call has returned.

mod dedicated_ports;

use std::borrow::Cow;
use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use c_ares::{Channel, DnsRecord, Error};

use self::dedicated_ports::DedicatedPorts;
use super::answer::{self, QueryResult};
use super::cache::Cache;
use super::in_flight::{InFlightQueries, InFlightQuery, send};
use super::inbox::Inbox;
use super::lookup_queue::PendingLookup;
use super::message::{self, Question, RecordType};
use super::poller::Poller;
use super::question::Questions;
use super::server_selection::{Action, ServerHealth, ServerSelection, ServerSet};
use crate::lookup::{Client, Delivered, Lookup, Responder};
use crate::panics::catch_panic;
use crate::resolvers::search::{self, Miss, Next, Search, SearchState};
use crate::resolvers::settings::Settings;
use crate::types::{ErrorCode, Outcome};

/// Lookups that are started before the thread polls the sockets, and outcomes that are delivered
/// before their sessions are woken.
const BATCH: usize = 64;

/// Channels for each server: the first one's questions share ports, the second one's do not.
pub(super) const CHANNELS_PER_SERVER: usize = 2;

/// Checks for overdue queries within a server's time-out.
const CHECKS_PER_TIMEOUT: u32 = 8;
const MIN_CHECK_INTERVAL: Duration = Duration::from_millis(5);

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
        let search = is_first.then(|| Search::from(lookup.clone()))?;
        self.cache.get(&search, now).filter(Result::is_ok)
    }
}

/// What c-ares reports of one question to one server.
struct Response {
    search: Search,
    question: u64,
    client: Client,
    server: usize,
    sent_at: Instant,
    result: QueryResult,
    kind: ResponseKind,
    has_dedicated_port: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ResponseKind {
    /// The server has answered.
    Answered,
    /// The server has not answered.
    Unanswered,
    /// The question was not sent.
    NotSent,
    /// A message could not be read, which may have answered another question of the same port.
    Malformed,
}

/// Starts the thread. No thread joins it: it ends when the inbox is closed.
pub(super) fn start(shared: Arc<Shared>, channels: Vec<Channel>, poller: Poller) -> io::Result<()> {
    let run = move || {
        // However the thread ends, also in a panic, no lookup stays in the inbox.
        let _guard = EndInboxOnDrop(Arc::clone(&shared));
        // `new` fails only for lack of memory. Every lookup then ends with WSATRY_AGAIN.
        if let Ok(mut event_loop) = EventLoop::new(shared, channels, poller) {
            event_loop.run();
            event_loop.end();
        }
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
    /// [`CHANNELS_PER_SERVER`] for each server.
    channels: Vec<Channel>,
    health: ServerHealth,
    dedicated_ports: DedicatedPorts,
    poller: Poller,
    waker: Waker,
    /// Lookups out of the inbox. Empty between calls, and kept for its capacity.
    taken: Vec<PendingLookup>,
    questions: Questions,
    /// The number of the latest question. Each name of a search is another question.
    last_question: u64,
    queries: InFlightQueries,
    /// Questions of ended queries whose permit is owed: a server still has the question.
    owed_permits: HashSet<u64>,
    /// When to check for overdue queries; `None` while no query is in flight.
    next_check: Option<Instant>,
    /// Callbacks of c-ares send responses here.
    sender: Sender<Response>,
    responses: Receiver<Response>,
    /// Sessions to wake, each once: a session that is woken early would sleep before its next
    /// outcome.
    delivered: Vec<Delivered>,
}

impl EventLoop {
    fn new(
        shared: Arc<Shared>,
        channels: Vec<Channel>,
        poller: Poller,
    ) -> c_ares::Result<EventLoop> {
        let (sender, responses) = mpsc::channel();
        let settings = &shared.settings;
        Ok(EventLoop {
            health: ServerHealth::new(settings.servers.len(), settings.rotate),
            queries: InFlightQueries::new(Arc::clone(&shared.in_flight)),
            shared,
            channels,
            dedicated_ports: DedicatedPorts::default(),
            waker: poller.waker(),
            poller,
            taken: Vec::new(),
            questions: Questions::new()?,
            last_question: 0,
            owed_permits: HashSet::new(),
            next_check: None,
            sender,
            responses,
            delivered: Vec::new(),
        })
    }

    fn run(&mut self) {
        while self.start_queries() {
            // A query that fails at once frees its permit for the next lookup.
            let has_completed = self.handle_responses();
            if self.poll(has_completed).is_err() {
                return;
            }
            self.handle_responses();
            self.handle_timeouts();
        }
    }

    /// Waits for the sockets, the inbox or the next time-out, and has c-ares process the sockets.
    /// Does not wait if `at_once`.
    fn poll(&mut self, at_once: bool) -> io::Result<()> {
        let inbox = &self.shared.inbox;
        let mut ready = pin!(inbox.ready.wait_until(|| !inbox.is_idle()));
        let is_ready = ready
            .as_mut()
            .poll(&mut Context::from_waker(&self.waker))
            .is_ready();
        let timeout = if is_ready || at_once {
            Some(Duration::ZERO)
        } else {
            let check = self.next_check;
            let check = check.map(|at| at.saturating_duration_since(Instant::now()));
            let timeouts = self.channels.iter().filter_map(|c| c.timeout(None));
            timeouts.chain(check).min()
        };
        self.poller.poll(&mut self.channels, timeout)
    }

    /// Starts queries for up to [`BATCH`] lookups with permits. False once the inbox is closed.
    fn start_queries(&mut self) -> bool {
        let mut taken = mem::take(&mut self.taken);
        let is_closed = self.shared.inbox.take(BATCH, &mut taken);
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
        } else if let Some(outcome) = self.shared.cached(&search, now) {
            // Answered since `Dns::start` looked into the cache.
            send(responder, outcome);
        } else {
            match SearchState::new(&search, &self.shared.settings.search) {
                Err(error) => send(responder, Err(error)),
                Ok(state) if self.join_or_insert(&search, state, responder) => {
                    self.next_check.get_or_insert(now + self.check_interval());
                    self.try_next_servers(&search, false, now);
                    return true;
                }
                Ok(_) => {}
            }
        }
        false
    }

    /// Returns whether no equal query was in flight.
    fn join_or_insert(
        &mut self,
        search: &Search,
        state: SearchState,
        responder: Responder,
    ) -> bool {
        let selection = || ServerSelection::new(&mut self.health);
        let is_first = self
            .queries
            .join_or_insert(search, state, responder, selection);
        if is_first && let Some(query) = self.queries.get_mut(search) {
            self.last_question += 1;
            query.question = self.last_question;
        }
        is_first
    }

    fn check_interval(&self) -> Duration {
        (self.shared.settings.timeout / CHECKS_PER_TIMEOUT).max(MIN_CHECK_INTERVAL)
    }

    /// Sends these servers the question for the name that the search is at.
    fn send_question(&mut self, search: &Search, servers: ServerSet, now: Instant) {
        let Some(query) = self.queries.get_mut(search) else {
            return;
        };
        query.sent_at = now;
        let name = query.state.name(search, &self.shared.settings.search);
        let question = self.questions.of(&search.lookup, &name);
        for server in servers.iter() {
            let response = |result, kind| Response {
                search: search.clone(),
                question: query.question,
                client: query.client,
                server,
                sent_at: now,
                result,
                kind,
                has_dedicated_port: false,
            };
            let Some(question) = question else {
                // No such name can exist.
                let result = QueryResult::failed(ErrorCode::HostNotFound);
                let _ = self.sender.send(response(result, ResponseKind::NotSent));
                continue;
            };
            let failed = QueryResult::failed(ErrorCode::NoRecovery);
            let mut response = response(failed, ResponseKind::Answered);
            // Most names are sent as they were given, and need no copy.
            let completed = match &name {
                Cow::Owned(name) => Some(name.clone()),
                Cow::Borrowed(_) => None,
            };
            let sender = self.sender.clone();
            if query.is_retried && self.dedicated_ports.has_room(query.client) {
                self.dedicated_ports.add(query.client);
                response.has_dedicated_port = true;
            }
            let channel = server * CHANNELS_PER_SERVER + usize::from(response.has_dedicated_port);
            // The callback gets the error that this returns, too.
            let _ = self.channels[channel].send_dnsrec(question, move |answer| {
                response.kind = match answer {
                    Ok(_) => ResponseKind::Answered,
                    Err(Error::EBADRESP) => ResponseKind::Malformed,
                    Err(Error::ETIMEOUT | Error::ECONNREFUSED | Error::EOF) => {
                        ResponseKind::Unanswered
                    }
                    Err(_) => ResponseKind::NotSent,
                };
                // A panic that reaches c-ares would end the process.
                let result = catch_panic(|| {
                    let lookup = &response.search.lookup;
                    let name = completed.as_deref().unwrap_or(search::given_name(lookup));
                    read(lookup, name, answer)
                });
                if let Some(result) = result {
                    response.result = result;
                }
                let _ = sender.send(response);
            });
        }
    }

    /// Handles the queued responses. Returns whether there were any.
    fn handle_responses(&mut self) -> bool {
        let (mut handled, now) = (0, Instant::now());
        while let Ok(response) = self.responses.try_recv() {
            self.handle_response(response, now);
            handled += 1;
            if handled % BATCH == 0 {
                self.delivered.clear();
            }
        }
        self.delivered.clear();
        handled > 0
    }

    /// Moves on from servers that have had their time, if a check is due.
    fn handle_timeouts(&mut self) {
        let now = Instant::now();
        if self.next_check.is_none_or(|at| at > now) {
            return;
        }
        let settings = &self.shared.settings;
        let tries = settings.tries;
        for search in self.queries.overdue(now, settings.timeout) {
            let Some(query) = self.queries.get_mut(&search) else {
                continue;
            };
            for server in query.selection.pending().iter() {
                self.health.missed(server, query.sent_at);
            }
            if !query.is_wanted() {
                self.abandon(&search, false, now);
                continue;
            }
            query.sent_at = now;
            let (inbox, client) = (&self.shared.inbox, query.client);
            let acquire_extra = || inbox.acquire_extra(client);
            let selection = &mut query.selection;
            let action = selection.next_after_timeout(&self.health, tries, acquire_extra);
            self.apply(&search, action, now);
        }
        self.delivered.clear();
        self.next_check = (!self.queries.is_empty()).then(|| now + self.check_interval());
    }

    /// Sends the question to the next servers, when none has it yet or one has failed. `has_extra`
    /// says that the failed server leaves an extra permit.
    fn try_next_servers(&mut self, search: &Search, mut has_extra: bool, now: Instant) {
        let Some(query) = self.queries.get_mut(search) else {
            return;
        };
        let (inbox, client) = (&self.shared.inbox, query.client);
        let acquire_extra = || mem::take(&mut has_extra) || inbox.acquire_extra(client);
        let tries = self.shared.settings.tries;
        let action = query.selection.next(&self.health, tries, acquire_extra);
        if has_extra {
            inbox.release_extra(client);
        }
        self.apply(search, action, now);
    }

    fn apply(&mut self, search: &Search, action: Action, now: Instant) {
        match action {
            Action::Send(servers) => self.send_question(search, servers, now),
            Action::Wait => {}
            Action::Fail(error) => self.fail(search, error, now),
        }
    }

    /// Handles the end of a question at one server.
    fn handle_response(&mut self, response: Response, now: Instant) {
        let Response {
            search,
            question,
            client,
            server,
            sent_at,
            result,
            kind,
            has_dedicated_port,
        } = response;
        if has_dedicated_port {
            self.dedicated_ports.remove(client);
        }
        match kind {
            ResponseKind::Answered => self.health.answered(server, now),
            ResponseKind::Unanswered => self.health.missed(server, sent_at),
            ResponseKind::Malformed | ResponseKind::NotSent => {}
        }
        let query = self.queries.get_mut(&search);
        let Some(query) = query.filter(|query| query.question == question) else {
            return self.release(question, client);
        };
        query.selection.remove_pending(server);
        let is_wanted = query.is_wanted();
        if kind == ResponseKind::Malformed && !query.is_retried && is_wanted {
            return self.retry(&search, server, now);
        }
        let has_extra = !query.selection.pending().is_empty();
        if let Some(error) = result.failure() {
            let is_certain =
                kind != ResponseKind::Malformed || has_dedicated_port && !self.shared.settings.tcp;
            // On a shared port, the malformed message may have answered another question.
            let error = if is_certain {
                error
            } else {
                ErrorCode::TryAgain
            };
            query.has_servfail |= kind == ResponseKind::Answered && error == ErrorCode::TryAgain;
            query.selection.record_failure(error);
            if is_wanted {
                return self.try_next_servers(&search, has_extra, now);
            }
            return self.abandon(&search, has_extra, now);
        }
        // The servers that still have the question hold extra permits.
        let is_first = query.state.is_first_as_given();
        let outcome = match result.outcome {
            Err(error) => {
                if !is_wanted {
                    // This is not the outcome of the whole search, so it must not be cached.
                    return self.abandon(&search, has_extra, now);
                }
                let miss = Miss::Missing(error, result.ttl);
                return self.go_on(&search, miss, false, now);
            }
            answer => answer,
        };
        let ttl = result.ttl.min(query.state.ttl());
        if let Some(query) = self.queries.remove(&search) {
            self.shared.inbox.release(query.client);
            // No domain has a part in it, so the answer is that of searches by any domains.
            let key = if is_first {
                search.lookup.into()
            } else {
                search
            };
            self.complete(key, query, outcome, ttl, now);
        }
    }

    /// Goes on after a name without an answer: asks for the next name, or ends the query.
    /// `is_owed` says that a server still has the question, and with it the query's permit.
    fn go_on(&mut self, search: &Search, miss: Miss, is_owed: bool, now: Instant) {
        let Some(query) = self.queries.get_mut(search) else {
            return;
        };
        let (error, ttl) = match query.state.next(miss, search, &self.shared.settings.search) {
            Next::End(error, ttl) => (error, ttl),
            // The servers that still have the question hold extra permits from here on.
            Next::Ask if !is_owed || self.shared.inbox.acquire_extra(query.client) => {
                self.last_question += 1;
                query.question = self.last_question;
                query.has_servfail = false;
                query.selection = query.selection.restarted();
                return self.try_next_servers(search, false, now);
            }
            Next::Ask => (ErrorCode::TryAgain, Duration::ZERO),
        };
        self.end_query(search, error, ttl, is_owed, now);
    }

    /// Sends a server the question once more, on a dedicated port if one is free. A malformed
    /// message on a shared port fails all questions of that port.
    fn retry(&mut self, search: &Search, server: usize, now: Instant) {
        let Some(query) = self.queries.get_mut(search) else {
            return;
        };
        query.is_retried = true;
        query.selection.add_pending(server);
        self.send_question(search, ServerSet::of(server), now);
    }

    /// Ends a query that every client has cancelled.
    fn abandon(&mut self, search: &Search, has_extra: bool, now: Instant) {
        let Some(query) = self.queries.get_mut(search) else {
            return;
        };
        if has_extra {
            self.shared.inbox.release_extra(query.client);
        }
        let is_owed = !query.selection.pending().is_empty();
        self.end_query(search, ErrorCode::TryAgain, Duration::ZERO, is_owed, now);
    }

    /// Goes on after a name that no server has answered.
    fn fail(&mut self, search: &Search, error: ErrorCode, now: Instant) {
        let Some(query) = self.queries.get_mut(search) else {
            return;
        };
        let miss = if query.has_servfail && error == ErrorCode::TryAgain {
            Miss::ServFail
        } else {
            Miss::Failed(error)
        };
        let is_owed = !query.selection.pending().is_empty();
        self.go_on(search, miss, is_owed, now);
    }

    fn end_query(
        &mut self,
        search: &Search,
        error: ErrorCode,
        ttl: Duration,
        is_owed: bool,
        now: Instant,
    ) {
        let Some(query) = self.queries.remove(search) else {
            return;
        };
        if is_owed {
            self.owed_permits.insert(query.question);
        } else {
            self.shared.inbox.release(query.client);
        }
        self.complete(search.clone(), query, Err(error), ttl, now);
    }

    /// Releases a permit of a query that has ended: its own if it is owed, else an extra one.
    fn release(&mut self, question: u64, client: Client) {
        if self.owed_permits.remove(&question) {
            self.shared.inbox.release(client);
        } else {
            self.shared.inbox.release_extra(client);
        }
    }

    /// Caches the result, and gives it to all who wait for the query.
    fn complete(
        &mut self,
        search: Search,
        query: InFlightQuery,
        outcome: Outcome,
        ttl: Duration,
        now: Instant,
    ) {
        self.shared.cache.put(search, outcome.clone(), ttl, now);
        for delivered in query.complete(outcome) {
            wake_once(&mut self.delivered, delivered);
            // Thousands of sessions may wait for one name.
            if self.delivered.len() >= BATCH {
                self.delivered.clear();
            }
        }
    }

    /// Ends all queries with WSATRY_AGAIN, and waits for no server.
    fn end(self) {
        let EventLoop {
            channels,
            mut queries,
            ..
        } = self;
        drop(channels);
        let outcome = Err(ErrorCode::TryAgain);
        queries
            .drain()
            .flat_map(|query| query.complete(outcome.clone()))
            .for_each(drop);
    }
}

/// Reads the result of a question out of what c-ares reports.
fn read(lookup: &Lookup, name: &str, answer: Result<&DnsRecord, Error>) -> QueryResult {
    let kind = match lookup {
        Lookup::HostByAddress(_) => RecordType::Ptr,
        _ => RecordType::A,
    };
    match answer {
        Ok(record) => {
            let question = Question::new(name, kind);
            let response = record.write().ok().zip(question);
            response
                .and_then(|(bytes, question)| message::read(&bytes, &question))
                .map_or(QueryResult::failed(ErrorCode::NoRecovery), |response| {
                    answer::read(lookup, name, response)
                })
        }
        Err(error) => QueryResult::failed(match error {
            Error::ENOTFOUND | Error::EBADNAME | Error::EBADQUERY => ErrorCode::HostNotFound,
            Error::ENODATA => ErrorCode::NoData,
            Error::ESERVFAIL
            | Error::ETIMEOUT
            | Error::ECONNREFUSED
            | Error::EOF
            | Error::ENOMEM
            | Error::ECANCELLED
            | Error::EDESTRUCTION => ErrorCode::TryAgain,
            _ => ErrorCode::NoRecovery,
        }),
    }
}

/// Adds a session to wake, unless it is there already.
fn wake_once(all: &mut Vec<Delivered>, one: Delivered) {
    let left = all
        .iter()
        .try_fold(one, |one, other| match one.leave_to(other) {
            Ok(()) => Err(()),
            Err(one) => Ok(one),
        });
    all.extend(left);
}
