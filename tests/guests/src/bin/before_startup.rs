//! Calls before start-up, start-ups that are counted, and a clean-up too many.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let window = Window::new(|_| 0);
    let w = window.hwnd();

    let all_fail = || {
        // S-S5: whatever the parameters are.
        let calls = [
            wsa_async_get_host_by_name(w, DONE, "quick.test"),
            wsa_async_get_host_by_addr(w, DONE, &[], -1),
            wsa_async_get_serv_by_name(w, DONE, "", None),
            wsa_async_get_serv_by_port(w, DONE, -1, None),
            wsa_async_get_proto_by_name(w, DONE, b"\0"),
            wsa_async_get_proto_by_number(w, DONE, 6),
        ];
        assert!(calls.iter().all(|call| *call == Err(WSANOTINITIALISED)));
        // S-C5: before the handle is looked at.
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
