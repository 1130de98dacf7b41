//! Traps with requests at every stage (S-S7). It prints nothing, because a test runs it ten
//! thousand times.

use winsock_async_test_guests::raw::completions::take;
use winsock_async_test_guests::raw::lifecycle::startup;
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::Query;

fn main() {
    startup().unwrap();
    for name in ["never.test", "quick.test", "known.test"] {
        let query = Query::HostByName(name.into());
        // The host refuses them once every worker is stuck.
        let handles = [(); 10].map(|()| async_request(&query, 0));
        if let Ok(handle) = handles[0] {
            let _ = cancel(handle);
        }
    }
    take(1);
    std::process::abort();
}
