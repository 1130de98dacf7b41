//! Ten million requests with a cancel: each either completes or is cancelled, and no cancelled one
//! completes (S-C1, S-C2, S-C8).

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

const ROUNDS: u64 = 10_000_000;

fn main() {
    startup().unwrap();
    // A worker answers this name, before or after the take and the cancel.
    let query = Query::HostByName(b"quick.test".into());
    let mut too_late = 0;
    for round in 0..ROUNDS {
        let handle = async_request(&query, round).expect("a request");
        let taken = if round % 2 == 0 {
            take(u32::MAX)
        } else {
            Vec::new()
        };
        match cancel(handle) {
            Ok(()) => assert!(taken.is_empty()),
            Err(error) => {
                assert_eq!(error, ErrorCode::AlreadyCompleted);
                let which = (taken.len(), taken[0].handle, taken[0].tag);
                assert_eq!(which, (1, handle, round));
                too_late += 1;
            }
        }
    }
    assert!(!wait(None) && take(u32::MAX).is_empty());
    assert!(too_late <= ROUNDS / 2, "{too_late} were too late");
    cleanup().unwrap();
}
