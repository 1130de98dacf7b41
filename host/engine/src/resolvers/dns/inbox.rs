//! The inbox: sessions put lookups in, and the event loop takes those out that hold a permit.
//! Lookups that wait cost the event loop no work.

use std::sync::{Mutex, MutexGuard};

use super::fair_queue::FairQueue;
use super::in_flight::send;
use super::lookup_queue::PendingLookup;
use crate::lookup::Client;
use crate::sync::Event;
use crate::types::ErrorCode;

/// Lookups that wait for a permit, and the permits.
pub(super) struct Inbox {
    state: Mutex<State>,
    /// Notified when there may be something to do for the event loop.
    pub(super) ready: Event,
}

struct State {
    queue: FairQueue,
    is_closed: bool,
}

impl Inbox {
    pub(super) fn new(permits: usize) -> Inbox {
        Inbox {
            state: Mutex::new(State {
                queue: FairQueue::new(permits),
                is_closed: false,
            }),
            ready: Event::default(),
        }
    }

    /// Puts a lookup in, and wakes the event loop if it sleeps and a permit is available. Fails the
    /// lookup with WSATRY_AGAIN if the inbox is closed.
    pub(super) fn push(&self, lookup: PendingLookup) {
        let mut state = self.lock();
        if state.is_closed {
            drop(state);
            return fail([lookup]);
        }
        let removed = state.queue.push(lookup);
        let has_next = state.queue.has_next();
        drop(state);
        if has_next {
            self.ready.notify();
        }
        fail(removed);
    }

    /// Takes out up to `max` lookups. Each holds a permit from here on. Returns whether the inbox
    /// is closed.
    pub(super) fn take(&self, max: usize, taken: &mut Vec<PendingLookup>) -> bool {
        let mut state = self.lock();
        taken.extend((0..max).map_while(|_| state.queue.next()));
        state.is_closed
    }

    /// Whether the event loop has nothing to do here.
    pub(super) fn is_idle(&self) -> bool {
        let mut state = self.lock();
        !state.queue.has_next() && !state.is_closed
    }

    /// Releases a permit.
    pub(super) fn release(&self, client: Client) {
        self.lock().queue.release(client);
    }

    /// Closes the inbox to further lookups, and wakes the event loop.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.ready.notify();
    }

    /// Closes the inbox, and fails the lookups in it with WSATRY_AGAIN.
    pub(super) fn end(&self) {
        self.close();
        let left = self.lock().queue.drain();
        fail(left);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

/// Fails lookups. Not to be called under the lock, as a receiver may be the embedder's code.
fn fail(lookups: impl IntoIterator<Item = PendingLookup>) {
    for (_, responder) in lookups {
        send(responder, Err(ErrorCode::TryAgain));
    }
}

#[cfg(test)]
mod tests {
    use super::super::lookup_queue::MIN_SWEEP;
    use super::super::waiter::Waiter;
    use super::*;
    use crate::lookup::Lookup;

    fn push(inbox: &Inbox, session: u64) -> Waiter {
        let waiter = Waiter::of(session);
        inbox.push((
            Lookup::HostByName("a.test".into()).into(),
            waiter.responder(),
        ));
        waiter
    }

    // S-S7
    #[test]
    fn flooding_session_leaves_the_event_loop_idle() {
        let inbox = Inbox::new(90);
        for _ in 0..100_000 {
            push(&inbox, 1);
        }
        let mut taken = Vec::new();
        inbox.take(usize::MAX, &mut taken);
        assert_eq!(taken.len(), 10);
        assert!(inbox.is_idle());
        push(&inbox, 2);
        assert!(!inbox.is_idle());
        taken.clear();
        inbox.take(usize::MAX, &mut taken);
        let clients: Vec<_> = taken
            .iter()
            .map(|(_, responder)| responder.client())
            .collect();
        assert_eq!(clients, [Client::of_session(2)]);
    }

    #[test]
    fn cancelled_lookups_do_not_pile_up() {
        let inbox = Inbox::new(1);
        let holder = push(&inbox, 1);
        inbox.take(1, &mut Vec::new());
        let stays = push(&inbox, 1);
        for _ in 0..100_000 {
            push(&inbox, 1).cancel();
        }
        let left: Vec<_> = inbox.lock().queue.drain().collect();
        assert!(left.len() <= 2 * MIN_SWEEP, "{}", left.len());
        fail(left);
        assert_eq!(stays.outcomes(), [Err(ErrorCode::TryAgain)]);
        drop(holder);
    }

    #[test]
    fn ended_inbox_fails_the_lookups_before_and_after() {
        let inbox = Inbox::new(1);
        let before = push(&inbox, 1);
        inbox.end();
        let after = push(&inbox, 1);
        for waiter in [before, after] {
            assert_eq!(waiter.outcomes(), [Err(ErrorCode::TryAgain)]);
        }
        assert!(inbox.take(1, &mut Vec::new()) && !inbox.is_idle());
    }
}
