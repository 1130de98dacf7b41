//! For tests: one who waits until it is cancelled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::lookup::Responder;
use crate::lookup::{Client, Delivered, Receiver};
use crate::types::Outcome;

#[derive(Clone, Default)]
pub(super) struct Waiter {
    client: Client,
    cancelled: Arc<AtomicBool>,
    got: Arc<Mutex<Vec<Outcome>>>,
}

impl Waiter {
    /// One of a session.
    pub(super) fn of(session: u64) -> Waiter {
        Waiter {
            client: Client::of_session(session),
            ..Waiter::default()
        }
    }

    pub(super) fn reply(&self) -> Responder {
        Responder::to(self.clone())
    }

    pub(super) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn got(&self) -> Vec<Outcome> {
        self.got.lock().unwrap().clone()
    }
}

impl Receiver for Waiter {
    fn is_wanted(&self) -> bool {
        !self.cancelled.load(Ordering::Relaxed)
    }

    fn receive(self: Box<Self>, outcome: Outcome) -> Delivered {
        self.got.lock().unwrap().push(outcome);
        Delivered::NOBODY
    }

    fn client(&self) -> Client {
        self.client
    }
}
