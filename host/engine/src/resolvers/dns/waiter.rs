//! For tests: a receiver that can be cancelled, and keeps the outcomes that it gets.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::lookup::{Client, Delivered, Receiver, Responder, TimedOutcome};
use crate::types::Outcome;

#[derive(Clone, Default)]
pub(super) struct Waiter {
    client: Client,
    cancelled: Arc<AtomicBool>,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
}

impl Waiter {
    /// A waiter of this session.
    pub(super) fn of(session: u64) -> Waiter {
        Waiter {
            client: Client::of_session(session),
            ..Waiter::default()
        }
    }

    pub(super) fn responder(&self) -> Responder {
        Responder::to(self.clone())
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.lock().unwrap().clone()
    }
}

impl Receiver for Waiter {
    fn is_wanted(&self) -> bool {
        !self.cancelled.load(Ordering::Relaxed)
    }

    fn receive(self: Box<Self>, outcome: TimedOutcome) -> Delivered {
        self.outcomes.lock().unwrap().push(outcome.outcome);
        Delivered::NOBODY
    }

    fn client(&self) -> Client {
        self.client
    }
}
