//! At the limit of requests: refused, and welcome again once others end. The host allows 100.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    let w = window.hwnd();
    let ask = |name: &str| wsa_async_get_host_by_name(w, DONE, name);

    // S-R2: pending ones count, and so do those that completed and were not taken.
    let mut handles: Vec<_> = (0..99).map(|_| ask("never.test").unwrap()).collect();
    let known = ask("known.test").unwrap();
    for _ in 0..3 {
        assert_eq!(ask("quick.test"), Err(WSAEWOULDBLOCK));
        assert_eq!(wsa_get_last_error(), 10035);
    }
    // S-R1: each of the six, before its parameters are looked at.
    assert_eq!(six_requests(&window), [Err(WSAEWOULDBLOCK); 6]);

    assert!(outcome(&window, known).is_ok());
    // S-C6: cancelling gives the place back at once.
    for _ in 0..1000 {
        handles.push(ask("never.test").unwrap());
        assert_eq!(ask("never.test"), Err(WSAEWOULDBLOCK));
        assert_eq!(wsa_cancel_async_request(handles.swap_remove(0)), Ok(()));
    }
    for handle in handles {
        assert_eq!(wsa_cancel_async_request(handle), Ok(()));
    }
    nothing_left(&window);
}
