//! Where sessions put what they look up, and the thread finds it: nothing of it is the thread's work before its turn.

use std::sync::{Mutex, MutexGuard};

use super::flights::give;
use super::turns::Turns;
use super::waiting::Ask;
use crate::lookup::Client;
use crate::sync::Event;
use crate::types::ErrorCode;

/// Lookups that wait for their turn, and the places that they wait for.
pub(super) struct Inbox {
    desk: Mutex<Desk>,
    /// That there may be something to do.
    pub(super) told: Event,
}

struct Desk {
    turns: Turns,
    is_closed: bool,
}

impl Inbox {
    /// With so many places, and spare ones.
    pub(super) fn new(places: usize, spares: usize) -> Inbox {
        Inbox {
            desk: Mutex::new(Desk {
                turns: Turns::new(places, spares),
                is_closed: false,
            }),
            told: Event::default(),
        }
    }

    /// Puts a lookup in, and wakes the thread if it sleeps and there is a place. Where the thread is gone, nobody is
    /// asked.
    pub(super) fn put(&self, ask: Ask) {
        let mut desk = self.desk();
        if desk.is_closed {
            drop(desk);
            return refuse([ask]);
        }
        let gone = desk.turns.push(ask);
        let has_next = desk.turns.has_next();
        drop(desk);
        if has_next {
            self.told.notify();
        }
        refuse(gone);
    }

    /// Takes up to `most` out, each of which holds a place from here on. Says whether it is closed.
    pub(super) fn take(&self, most: usize, taken: &mut Vec<Ask>) -> bool {
        let mut desk = self.desk();
        taken.extend((0..most).map_while(|_| desk.turns.next()));
        desk.is_closed
    }

    /// Whether the thread has nothing to do here.
    pub(super) fn is_idle(&self) -> bool {
        let mut desk = self.desk();
        !desk.turns.has_next() && !desk.is_closed
    }

    /// A place is held no more.
    pub(super) fn give_back(&self, client: Client) {
        self.desk().turns.give_back(client);
    }

    /// Whether a spare place may be taken; it is held from here on.
    pub(super) fn take_spare(&self, client: Client) -> bool {
        self.desk().turns.take_spare(client)
    }

    /// A spare place is held no more.
    pub(super) fn give_back_spare(&self, client: Client) {
        self.desk().turns.give_back_spare(client);
    }

    /// Nothing more is put in.
    pub(super) fn close(&self) {
        self.desk().is_closed = true;
        self.told.notify();
    }

    /// The same, and whoever waits for what is there is told that nobody answers.
    pub(super) fn end(&self) {
        self.close();
        let left = self.desk().turns.drain();
        refuse(left);
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("no holder panics")
    }
}

/// Whoever waits for these is told that nobody answers. Not under the lock, as it may be somebody else's code.
fn refuse(asks: impl IntoIterator<Item = Ask>) {
    for (_, reply) in asks {
        give(reply, Err(ErrorCode::TryAgain));
    }
}

#[cfg(test)]
mod tests {
    use super::super::waiter::Waiter;
    use super::super::waiting::SWEEP;
    use super::*;
    use crate::lookup::Lookup;

    fn put(inbox: &Inbox, session: u64) -> Waiter {
        let waiter = Waiter::of(session);
        inbox.put((Lookup::HostByName("a.test".into()), waiter.reply()));
        waiter
    }

    // S-S7
    #[test]
    fn one_that_floods_is_none_of_the_thread_s_business() {
        let inbox = Inbox::new(90, 90);
        for _ in 0..100_000 {
            put(&inbox, 1);
        }
        let mut taken = Vec::new();
        inbox.take(usize::MAX, &mut taken);
        assert_eq!(taken.len(), 10);
        assert!(inbox.is_idle());
        put(&inbox, 2);
        assert!(!inbox.is_idle());
        taken.clear();
        inbox.take(usize::MAX, &mut taken);
        let clients: Vec<_> = taken.iter().map(|(_, reply)| reply.client()).collect();
        assert_eq!(clients, [Client::of_session(2)]);
    }

    #[test]
    fn what_was_cancelled_does_not_pile_up() {
        let inbox = Inbox::new(1, 1);
        let holds = put(&inbox, 1);
        inbox.take(1, &mut Vec::new());
        let stays = put(&inbox, 1);
        for _ in 0..100_000 {
            put(&inbox, 1).cancel();
        }
        let left: Vec<_> = inbox.desk().turns.drain().collect();
        assert!(left.len() <= 2 * SWEEP, "{}", left.len());
        refuse(left);
        assert_eq!(stays.got(), [Err(ErrorCode::TryAgain)]);
        drop(holds);
    }

    #[test]
    fn once_it_has_ended_nothing_waits_in_it() {
        let inbox = Inbox::new(1, 1);
        let before = put(&inbox, 1);
        inbox.end();
        let after = put(&inbox, 1);
        for waiter in [before, after] {
            assert_eq!(waiter.got(), [Err(ErrorCode::TryAgain)]);
        }
        assert!(inbox.take(1, &mut Vec::new()) && !inbox.is_idle());
    }
}
