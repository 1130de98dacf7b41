//! Outcomes on their way to those who wait.
//!
//! Each pass of the event loop delivers a bounded number, of each client in rotation. So a client
//! with tens of thousands of lookups delays no other, whether they are for one name or for many.
//! The outcomes of one client come in order, so that answers are complete, and freed, one by one.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};
use std::rc::Rc;

use quick_cache::DefaultHashBuilder;

use crate::lookup::{Client, Delivered, SharedOutcome, TimedOutcome};
use crate::resolvers::dns::in_flight::{ClientWaiters, Waiters};

/// Outcomes that one pass delivers.
const MAX_DELIVERED: usize = 256;
/// Outcomes of one client that are delivered before the next client's.
const MAX_OF_ONE_CLIENT: usize = 16;
/// Bytes of answers on their way. Past them, no further message is read.
const MAX_BYTES: usize = 4 << 20;
/// Bytes of the largest answer: the addresses of two messages of 64 KiB, 4,095 IPv4 and 2,340 IPv6
/// ones, and names.
const MAX_OF_ONE_ANSWER: usize = 192 << 10;
/// The most bytes of answers that are held: each may have been judged by several engines.
pub(super) const MAX_HELD_BYTES: usize =
    (MAX_BYTES + MAX_OF_ONE_ANSWER) * (1 + SharedOutcome::KEPT);

/// The outcomes of queries that have ended, and the clients that wait for them.
#[derive(Default)]
pub(super) struct Deliveries {
    /// The deliveries of each client, in the order in which their queries ended.
    clients: HashMap<Client, VecDeque<Delivery>, DefaultHashBuilder>,
    /// The clients that have deliveries, in rotation.
    turns: VecDeque<Client>,
    /// Bytes of the answers on their way.
    bytes: usize,
    /// Sessions to wake, each once: a session that is woken early would sleep before its next
    /// outcome.
    delivered: Vec<Delivered>,
}

/// One outcome for one client.
struct Delivery {
    outcome: Rc<RefCell<SharedOutcome>>,
    bytes: usize,
    waiters: ClientWaiters,
}

impl Deliveries {
    pub(super) fn push(&mut self, outcome: impl Into<TimedOutcome>, waiters: Waiters) {
        let outcome = outcome.into();
        let bytes = outcome.outcome.as_ref().map_or(0, |answer| answer.bytes());
        self.bytes += bytes;
        let outcome = Rc::new(RefCell::new(SharedOutcome::new(outcome)));
        for waiters in waiters.into_clients() {
            let client = waiters.client;
            let deliveries = self.clients.entry(client).or_default();
            if deliveries.is_empty() {
                self.turns.push_back(client);
            }
            deliveries.push_back(Delivery {
                outcome: Rc::clone(&outcome),
                bytes,
                waiters,
            });
        }
        self.bytes -= last_bytes(outcome, bytes);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Whether no further answer may be added before some are delivered.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MAX_BYTES
    }

    /// Delivers up to [`MAX_DELIVERED`] outcomes, and wakes their sessions.
    pub(super) fn deliver(&mut self) {
        let mut left = MAX_DELIVERED;
        while left > 0
            && let Some(client) = self.turns.pop_front()
        {
            left -= self.deliver_to(client, MAX_OF_ONE_CLIENT.min(left));
        }
        self.delivered.clear();
    }

    /// Delivers up to `max` outcomes to a client. Returns how many.
    fn deliver_to(&mut self, client: Client, max: usize) -> usize {
        let mut count = 0;
        let Entry::Occupied(mut entry) = self.clients.entry(client) else {
            return count;
        };
        let deliveries = entry.get_mut();
        while let Some(first) = deliveries.front_mut() {
            if count == max {
                self.turns.push_back(client);
                return count;
            }
            count += 1;
            if let Some(delivered) = first.waiters.deliver_one(&mut first.outcome.borrow_mut()) {
                wake_once(&mut self.delivered, delivered);
            }
            if let Some(done) = deliveries.pop_front_if(|first| first.waiters.is_empty()) {
                self.bytes -= last_bytes(done.outcome, done.bytes);
            }
        }
        entry.remove();
        count
    }
}

/// The bytes of an answer for which nobody else waits. 0 if somebody does.
fn last_bytes(outcome: Rc<RefCell<SharedOutcome>>, bytes: usize) -> usize {
    Rc::into_inner(outcome).map_or(0, |_| bytes)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::resolvers::dns::waiter::Waiter;
    use crate::types::{Answer, HostEntry, Outcome};

    fn answer(n: usize) -> Outcome {
        Ok(Arc::new(Answer::from(HostEntry::new(
            format!("{n}.test"),
            [],
        ))))
    }

    /// Ends a query for which this many lookups of each of these sessions wait.
    fn end(deliveries: &mut Deliveries, n: usize, sessions: &[(u64, usize)]) -> Vec<Vec<Waiter>> {
        let mut waiters = Waiters::default();
        let of = |&(session, count)| {
            let all: Vec<_> = (0..count).map(|_| Waiter::of(session)).collect();
            all.iter().for_each(|one| waiters.push(one.responder()));
            all
        };
        let all = sessions.iter().map(of).collect();
        deliveries.push(answer(n), waiters);
        all
    }

    fn delivered(waiters: &[Waiter]) -> usize {
        let all = waiters.iter().map(|waiter| waiter.outcomes().len());
        all.sum()
    }

    // S-S7
    #[test]
    fn client_that_waits_for_many_names_delays_no_other() {
        let mut deliveries = Deliveries::default();
        for n in 0..1000 {
            end(&mut deliveries, n, &[(1, 65)]);
        }
        let other = end(&mut deliveries, 1000, &[(2, 1)]);
        deliveries.deliver();
        assert_eq!(other[0][0].outcomes(), [answer(1000)]);
    }

    // S-S7
    #[test]
    fn client_that_waits_for_the_same_name_delays_no_other() {
        let mut deliveries = Deliveries::default();
        let waiters = end(&mut deliveries, 1, &[(1, 1000), (2, 1), (3, 1000)]);
        deliveries.deliver();
        let counts: Vec<_> = waiters.iter().map(|waiters| delivered(waiters)).collect();
        assert_eq!(counts, [128, 1, 127]);
        while !deliveries.is_empty() {
            deliveries.deliver();
        }
        assert!(
            waiters
                .iter()
                .flatten()
                .all(|waiter| waiter.outcomes() == [answer(1)])
        );
    }

    #[test]
    fn bytes_of_an_answer_count_until_its_last_waiter_has_it() {
        let mut deliveries = Deliveries::default();
        end(&mut deliveries, 1, &[]);
        assert_eq!(deliveries.bytes, 0);
        end(&mut deliveries, 1, &[(1, 300), (2, 10)]);
        let bytes = answer(1).unwrap().bytes();
        assert_eq!(deliveries.bytes, bytes);
        deliveries.deliver();
        assert_eq!(deliveries.bytes, bytes);
        deliveries.deliver();
        assert_eq!(deliveries.bytes, 0);
        assert!(deliveries.is_empty() && deliveries.clients.is_empty());
    }

    #[test]
    fn answers_of_a_client_are_complete_one_by_one() {
        let mut deliveries = Deliveries::default();
        for n in 0..10 {
            end(&mut deliveries, n, &[(1, MAX_DELIVERED)]);
        }
        let all = deliveries.bytes;
        deliveries.deliver();
        assert_eq!(deliveries.bytes, all / 10 * 9);
    }
}
