//! Makes pollables until the store has no handle left, and traps (S-S7).

use winsock_async_test_guests::raw::lifecycle::startup;
use winsock_async_test_guests::raw::readiness::subscribe;
use winsock_async_test_guests::raw::requests::async_request;
use winsock_async_test_guests::raw::types::Query;

fn main() {
    startup().unwrap();
    for _ in 0..20 {
        async_request(&Query::HostByName(b"quick.test".into()), 0).unwrap();
        async_request(&Query::HostByName(b"known.test".into()), 0).unwrap();
    }
    // More than the tables of handles and of resources hold in one store of wasmtime.
    for _ in 0..2_000_000 {
        std::mem::forget(subscribe());
    }
}
