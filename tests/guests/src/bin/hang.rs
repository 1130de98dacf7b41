//! Waits for an answer that never comes, until the host drops the guest.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    for name in ["never.test", "never.test", "never.test"] {
        wsa_async_get_host_by_name(window.hwnd(), DONE, name).unwrap();
    }
    next(&window);
}
