//! Versions, the data of start-up, and the last error.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    // S-S5, S-S6: the last error works before start-up, and is 0 at first.
    assert_eq!(wsa_get_last_error(), 0);
    wsa_set_last_error(-7);
    assert_eq!(wsa_get_last_error(), -7);
    versions();
    let (_winsock, window) = start();
    failures_set_it(&window);
    outcomes_do_not(&window);
}

/// S-S1, S-S2, S-S3
fn versions() {
    for (asked, granted) in [
        ((1, 0), (1, 0)),
        ((1, 1), (1, 1)),
        ((2, 0), (2, 0)),
        ((2, 1), (2, 1)),
        ((2, 2), (2, 2)),
        ((2, 3), (2, 2)),
        ((3, 0), (2, 2)),
        ((255, 255), (2, 2)),
    ] {
        let data = wsa_startup(makeword(asked.0, asked.1)).unwrap();
        assert_eq!(data.version, makeword(granted.0, granted.1));
        assert_eq!(data.high_version, makeword(2, 2));
        assert_eq!(
            (data.description, data.system_status),
            ("WinSock 2.0", "Running")
        );
        let limits = if granted.0 == 1 {
            (32_767, 65_467)
        } else {
            (0, 0)
        };
        assert_eq!((data.max_sockets, data.max_udp_datagram), limits);
    }
    // S-S1: a version below 1.0 starts nothing, and the data name the supported version.
    for below in [0, makeword(0, 1), makeword(0, 255)] {
        assert_eq!(wsa_startup(below), Err(WSAVERNOTSUPPORTED));
        let data = WsaData::new(below);
        assert_eq!(
            (data.version, data.high_version),
            (makeword(2, 2), makeword(2, 2))
        );
        assert_eq!(
            (data.description, data.system_status),
            ("WinSock 2.0", "Running")
        );
        assert_eq!((data.max_sockets, data.max_udp_datagram), (0, 0));
    }
    // S-S3: each granted start-up needs a clean-up, whatever its version.
    for _ in 0..8 {
        assert_eq!(wsa_cleanup(), Ok(()));
    }
    assert_eq!(wsa_cleanup(), Err(WSANOTINITIALISED));
    assert_eq!(wsa_get_last_error(), 10093);
}

/// S-S6: a call that fails sets the last error, and one that succeeds leaves it alone.
fn failures_set_it(window: &Window) {
    let gone = Window::new(|_| 0).hwnd();
    let failing: [(&dyn Fn() -> WsaError, i32); 7] = [
        (&|| wsa_cancel_async_request(0).unwrap_err(), 10022),
        (&|| wsa_startup(0).unwrap_err(), 10092),
        (&|| gethostbyname("nobody.test").unwrap_err(), 11001),
        (&|| wsa_cancel_blocking_call().unwrap_err(), 10045),
        (&|| post_message(gone, WM_APP, 0, 0).unwrap_err(), 1400),
        (&|| get_message(Some(gone), ..).unwrap_err(), 1400),
        (&|| get_message(None, ..).unwrap_err(), 1131),
    ];
    for (call, number) in failing {
        wsa_set_last_error(0);
        assert_eq!(call().number(), number);
        assert_eq!(wsa_get_last_error(), number);
        post_message(window.hwnd(), WM_APP, 0, 0).unwrap();
        assert_eq!(next(window).message, WM_APP);
        assert_eq!(wsa_get_last_error(), number);
    }
}

/// S-S6, S-R1: the outcome of a request is never the last error.
fn outcomes_do_not(window: &Window) {
    wsa_set_last_error(0);
    let expected = [
        WSAHOST_NOT_FOUND,
        WSAEINVAL,
        WSANO_DATA,
        WSANO_DATA,
        WSANO_DATA,
        WSANO_DATA,
    ];
    let requests = six_requests(window).map(|request| request.expect("a request"));
    assert!(requests.iter().all(|handle| *handle != 0));
    let mut errors = [0; 6];
    for _ in requests {
        let message = next(window);
        let i = requests.iter().position(|r| *r == message.wparam).unwrap();
        errors[i] = i32::from(wsa_get_async_error(message.lparam));
        // S-R7: no size with an error.
        assert_eq!(wsa_get_async_buflen(message.lparam), 0);
        dispatch_message(&message);
    }
    assert_eq!(errors, expected.map(WsaError::number));
    assert_eq!(wsa_get_last_error(), 0);
    nothing_left(window);
}
