//! Makes requests and takes no completion. The host refuses more at the limit until the guest ends,
//! without a clean-up (S-R2, S-S7).

use winsock_async_test_guests::raw::completions::wait;
use winsock_async_test_guests::raw::lifecycle::startup;
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

fn main() {
    startup().unwrap();
    let names = ["quick.test", "known.test"].map(|name| Query::HostByName(name.into()));
    let mut handles = Vec::new();
    let refused = loop {
        match async_request(&names[handles.len() % 2], 0) {
            Ok(handle) => handles.push(handle),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, ErrorCode::WouldBlock);
    // The limit of the tests, or the default of the host.
    assert!([100, 65_536].contains(&handles.len()), "{}", handles.len());
    assert!(wait(None));
    // S-C2, S-C6: a cancel of a completion that was not taken makes room for one request.
    for handle in handles.iter_mut().skip(1).step_by(2) {
        assert_eq!(cancel(*handle), Ok(()));
        *handle = async_request(&names[1], 0).expect("there is room");
    }
    for query in names.iter().cycle().take(1_000_000) {
        assert_eq!(async_request(query, 0), Err(ErrorCode::WouldBlock));
    }
    assert!(wait(Some(0)), "the completions wait to be taken");
}
