//! Start-up without end: each counts, and as many clean-ups are needed before one is the last (S-S3, S-S4).

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

/// There is no bound: the host counts to 2^64, for which a guest would take centuries.
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
    // Still there.
    assert!(!wait(Some(0)));
    assert_eq!(cancel(pending), Ok(()));
    let pending = async_request(&never, 0).unwrap();
    assert_eq!(cleanup(), Ok(()));
    assert_eq!(cleanup(), Err(ErrorCode::NotInitialised));
    assert_eq!(cancel(pending), Err(ErrorCode::NotInitialised));
    assert!(!wait(None) && take(u32::MAX).is_empty());

    // Others, of which no clean-up comes: the end of the guest does (S-S7).
    for _ in 0..MANY {
        assert_eq!(startup(), Ok(()));
    }
    async_request(&never, 0).unwrap();
}
