//! Pollables by the thousand, dropped in any order, before and after clean-up.

use wasip2::io::poll::{Pollable, poll};
use winsock_async_test_guests::raw::completions::take;
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::readiness::subscribe;
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::Query;

const MANY: usize = 5000;

fn main() {
    // Before start-up, pollables are not ready. They stay valid afterwards.
    let early = many();
    assert!(early.iter().all(|pollable| !pollable.ready()));
    startup().unwrap();

    for order in [forwards, backwards, inside_out] {
        let mut pollables = many();
        let never = ask("never.test");
        assert!(pollables.iter().all(|pollable| !pollable.ready()));
        // S-C1: a cancelled request makes no pollable ready.
        cancel(never).unwrap();
        assert!(pollables.iter().all(|pollable| !pollable.ready()));

        ask("quick.test");
        let all: Vec<_> = early.iter().chain(&pollables).collect();
        all[MANY].block();
        assert_eq!(poll(&all).len(), 2 * MANY, "every pollable is ready");
        // The same pollable 5,000 times in one list.
        assert_eq!(poll(&vec![all[0]; MANY]).len(), MANY);
        order(&mut pollables);
        assert!(early.iter().all(Pollable::ready));
        assert_eq!(take(u32::MAX).len(), 1);
        assert!(early.iter().all(|pollable| !pollable.ready()));
    }

    // Pollables that are dropped at once, half of them after a call of `ready`.
    for _ in 0..MANY {
        drop(subscribe());
        assert!(!subscribe().ready());
    }

    // S-S4: after clean-up, pollables may be dropped or used again.
    let mut late = many();
    ask("known.test");
    assert!(late.iter().all(Pollable::ready));
    cleanup().unwrap();
    assert!(late.iter().chain(&early).all(|pollable| !pollable.ready()));
    inside_out(&mut late);
    startup().unwrap();
    ask("known.test");
    assert!(early.iter().all(Pollable::ready));
    cleanup().unwrap();
    // S-S7: the host drops the others.
    std::mem::forget(early);
}

fn many() -> Vec<Pollable> {
    (0..MANY).map(|_| subscribe()).collect()
}

fn ask(name: &str) -> u64 {
    async_request(&Query::HostByName(name.into()), 0).expect("a request")
}

fn forwards(pollables: &mut Vec<Pollable>) {
    pollables.drain(..).for_each(drop);
}

fn backwards(pollables: &mut Vec<Pollable>) {
    while pollables.pop().is_some() {}
}

/// Drops pollables from the middle. The last one replaces each.
fn inside_out(pollables: &mut Vec<Pollable>) {
    while !pollables.is_empty() {
        drop(pollables.swap_remove(pollables.len() / 2));
    }
}
