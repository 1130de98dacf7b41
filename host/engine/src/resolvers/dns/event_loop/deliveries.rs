//! Outcomes on their way to those who wait.
//!
//! Each pass of the event loop delivers a bounded number, of each query in rotation. So tens of
//! thousands who wait for one name delay nobody else.

use std::collections::VecDeque;

use crate::lookup::{Delivered, SharedOutcome};
use crate::resolvers::dns::in_flight::Waiters;
use crate::types::Outcome;

/// Outcomes that one pass delivers.
const MAX_DELIVERED: usize = 256;
/// Outcomes of one query that are delivered before the next query's.
const MAX_OF_ONE_QUERY: usize = 16;
/// Bytes of answers on their way. Past them, no further message is read.
const MAX_BYTES: usize = 4 << 20;
/// Bytes of the largest answer: 4,096 addresses, and the names of its aliases.
const MAX_OF_ONE_ANSWER: usize = 64 << 10;
/// The most bytes of answers that are held: each may have been judged by several engines.
pub(super) const MAX_HELD_BYTES: usize =
    (MAX_BYTES + MAX_OF_ONE_ANSWER) * (1 + SharedOutcome::KEPT);

/// The queries that have ended, and whose outcome not all have got.
#[derive(Default)]
pub(super) struct Deliveries {
    queue: VecDeque<Delivery>,
    /// Bytes of the answers in the queue.
    bytes: usize,
    /// Sessions to wake, each once: a session that is woken early would sleep before its next
    /// outcome.
    delivered: Vec<Delivered>,
}

struct Delivery {
    outcome: SharedOutcome,
    bytes: usize,
    waiters: Waiters,
}

impl Deliveries {
    pub(super) fn push(&mut self, outcome: Outcome, waiters: Waiters) {
        let bytes = outcome.as_ref().map_or(0, |answer| answer.bytes());
        self.bytes += bytes;
        self.queue.push_back(Delivery {
            outcome: SharedOutcome::new(outcome),
            bytes,
            waiters,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether no further answer may be added before some are delivered.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MAX_BYTES
    }

    /// Delivers outcomes to up to [`MAX_DELIVERED`] of those who wait, and wakes their sessions.
    pub(super) fn deliver(&mut self) {
        let mut left = MAX_DELIVERED;
        while left > 0
            && let Some(mut delivery) = self.queue.pop_front()
        {
            let mut left_of_query = MAX_OF_ONE_QUERY.min(left);
            while left_of_query > 0 && !delivery.waiters.is_empty() {
                left_of_query -= 1;
                left -= 1;
                if let Some(delivered) = delivery.waiters.deliver_one(&mut delivery.outcome) {
                    wake_once(&mut self.delivered, delivered);
                }
            }
            if delivery.waiters.is_empty() {
                self.bytes -= delivery.bytes;
            } else {
                self.queue.push_back(delivery);
            }
        }
        self.delivered.clear();
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
