//! What becomes of questions: another server's, another name's, or an outcome for all who wait.

use std::collections::hash_map::Entry;
use std::time::Instant;

use super::{AT_ONCE, Asker, Heard, How};
use crate::engine::{Delivered, Owner};
use crate::resolve::Lookup;
use crate::resolve::dns::answer::Found;
use crate::resolve::dns::flights::Flight;
use crate::resolve::dns::plan::{Set, Step};
use crate::types::ErrorCode;

/// Lookups whose questions have a port each, as those are an embedder's sockets.
const ALONE: usize = 256;
/// Those of one session, so that no guest has them all.
const ALONE_EACH: usize = 16;

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
            let (inbox, owner) = (&self.shared.inbox, flight.owner);
            let spare = || inbox.take_spare(owner);
            let step = flight.plan.next_overdue(&self.health, tries, spare);
            self.take_step(&lookup, step, now);
        }
        self.delivered.clear();
        self.look_at = (!self.flights.is_empty()).then(|| now + self.tick());
    }

    /// Asks the next servers, if none was asked or one has failed.
    pub(super) fn go_on(&mut self, lookup: &Lookup, now: Instant) {
        let Some(flight) = self.flights.get_mut(lookup) else {
            return;
        };
        let (inbox, owner) = (&self.shared.inbox, flight.owner);
        let spare = || inbox.take_spare(owner);
        let tries = self.shared.settings.tries;
        let step = flight.plan.next(&self.health, tries, spare);
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
            owner,
            server,
            asked,
            found,
            how,
        } = heard;
        match how {
            How::Said => self.health.heard(server, now),
            How::Unsaid => self.health.missed(server, asked),
            How::Garbled | How::Unasked => {}
        }
        let flight = self.flights.get_mut(&lookup);
        let Some(flight) = flight.filter(|flight| flight.question == question) else {
            return self.give_back(question, owner);
        };
        flight.plan.is_back(server);
        let is_wanted = flight.is_wanted();
        if how == How::Garbled && !flight.is_again && is_wanted {
            // c-ares fails all questions of a port together when it cannot read a message.
            flight.is_again = true;
            let own = self.alone.get(&owner).copied().unwrap_or(0);
            flight.is_alone = own < ALONE_EACH && self.alone.values().sum::<usize>() < ALONE;
            if flight.is_alone {
                self.alone.insert(owner, own + 1);
            }
            flight.plan.is_out(server);
            return self.ask(&lookup, Set::of(server), now);
        }
        if let Some(error) = found.failure() {
            flight.plan.fail(error);
            if !flight.plan.out().is_empty() {
                self.shared.inbox.give_back_spare(owner);
            }
            return match is_wanted {
                true => self.go_on(&lookup, now),
                false => self.fail(&lookup, error, now),
            };
        }
        // Those that have it still are on spare places.
        let found = match flight.so_far.take() {
            Some(before) => before.then(found),
            None => found,
        };
        let (next, settings) = (flight.step + 1, &self.shared.settings);
        if found.is_miss() && is_wanted && settings.name(&lookup, next).is_some() {
            self.asked += 1;
            flight.question = self.asked;
            flight.step = next;
            flight.so_far = Some(found);
            flight.plan = flight.plan.again();
            return self.go_on(&lookup, now);
        }
        if let Some(flight) = self.flights.end(&lookup) {
            self.shared.inbox.give_back(flight.owner);
            self.end_flight(lookup, flight, found, now);
        }
    }

    /// No server has answered it.
    fn fail(&mut self, lookup: &Lookup, error: ErrorCode, now: Instant) {
        let Some(flight) = self.flights.end(lookup) else {
            return;
        };
        if flight.plan.out().is_empty() {
            self.shared.inbox.give_back(flight.owner);
        } else {
            self.owing.insert(flight.question);
        }
        self.end_flight(lookup.clone(), flight, Found::failed(error), now);
    }

    /// A server has done with a question that has ended.
    fn give_back(&mut self, question: u64, owner: Owner) {
        if self.owing.remove(&question) {
            self.shared.inbox.give_back(owner);
        } else {
            self.shared.inbox.give_back_spare(owner);
        }
    }

    /// Keeps what has come of it, and gives it to all who wait.
    fn end_flight(&mut self, lookup: Lookup, flight: Flight, found: Found, now: Instant) {
        if flight.is_alone
            && let Entry::Occupied(mut alone) = self.alone.entry(flight.owner)
        {
            *alone.get_mut() -= 1;
            if *alone.get() == 0 {
                alone.remove();
            }
        }
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
