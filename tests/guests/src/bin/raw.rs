//! Calls of the interface without the library, with arguments at their limits and out of order.

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

fn host(name: &str) -> Query {
    Query::HostByName(name.into())
}

fn main() {
    // Before start-up.
    assert_eq!(cleanup(), Err(ErrorCode::NotInitialised));
    assert_eq!(
        async_request(&host("quick.test"), 1),
        Err(ErrorCode::NotInitialised)
    );
    assert_eq!(cancel(0), Err(ErrorCode::NotInitialised));
    assert!(take(u32::MAX).is_empty());
    for timeout in [None, Some(0), Some(u64::MAX)] {
        assert!(!wait(timeout), "nothing is outstanding");
    }

    startup().unwrap();
    assert!(!wait(None));
    assert!(!wait(Some(u64::MAX)));
    assert!(take(0).is_empty() && take(u32::MAX).is_empty());

    // The guest chooses tags freely. S-R5: an immediate answer is a completion that waits to be
    // taken when the call has returned.
    for tag in [0, 1, u64::MAX] {
        let handle = async_request(&host("known.test"), tag).unwrap();
        assert!(wait(Some(0)), "the completion is there by now");
        assert!(take(0).is_empty());
        let taken = take(u32::MAX);
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].handle, taken[0].tag), (handle, tag));
        assert!(taken[0].outcome.is_ok());
        assert!(take(1).is_empty() && !wait(None));
    }

    // `take` returns the oldest first, in portions.
    let handles: Vec<_> = (0..10)
        .map(|tag| async_request(&host("known.test"), tag).unwrap())
        .collect();
    let (first, rest) = (take(3), take(u32::MAX));
    let tags: Vec<_> = first.iter().chain(&rest).map(|c| c.tag).collect();
    assert_eq!((first.len(), tags), (3, (0..10).collect()));
    assert!(
        handles
            .iter()
            .all(|handle| cancel(*handle) == Err(ErrorCode::AlreadyCompleted))
    );

    // A time-out ends a wait. After the cancel, no request is left to wait for.
    let never = async_request(&host("never.test"), 0).unwrap();
    assert!(!wait(Some(0)) && !wait(Some(1_000_000)));
    assert_eq!(cancel(never), Ok(()));
    assert!(!wait(None));

    // The last clean-up drops a completion that was not taken.
    async_request(&host("known.test"), 0).unwrap();
    async_request(&host("never.test"), 0).unwrap();
    cleanup().unwrap();
    assert!(take(u32::MAX).is_empty() && !wait(None));
}
