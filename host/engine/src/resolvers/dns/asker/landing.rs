//! What becomes of questions: another server's, another name's, or an outcome for all who wait.

use std::mem;
use std::time::Instant;

use super::{AT_ONCE, Asker, Heard, How};
use crate::lookup::Lookup;
use crate::lookup::{Client, Delivered};
use crate::resolvers::dns::answer::Found;
use crate::resolvers::dns::flights::Flight;
use crate::resolvers::dns::plan::{Set, Step};
use crate::types::ErrorCode;

impl Asker {
    /// Sees to what c-ares has said; whether it had said anything.
    pub(super) fn land(&mut self) -> bool {
        let (mut landed, now) = (0, Instant::now());
        while let Ok(heard) = self.said.try_recv() {
            self.answered(heard, now);
            landed += 1;
            if landed % AT_ONCE == 0 {
                self.delivered.clear();
            }
        }
        self.delivered.clear();
        landed > 0
    }

    /// Goes on with those whose servers have had their time.
    pub(super) fn look(&mut self) {
        let now = Instant::now();
        if self.look_at.is_none_or(|at| at > now) {
            return;
        }
        let settings = &self.shared.settings;
        let tries = settings.tries;
        for lookup in self.flights.overdue(now, settings.timeout) {
            let Some(flight) = self.flights.get_mut(&lookup) else {
                continue;
            };
            for server in flight.plan.out().iter() {
                self.health.missed(server, flight.asked);
            }
            if !flight.is_wanted() {
                self.fail(&lookup, ErrorCode::TryAgain, now);
                continue;
            }
            flight.asked = now;
            let (inbox, client) = (&self.shared.inbox, flight.client);
            let spare = || inbox.take_spare(client);
            let step = flight.plan.next_overdue(&self.health, tries, spare);
            self.take_step(&lookup, step, now);
        }
        self.delivered.clear();
        self.look_at = (!self.flights.is_empty()).then(|| now + self.tick());
    }

    /// Asks the next servers, if none was asked or one has failed, which may have left a spare place.
    pub(super) fn go_on(&mut self, lookup: &Lookup, mut has_spare: bool, now: Instant) {
        let Some(flight) = self.flights.get_mut(lookup) else {
            return;
        };
        let (inbox, client) = (&self.shared.inbox, flight.client);
        let spare = || mem::take(&mut has_spare) || inbox.take_spare(client);
        let tries = self.shared.settings.tries;
        let step = flight.plan.next(&self.health, tries, spare);
        if has_spare {
            inbox.give_back_spare(client);
        }
        self.take_step(lookup, step, now);
    }

    fn take_step(&mut self, lookup: &Lookup, step: Step, now: Instant) {
        match step {
            Step::Ask(servers) => self.ask(lookup, servers, now),
            Step::Wait => {}
            Step::Fail(error) => self.fail(lookup, error, now),
        }
    }

    /// A server, or c-ares by itself, has done with a question.
    fn answered(&mut self, heard: Heard, now: Instant) {
        let Heard {
            lookup,
            question,
            client,
            server,
            asked,
            found,
            how,
            is_alone,
        } = heard;
        if is_alone {
            self.alone.remove(client);
        }
        match how {
            How::Said => self.health.heard(server, now),
            How::Unsaid => self.health.missed(server, asked),
            How::Garbled | How::Unasked => {}
        }
        let flight = self.flights.get_mut(&lookup);
        let Some(flight) = flight.filter(|flight| flight.question == question) else {
            return self.give_back(question, client);
        };
        flight.plan.is_back(server);
        let is_wanted = flight.is_wanted();
        if how == How::Garbled && !flight.is_again && is_wanted {
            return self.ask_again(&lookup, server, now);
        }
        let has_spare = !flight.plan.out().is_empty();
        if let Some(error) = found.failure() {
            let is_own = how != How::Garbled || is_alone && !self.shared.settings.tcp;
            // It is not known whose garbage it was.
            let error = if is_own { error } else { ErrorCode::TryAgain };
            flight.plan.fail(error);
            if is_wanted {
                return self.go_on(&lookup, has_spare, now);
            }
            return self.give_up(&lookup, has_spare, now);
        }
        // Those that have it still are on spare places.
        let found = match flight.so_far.take() {
            Some(before) => before.then(found),
            None => found,
        };
        let (next, settings) = (flight.step + 1, &self.shared.settings);
        if found.is_miss() && settings.name(&lookup, next).is_some() {
            if !is_wanted {
                // It is not the whole search's outcome.
                return self.give_up(&lookup, has_spare, now);
            }
            self.asked += 1;
            flight.question = self.asked;
            flight.step = next;
            flight.so_far = Some(found);
            flight.plan = flight.plan.again();
            return self.go_on(&lookup, false, now);
        }
        if let Some(flight) = self.flights.end(&lookup) {
            self.shared.inbox.give_back(flight.client);
            self.end_flight(lookup, flight, found, now);
        }
    }

    /// Asks a server once more, over a port of its own if there may be one: c-ares fails all questions of a port
    /// together when it cannot read a message.
    fn ask_again(&mut self, lookup: &Lookup, server: usize, now: Instant) {
        let Some(flight) = self.flights.get_mut(lookup) else {
            return;
        };
        flight.is_again = true;
        flight.plan.is_out(server);
        self.ask(lookup, Set::of(server), now);
    }

    /// Nobody waits for it any more.
    fn give_up(&mut self, lookup: &Lookup, has_spare: bool, now: Instant) {
        if has_spare && let Some(flight) = self.flights.get_mut(lookup) {
            self.shared.inbox.give_back_spare(flight.client);
        }
        self.fail(lookup, ErrorCode::TryAgain, now);
    }

    /// No server has answered it.
    fn fail(&mut self, lookup: &Lookup, error: ErrorCode, now: Instant) {
        let Some(flight) = self.flights.end(lookup) else {
            return;
        };
        if flight.plan.out().is_empty() {
            self.shared.inbox.give_back(flight.client);
        } else {
            self.owing.insert(flight.question);
        }
        self.end_flight(lookup.clone(), flight, Found::failed(error), now);
    }

    /// A server has done with a question that has ended.
    fn give_back(&mut self, question: u64, client: Client) {
        if self.owing.remove(&question) {
            self.shared.inbox.give_back(client);
        } else {
            self.shared.inbox.give_back_spare(client);
        }
    }

    /// Keeps what has come of it, and gives it to all who wait.
    fn end_flight(&mut self, lookup: Lookup, flight: Flight, found: Found, now: Instant) {
        let outcome = found.outcome.clone();
        self.shared.cache.put(lookup, outcome, found.life, now);
        for delivered in flight.land(found.outcome) {
            wake_once(&mut self.delivered, delivered);
            // Thousands of sessions may wait for one name.
            if self.delivered.len() >= AT_ONCE {
                self.delivered.clear();
            }
        }
    }
}

/// Adds one, unless the same session is to be woken already.
fn wake_once(all: &mut Vec<Delivered>, one: Delivered) {
    let left = all
        .iter()
        .try_fold(one, |one, other| match one.leave_to(other) {
            Ok(()) => Err(()),
            Err(one) => Ok(one),
        });
    all.extend(left);
}
