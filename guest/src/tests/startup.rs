//! Start-up and clean-up.

use super::support::recorder;
use crate::host::fake;
use crate::*;

#[test]
fn start_up_grants_each_version_as_windows_does() {
    // S-S1, S-S2
    for (asked, granted) in [
        ((1, 0), (1, 0)),
        ((1, 1), (1, 1)),
        ((1, 9), (1, 1)),
        ((2, 0), (2, 0)),
        ((2, 1), (2, 1)),
        ((2, 2), (2, 2)),
        ((2, 3), (2, 2)),
        ((255, 255), (2, 2)),
    ] {
        let data = wsa_startup(makeword(asked.0, asked.1)).unwrap();
        assert_eq!(data.version, makeword(granted.0, granted.1), "{asked:?}");
        assert_eq!(data.high_version, 0x0202);
        assert_eq!(
            (data.description, data.system_status),
            ("WinSock 2.0", "Running")
        );
        let limits = if asked.0 == 1 {
            (32_767, 65_467)
        } else {
            (0, 0)
        };
        assert_eq!((data.max_sockets, data.max_udp_datagram), limits);
    }
    for below in [makeword(0, 0), makeword(0, 9)] {
        assert_eq!(wsa_startup(below), Err(WSAVERNOTSUPPORTED));
        assert_eq!(WsaData::new(below).high_version, 0x0202);
    }
    assert_eq!(fake::startups(), 8);
}

#[test]
fn every_start_up_needs_a_clean_up_and_a_guard_makes_its_own() {
    // S-S3
    let outer = Winsock::startup(makeword(2, 2)).unwrap();
    drop(Winsock::startup(makeword(1, 1)).unwrap());
    assert_eq!(fake::startups(), 1);
    assert_eq!(outer.cleanup(), Ok(()));
    assert_eq!(wsa_cleanup(), Err(WSANOTINITIALISED));
    assert_eq!(wsa_get_last_error(), 10093);
    let again = Winsock::startup(makeword(2, 2)).unwrap();
    assert_eq!(again.data().version, 0x0202);
}

#[test]
fn the_last_cleanup_removes_posted_completions_and_leaves_other_messages() {
    // S-S4
    let (window, _) = recorder();
    let hwnd = window.hwnd();
    wsa_startup(makeword(2, 2)).unwrap();
    wsa_startup(makeword(2, 2)).unwrap();
    let done = wsa_async_get_host_by_name(hwnd, WM_USER, "a").unwrap();
    let waiting = wsa_async_get_host_by_name(hwnd, WM_USER, "b").unwrap();
    fake::complete(done, Err(WSANO_DATA));
    post_message(hwnd, WM_USER + 1, 0, 0).unwrap();
    let first = peek_message(None, WM_USER..=WM_USER, false).unwrap();
    assert!(matches!(first, Some(Retrieved::Message(m)) if m.wparam == done));
    wsa_cleanup().unwrap();
    assert!(
        peek_message(None, WM_USER..=WM_USER, false)
            .unwrap()
            .is_some()
    );
    wsa_cleanup().unwrap();
    assert_eq!(fake::outstanding(), 0);
    let left = Retrieved::Message(Message::new(hwnd, WM_USER + 1, 0, 0));
    assert_eq!(peek_message(None, .., true), Ok(Some(left)));
    assert_eq!(peek_message(None, .., true), Ok(None));
    wsa_startup(makeword(2, 2)).unwrap();
    assert_eq!(wsa_cancel_async_request(waiting), Err(WSAEINVAL));
}
