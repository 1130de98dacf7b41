//! Requests at the limit of 100 are refused, and begin again once others end.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    let w = window.hwnd();
    let ask = |name: &str| wsa_async_get_host_by_name(w, DONE, name);

    // S-R2: pending requests count, and so do completions that were not taken.
    let mut handles: Vec<_> = (0..99).map(|_| ask("never.test").unwrap()).collect();
    let known = ask("known.test").unwrap();
    for _ in 0..3 {
        assert_eq!(ask("quick.test"), Err(WSAEWOULDBLOCK));
        assert_eq!(wsa_get_last_error(), 10035);
    }
    // S-R1: each of the six requests is refused, whatever its parameters are.
    assert_eq!(six_requests(&window), [Err(WSAEWOULDBLOCK); 6]);

    assert!(outcome(&window, known).is_ok());
    // S-C6: a cancel makes room at once.
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
