//! Pollables are ready while a completion can be taken, work beside other pollables, and may be
//! dropped in any order.

use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;
use winsock_async_test_guests::raw::completions::take;
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::readiness::subscribe;
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::Query;

fn host(name: &str) -> Query {
    Query::HostByName(name.into())
}

fn main() {
    let early = subscribe();
    assert!(!early.ready());
    startup().unwrap();

    // Level-triggered: ready until the completion is taken, and again for the next.
    let pollable = subscribe();
    assert!(!pollable.ready());
    for _ in 0..3 {
        async_request(&host("known.test"), 0).unwrap();
        assert!(pollable.ready() && pollable.ready() && early.ready());
        pollable.block();
        assert_eq!(take(u32::MAX).len(), 1);
        assert!(!pollable.ready() && !early.ready());
    }

    // It waits for the answer of a worker, beside a timer that ends later.
    for _ in 0..100 {
        async_request(&host("quick.test"), 0).unwrap();
        let hour = subscribe_duration(3_600_000_000_000);
        assert_eq!(poll(&[&hour, &pollable]), [1]);
        assert_eq!(take(u32::MAX).len(), 1);
    }

    // A request that never completes does not delay others.
    let never = async_request(&host("never.test"), 0).unwrap();
    let soon = subscribe_duration(1_000_000);
    assert_eq!(poll(&[&pollable, &soon]), [1]);
    cancel(never).unwrap();
    assert!(!pollable.ready());

    // Several pollables at once, dropped while others live, and after the clean-up.
    let others: Vec<_> = (0..100).map(|_| subscribe()).collect();
    drop(early);
    async_request(&host("quick.test"), 0).unwrap();
    let all: Vec<_> = others.iter().collect();
    assert_eq!(poll(&all).len(), 100);
    drop(all);
    cleanup().unwrap();
    assert!(!pollable.ready());
    drop(others);
    drop(pollable);
    startup().unwrap();
    async_request(&host("known.test"), 0).unwrap();
    assert!(subscribe().ready());
}
