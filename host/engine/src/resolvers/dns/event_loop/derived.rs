//! How a derived lookup goes on: from the end of its questions for one name to the next name.

use std::time::{Duration, Instant};

use super::{EventLoop, ServerSelection};
use crate::lookup::TimedOutcome;
use crate::resolvers::dns::derived::{Ends, QuestionEnd, combine, questions};
use crate::resolvers::dns::keys::DerivedKey;
use crate::resolvers::search::{Next, SearchState};
use crate::types::ErrorCode;

/// The most bytes of answers that wait for the end of another question. An answer past them does
/// not wait.
pub(in crate::resolvers::dns) const MAX_WAITING_BYTES: usize = 4 << 20;

impl EventLoop {
    /// Asks the questions for the name that a derived lookup is at, all at once (`S-A3`).
    pub(super) fn ask_derived(&mut self, key: DerivedKey, now: Instant) {
        let Some(derived) = self.queries.get_derived(key) else {
            return;
        };
        let list = &self.shared.settings.search;
        let asked = questions(&derived.search, &derived.state, list);
        derived.ends = Ends::default();
        derived.left = asked.iter().flatten().count();
        for (place, search) in asked.into_iter().enumerate() {
            let Some(search) = search else {
                continue;
            };
            if let Some(outcome) = self.shared.cache.get(&search, now) {
                self.end_question(key, place, outcome.into(), now);
                continue;
            }
            let query = SearchState::new(&search, &self.shared.settings.search).map(|state| {
                let selection = || ServerSelection::new(&mut self.health);
                let queries = &mut self.queries;
                queries.join_or_insert_for((key, place), search, state, selection)
            });
            match query {
                Ok(Some(query)) => self.try_next_servers(query, now),
                Ok(None) => {}
                Err(error) => {
                    let outcome = TimedOutcome::from(Err(error));
                    self.end_question(key, place, outcome.into(), now);
                }
            }
        }
    }

    /// Records the end of one of a derived lookup's questions. After the last one, the lookup ends,
    /// or goes on to the next name.
    pub(super) fn end_question(
        &mut self,
        key: DerivedKey,
        place: usize,
        end: QuestionEnd,
        now: Instant,
    ) {
        let Some(derived) = self.queries.get_derived(key) else {
            return;
        };
        let bytes = end.outcome.outcome.as_ref();
        let bytes = bytes.map_or(0, |answer| answer.bytes());
        derived.ends[place] = Some(end);
        derived.left -= 1;
        if derived.left > 0 && self.waiting_bytes + bytes <= MAX_WAITING_BYTES {
            derived.bytes += bytes;
            self.waiting_bytes += bytes;
            return;
        }
        let list = &self.shared.settings.search;
        match combine(&derived.search.lookup, &derived.ends) {
            Ok(outcome) => self.end_derived(key, outcome, now),
            Err(_) if !derived.waiters.is_wanted() => {
                self.end_derived(key, Err(ErrorCode::TryAgain).into(), now);
            }
            Err(miss) => match derived.state.next(miss, &derived.search, list) {
                Next::Ask => self.ask_derived(key, now),
                Next::End(error, _) => self.end_derived(key, Err(error).into(), now),
            },
        }
    }

    /// Ends a derived lookup, and gives its outcome to all who wait. A question that is left ends
    /// too, or takes the permit over if others wait for it.
    fn end_derived(&mut self, key: DerivedKey, outcome: TimedOutcome, now: Instant) {
        let Some(derived) = self.queries.remove_derived(key) else {
            return;
        };
        self.waiting_bytes -= derived.bytes;
        let mut holds_permit = true;
        if derived.left > 0 {
            let list = &self.shared.settings.search;
            let asked = questions(&derived.search, &derived.state, list);
            for search in asked.into_iter().flatten() {
                let Some(query) = self.queries.find(&search) else {
                    continue;
                };
                if !self.queries.is_wanted(query) {
                    self.end_uncached(query, Err(ErrorCode::TryAgain), Duration::ZERO, now);
                } else if let Some(query) = self.queries.get_mut(query)
                    && holds_permit
                    && !query.holds_permit
                {
                    query.holds_permit = true;
                    query.client = derived.client;
                    holds_permit = false;
                }
            }
        }
        if holds_permit {
            self.shared.inbox.release(derived.client);
        }
        self.deliveries.push(outcome, derived.waiters);
    }
}
