//! Traps with requests at every stage. The host must end them all (S-S7).

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    for name in ["never.test", "quick.test", "known.test"] {
        for _ in 0..30 {
            wsa_async_get_host_by_name(window.hwnd(), DONE, name).unwrap();
        }
    }
    peek_message(None, .., false).unwrap();
    panic!("on purpose");
}
