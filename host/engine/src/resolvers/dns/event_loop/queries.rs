//! How a query goes on: from server to server, and from name to name of its search.

use std::time::{Duration, Instant};

use super::EventLoop;
use crate::lookup::{Lookup, TimedOutcome};
use crate::resolvers::dns::answer;
use crate::resolvers::dns::derived::QuestionEnd;
use crate::resolvers::dns::keys::QueryKey;
use crate::resolvers::dns::message::{Question, RecordType};
use crate::resolvers::dns::server_selection::{Action, ServerSet};
use crate::resolvers::dns::transport::{Reply, ReplyResult};
use crate::resolvers::search::{Miss, Next};
use crate::types::{ErrorCode, Outcome};

/// Each interval between repeats of a question is longer than the one before, by this factor.
const BACK_OFF: u32 = 3;

impl EventLoop {
    /// Handles the end of a question at one server.
    pub(super) fn handle_reply(&mut self, reply: Reply, now: Instant) {
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
        let is_wanted = self.queries.is_wanted(reply.query);
        let Some(query) = self.queries.get_mut(reply.query) else {
            return;
        };
        if let Some(error) = result.failure() {
            query.has_servfail |= is_servfail;
            query.selection.record_failure(error);
            if is_wanted {
                return self.try_next_servers(reply.query, now);
            }
            return self.end(reply.query, Err(ErrorCode::TryAgain), Duration::ZERO, now);
        }
        let is_first = query.state.is_first_as_given();
        let ttl = match &result.outcome {
            // This is not the outcome of the whole search, so it must not be cached.
            Err(_) if !is_wanted => {
                return self.end(reply.query, Err(ErrorCode::TryAgain), Duration::ZERO, now);
            }
            Err(error) => {
                return self.go_on(reply.query, Miss::Missing(*error, result.ttl), now);
            }
            Ok(_) => result.ttl.min(query.state.ttl()),
        };
        if is_first {
            // No domain has a part in it, so the answer is that of searches by any domains.
            let search = query.search.lookup.clone().into();
            let outcome = result.outcome.clone();
            self.shared.cache.put(search, outcome, ttl, now);
            return self.end_uncached(reply.query, result.outcome, ttl, now);
        }
        self.end(reply.query, result.outcome, ttl, now);
    }

    /// Sends a question again, or goes on to the next servers when the time of the others is over.
    pub(super) fn handle_timer(&mut self, key: QueryKey, now: Instant) {
        let Some(query) = self.queries.get_mut(key) else {
            return;
        };
        query.timer = None;
        if !self.queries.is_wanted(key) {
            return self.end(key, Err(ErrorCode::TryAgain), Duration::ZERO, now);
        }
        let Some(query) = self.queries.get_mut(key) else {
            return;
        };
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
    pub(super) fn try_next_servers(&mut self, key: QueryKey, now: Instant) {
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
            Lookup::HostByAddress(_) | Lookup::NameOf(_) => RecordType::Ptr,
            Lookup::Addresses { .. } => RecordType::Aaaa,
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
                    let attempt =
                        self.transport
                            .ask(key, query.client, server, question.clone(), now);
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

    /// Ends a query: caches its outcome for this time, and gives it to all who wait.
    fn end(&mut self, key: QueryKey, outcome: Outcome, ttl: Duration, now: Instant) {
        if let Some(query) = self.queries.get_mut(key) {
            let search = query.search.clone();
            self.shared.cache.put(search, outcome.clone(), ttl, now);
        }
        self.end_uncached(key, outcome, ttl, now);
    }

    /// Ends a query: takes its questions back, and gives its outcome to all who wait.
    pub(super) fn end_uncached(
        &mut self,
        key: QueryKey,
        outcome: Outcome,
        ttl: Duration,
        now: Instant,
    ) {
        let Some(query) = self.queries.remove(key) else {
            return;
        };
        if let Some(at) = query.timer {
            self.timers.remove(&(at, key));
        }
        for (_, attempt) in query.attempts {
            self.transport.take_back(attempt, now);
        }
        if query.holds_permit {
            self.shared.inbox.release(query.client);
        }
        let expires = self.shared.cache.expires(ttl, now);
        let outcome = TimedOutcome { outcome, expires };
        for (derived, place) in query.derived {
            let end = QuestionEnd {
                outcome: outcome.clone(),
                is_servfail: query.has_servfail,
            };
            self.end_question(derived, place, end, now);
        }
        self.deliveries.push(outcome, query.waiters);
    }
}
