//! Calls before start-up, counted start-ups, and one clean-up too many.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let window = Window::new(|_| 0);

    let all_fail = || {
        // S-S5: the requests fail whatever their parameters are.
        let calls = six_requests(&window);
        assert!(calls.iter().all(|call| *call == Err(WSANOTINITIALISED)));
        assert_eq!(six_blocking(), [Err(WSANOTINITIALISED); 6]);
        assert_eq!(wsa_cancel_blocking_call(), Err(WSANOTINITIALISED));
        assert_eq!(wsa_unhook_blocking_hook(), Err(WSANOTINITIALISED));
        let set = wsa_set_blocking_hook(|| false).map(drop);
        assert_eq!(set, Err(WSANOTINITIALISED));
        assert!(!wsa_is_blocking());
        // S-C5: this error precedes those of the handle.
        for handle in [0, 1, u64::MAX] {
            assert_eq!(wsa_cancel_async_request(handle), Err(WSANOTINITIALISED));
        }
        // S-S3, S-S6
        wsa_set_last_error(0);
        assert_eq!(wsa_cleanup(), Err(WSANOTINITIALISED));
        assert_eq!(wsa_get_last_error(), 10093);
        nothing_left(&window);
    };
    all_fail();

    // S-S1: a refused start-up starts nothing.
    assert_eq!(wsa_startup(0), Err(WSAVERNOTSUPPORTED));
    all_fail();

    // S-S3
    wsa_startup(makeword(1, 1)).unwrap();
    wsa_startup(makeword(2, 2)).unwrap();
    wsa_cleanup().unwrap();
    assert_eq!(host(&window, "quick.test").unwrap().name, "quick.test");
    wsa_cleanup().unwrap();
    all_fail();
    wsa_startup(makeword(2, 2)).unwrap();
    assert_eq!(host(&window, "quick.test").unwrap().name, "quick.test");
    wsa_cleanup().unwrap();
    all_fail();
}
