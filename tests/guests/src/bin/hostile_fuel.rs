//! Passes more at once than the host's fuel for calls allows, and traps (S-S7).

use winsock_async_test_guests::raw::lifecycle::startup;
use winsock_async_test_guests::raw::requests::async_request;
use winsock_async_test_guests::raw::types::Query;

fn main() {
    startup().unwrap();
    for _ in 0..20 {
        async_request(&Query::HostByName(b"quick.test".into()), 0).unwrap();
        async_request(&Query::HostByName(b"known.test".into()), 0).unwrap();
    }
    // As much as a call may have: 128 MiB. The name is too long to be one, and that is all.
    let mut name = vec![b'a'; (128 << 20) - 1024];
    async_request(&Query::HostByName(name.clone()), 0).unwrap();
    name.resize((128 << 20) + 1, b'a');
    let _ = async_request(&Query::HostByName(name), 0);
}
