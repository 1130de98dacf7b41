//! Two million start-ups: each counts, and needs a clean-up before the last one ends requests
//! (S-S3, S-S4).

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

/// The host has no limit of start-ups. Its counter of 64 bits would take centuries to overflow.
const MANY: u32 = 2_000_000;

fn main() {
    let never = Query::HostByName(b"never.test".into());
    for _ in 0..MANY {
        assert_eq!(startup(), Ok(()));
    }
    let pending = async_request(&never, 0).unwrap();
    for _ in 1..MANY {
        assert_eq!(cleanup(), Ok(()));
    }
    // The request is still outstanding.
    assert!(!wait(Some(0)));
    assert_eq!(cancel(pending), Ok(()));
    let pending = async_request(&never, 0).unwrap();
    assert_eq!(cleanup(), Ok(()));
    assert_eq!(cleanup(), Err(ErrorCode::NotInitialised));
    assert_eq!(cancel(pending), Err(ErrorCode::NotInitialised));
    assert!(!wait(None) && take(u32::MAX).is_empty());

    // These start-ups have no clean-up, but end with the guest (S-S7).
    for _ in 0..MANY {
        assert_eq!(startup(), Ok(()));
    }
    async_request(&never, 0).unwrap();
}
