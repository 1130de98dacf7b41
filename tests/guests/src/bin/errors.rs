//! Requests that end without an answer, and their errors.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    let error = |name: &str| host(&window, name).expect_err(name);

    // S-R15
    assert_eq!(error("nobody.test"), WSAHOST_NOT_FOUND);
    assert_eq!(error("again.test"), WSATRY_AGAIN);
    assert_eq!(error("broken.test"), WSANO_RECOVERY);
    assert_eq!(error("empty.test"), WSANO_DATA);

    // S-R16
    assert_eq!(error("forbidden.invalid"), WSAEACCES);
    assert_eq!(error("FORBIDDEN.invalid."), WSAEACCES);
    assert_eq!(error("198.51.100.7"), WSAEACCES);

    // S-R13
    let literal = host(&window, "192.0.2.77").unwrap();
    assert_eq!(literal.name, "192.0.2.77");
    assert_eq!(
        literal.addresses,
        ["192.0.2.77".parse::<std::net::Ipv4Addr>().unwrap()]
    );
    for not_legal in [
        "::1",
        "2001:db8::1",
        "192.0.2.256",
        "192.0.2",
        "0300.0.2.1",
        "0xc0.0.2.1",
    ] {
        assert_eq!(error(not_legal), WSANO_DATA, "{not_legal}");
    }
    // S-R13: the name of the machine, which is quick.test in these tests.
    assert_eq!(host(&window, "").unwrap().name, "quick.test");

    // S-R14
    let by_address = |address: &[u8], family| {
        let w = window.hwnd();
        outcome(
            &window,
            wsa_async_get_host_by_addr(w, DONE, address, family).unwrap(),
        )
    };
    for wrong in [&[][..], &[127, 0, 0], &[192, 0, 2, 1, 0], &[0; 16]] {
        assert_eq!(by_address(wrong, AF_INET), Err(WSAEINVAL));
    }
    for family in [0, 1, 23, -1, i32::MAX] {
        assert_eq!(by_address(&[192, 0, 2, 1], family), Err(WSAEINVAL));
    }
    assert_eq!(by_address(&[198, 51, 100, 7], AF_INET), Err(WSAEACCES));
    assert_eq!(
        by_address(&[192, 0, 2, 99], AF_INET),
        Err(WSAHOST_NOT_FOUND)
    );

    // S-R4: none of these errors is an error of the call.
    nothing_left(&window);
}
