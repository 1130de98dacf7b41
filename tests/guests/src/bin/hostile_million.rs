//! A million requests begin, and at least half a million are refused. Each that began has one
//! completion (S-R2, S-R6).

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::async_request;
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

const MILLION: usize = 1_000_000;

fn main() {
    startup().unwrap();
    // A worker answers the first name, and the guest's thread the second.
    let names = ["quick.test", "known.test"].map(|name| Query::HostByName(name.into()));
    let mut came = vec![false; MILLION];
    let (mut begun, mut refused, mut ended) = (0, 0, 0);
    while ended < MILLION {
        while begun < MILLION {
            match async_request(&names[begun % 2], begun as u64) {
                Ok(_) => begun += 1,
                Err(error) => {
                    assert_eq!(error, ErrorCode::WouldBlock);
                    refused += 1;
                    // The guest goes on after a refusal while fewer requests were refused than
                    // began.
                    if refused >= begun {
                        break;
                    }
                }
            }
        }
        assert!(wait(None), "{begun} were begun, {ended} have ended");
        for completion in take(u32::MAX) {
            assert!(completion.outcome.is_ok());
            let before = std::mem::replace(&mut came[completion.tag as usize], true);
            assert!(!before, "{} came twice", completion.tag);
            ended += 1;
        }
    }
    assert!(!wait(None) && take(u32::MAX).is_empty());
    assert!(refused >= MILLION / 2, "{refused} were refused");
    cleanup().unwrap();
}
