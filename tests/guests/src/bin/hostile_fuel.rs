//! Passes more data in one call than the fuel of the host allows, and traps (S-S7).

use winsock_async_test_guests::raw::lifecycle::startup;
use winsock_async_test_guests::raw::requests::async_request;
use winsock_async_test_guests::raw::types::Query;

fn main() {
    startup().unwrap();
    for _ in 0..20 {
        async_request(&Query::HostByName(b"quick.test".into()), 0).unwrap();
        async_request(&Query::HostByName(b"known.test".into()), 0).unwrap();
    }
    // Nearly 128 MiB, the most that one call may pass. Such a long name is no error of the call.
    let mut name = vec![b'a'; (128 << 20) - 1024];
    async_request(&Query::HostByName(name.clone()), 0).unwrap();
    name.resize((128 << 20) + 1, b'a');
    let _ = async_request(&Query::HostByName(name), 0);
}
