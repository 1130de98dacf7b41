//! Several guests, several workers and an outage, in random orders: too large to try every order.

use std::collections::BTreeSet;

use super::{After, check, engine, finds};
use crate::engine::LookupEngine;
use crate::session::{Lookups, Session};
use crate::sync::{Fault, model_thread, thread};
use crate::types::{ErrorCode, Query, TaskHandle};

const GUESTS: usize = 3;
const REQUESTS: usize = 6;
const LOOKUPS: usize = 2;

/// One guest: makes requests, cancels every other one, and takes completions.
struct Guest {
    session: Session,
    /// Requests that were neither cancelled nor taken.
    live: BTreeSet<TaskHandle>,
}

impl Guest {
    fn new(engine: &LookupEngine) -> Guest {
        let mut session = engine.session();
        session.startup().unwrap();
        Guest {
            session,
            live: BTreeSet::new(),
        }
    }

    fn run(mut self) {
        for i in 0..REQUESTS {
            match self
                .session
                .request(Query::HostByName(b"a.test"[..].into()), 0)
            {
                Ok(handle) if i % 2 == 0 => self.cancel(handle),
                Ok(handle) => assert!(self.live.insert(handle)),
                Err(error) => assert_eq!(error, ErrorCode::NetworkDown),
            }
            if i == REQUESTS / 2 {
                self.take();
            }
        }
        while self.session.wait(None) {
            self.take();
        }
        assert_eq!(self.live, BTreeSet::new(), "they are lost");
    }

    // S-C8
    fn cancel(&mut self, handle: TaskHandle) {
        match self.session.cancel(handle) {
            Ok(()) => {}
            Err(ErrorCode::NetworkDown) => assert!(self.live.insert(handle)),
            Err(other) => panic!("{other}"),
        }
    }

    // S-R6
    fn take(&mut self) {
        for completion in self.session.take(usize::MAX) {
            assert!(
                self.live.remove(&completion.handle),
                "it is none, or came twice"
            );
        }
    }
}

fn crowd() {
    let engine = engine(GUESTS, After(thread::yield_now));
    let guests: Vec<_> = (0..GUESTS)
        .map(|_| {
            let guest = Guest::new(&engine);
            model_thread::spawn(move || guest.run())
        })
        .collect();
    engine.take_down();
    engine.bring_up();
    for guest in guests {
        guest.join().unwrap();
    }
    assert_eq!(engine.outstanding(), 0);
}

#[test]
fn guests_and_workers_and_an_outage() {
    check(0, crowd);
}

/// A guest whose session and whose lookups work at once, in threads of their own.
fn guest_with_lookups() {
    let engine = engine(2, After(thread::yield_now));
    let guest = Guest::new(&engine);
    let lookups = guest.session.lookups();
    let tasks: Vec<_> = (0..2)
        .map(|_| {
            let lookups = lookups.clone();
            model_thread::spawn(move || await_lookups(&lookups))
        })
        .collect();
    let guest = model_thread::spawn(move || guest.run());
    engine.take_down();
    engine.bring_up();
    guest.join().unwrap();
    for task in tasks {
        task.join().unwrap();
    }
    assert_eq!(engine.outstanding(), 0);
    drop(lookups);
    assert_eq!(engine.shared.registry.len(), 0);
}

/// Begins lookups, drops every other one, and awaits the others.
fn await_lookups(lookups: &Lookups) {
    for i in 0..LOOKUPS {
        let lookup = lookups.begin(Query::HostByName(b"a.test"[..].into()));
        if i % 2 == 0 {
            let outcome = shuttle::future::block_on(lookup);
            let error = outcome.expect_err("it finds nothing");
            assert!(matches!(
                error,
                ErrorCode::HostNotFound | ErrorCode::NetworkDown
            ));
        }
    }
}

#[test]
fn a_guest_with_lookups_and_workers_and_an_outage() {
    check(0, guest_with_lookups);
}

finds!(a_result_that_wakes_no_lookup_is_found: WakeNoLookup in guest_with_lookups, 0);
finds!(a_result_that_completes_a_request_twice_is_found: DecideUnseen in crowd, 0);
finds!(a_cancel_that_keeps_the_handle_is_found: CancelKeepsHandle in crowd, 0);
finds!(a_session_that_stays_marked_as_scheduled_is_found: NotUnscheduled in crowd, 0);
finds!(a_session_that_is_not_rescheduled_is_found: NotRescheduled in crowd, 0);
