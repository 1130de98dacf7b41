//! The six requests and cancel.

use std::net::Ipv6Addr;
use std::time::Duration;

use super::support::recorder;
use crate::host::fake;
use crate::*;

fn tcp() -> Answer {
    Answer::Protocol(ProtocolEntry {
        name: "tcp".into(),
        aliases: vec![],
        number: 6,
    })
}

fn winsock() -> Winsock {
    Winsock::startup(makeword(2, 2)).unwrap()
}

#[test]
fn each_request_asks_its_question() {
    let _winsock = winsock();
    let (window, _) = recorder();
    let w = window.hwnd();
    let started = [
        wsa_async_get_host_by_name(w, 1, "a.test"),
        wsa_async_get_host_by_addr(w, 2, &[192, 0, 2, 1], AF_INET),
        wsa_async_get_serv_by_name(w, 3, b"http\xff", Some("tcp")),
        // S-R11: the port is in network order, and its upper half is ignored.
        wsa_async_get_serv_by_port(w, 4, i32::from(htons(80)) | 0x7fff << 16, None),
        wsa_async_get_proto_by_name(w, 5, String::from("tcp")),
        wsa_async_get_proto_by_number(w, 6, -1),
        // S-A1
        request_addresses(w, 7, "a", None),
        request_addresses(w, 8, "a", Some(AddressFamily::Ipv6)),
        request_name_of(w, 9, Ipv6Addr::LOCALHOST),
    ];
    assert!(started.iter().all(Result::is_ok));
    let expected = [
        r#"HostByName([97, 46, 116, 101, 115, 116])"#,
        r#"HostByAddress(AddressQuery { address: [192, 0, 2, 1], family: 2 })"#,
        r#"ServiceByName(ServiceNameQuery { name: [104, 116, 116, 112, 255], protocol: Some([116, 99, 112]) })"#,
        r#"ServiceByPort(ServicePortQuery { port: 80, protocol: None })"#,
        r#"ProtocolByName([116, 99, 112])"#,
        r#"ProtocolByNumber(-1)"#,
        r#"Addresses(NameQuery { name: [97], family: None })"#,
        r#"Addresses(NameQuery { name: [97], family: Some(AddressFamily::Ipv6) })"#,
        r#"NameOf(IpAddress::Ipv6((0, 1)))"#,
    ];
    let asked = fake::queries()
        .into_iter()
        .map(|q| q.replace("Query::", ""));
    assert!(asked.eq(expected), "{:?}", fake::queries());
    assert_eq!(ntohs(htons(80)), 80);
}

#[test]
fn a_completion_is_one_message_to_the_window_and_number_given() {
    // S-R6
    let _winsock = winsock();
    let (window, seen) = recorder();
    let good = wsa_async_get_proto_by_name(window.hwnd(), WM_USER + 1, "tcp").unwrap();
    let bad = wsa_async_get_proto_by_name(window.hwnd(), WM_USER + 2, "none").unwrap();
    fake::complete(bad, Err(WSANO_DATA));
    fake::complete(good, Ok(tcp()));
    wsa_set_last_error(0);
    for _ in 0..2 {
        let Retrieved::Message(m) = get_message(None, ..).unwrap() else {
            panic!()
        };
        dispatch_message(&m);
    }
    let seen = seen.borrow();
    let first = &seen[0];
    assert_eq!((first.message, first.wparam), (WM_USER + 2, bad));
    assert_eq!(wsa_get_async_error(first.lparam), 11004);
    assert_eq!(first.answer(), Some(Err(WSANO_DATA)));
    // S-S6: the outcome is not the last error.
    assert_eq!(wsa_get_last_error(), 0);
    let second = &seen[1];
    assert_eq!((second.hwnd, second.wparam), (Some(window.hwnd()), good));
    assert_eq!(
        usize::from(wsa_get_async_buflen(second.lparam)),
        tcp().winsock_size()
    );
    assert_eq!(second.answer(), Some(Ok(&tcp())));
    assert_eq!(peek_message(None, .., true), Ok(None));
}

#[test]
fn a_cancel_is_in_time_until_the_message_waits_and_a_waiting_message_stays() {
    let _winsock = winsock();
    let (window, _) = recorder();
    let ask = || wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    let (cancelled, in_host, done) = (ask(), ask(), ask());
    // S-C1
    assert_eq!(wsa_cancel_async_request(cancelled), Ok(()));
    fake::complete(in_host, Err(WSANO_DATA));
    fake::complete(done, Err(WSANO_DATA));
    // S-C2: what the host has is no message.
    assert_eq!(wsa_cancel_async_request(in_host), Ok(()));
    // S-C2 (b)
    assert!(peek_message(None, .., false).unwrap().is_some());
    assert_eq!(wsa_cancel_async_request(done), Err(WSAEALREADY));
    assert_eq!(wsa_get_last_error(), 10037);
    let found = peek_message(None, .., true).unwrap();
    assert!(matches!(found, Some(Retrieved::Message(m)) if m.wparam == done));
    // S-C2 (a)
    assert_eq!(wsa_cancel_async_request(done), Err(WSAEALREADY));
    // S-C3
    for other in [0, cancelled, in_host, u64::MAX] {
        assert_eq!(wsa_cancel_async_request(other), Err(WSAEINVAL));
    }
    assert_eq!(peek_message(None, .., true), Ok(None));
}

#[test]
fn a_cancel_in_the_handler_that_made_the_request_is_in_time() {
    // S-C1, S-C2
    let _winsock = winsock();
    let window = Window::new(|m| {
        if m.message == WM_APP {
            // Each outcome is known before the next call.
            for _ in 0..3 {
                fake::plan(Duration::ZERO, Ok(tcp()));
                let former = wsa_async_get_proto_by_name(m.hwnd, WM_USER, "tcp").unwrap();
                assert_eq!(wsa_cancel_async_request(former), Ok(()));
            }
            fake::plan(Duration::ZERO, Err(WSANO_DATA));
            wsa_async_get_serv_by_name(m.hwnd, WM_USER, "http", None).unwrap();
        } else {
            assert_eq!(m.answer(), Some(Err(WSANO_DATA)));
            post_quit_message(5);
        }
        0
    });
    post_message(window.hwnd(), WM_APP, 0, 0).unwrap();
    assert_eq!(run_message_loop(), Ok(5));
    assert_eq!(peek_message(None, .., true), Ok(None));
}

#[test]
fn a_request_that_the_host_refuses_fails_at_the_call() {
    let (window, _) = recorder();
    let ask = || wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a");
    // S-S5
    assert_eq!(ask(), Err(WSANOTINITIALISED));
    assert_eq!(wsa_cancel_async_request(0), Err(WSANOTINITIALISED));
    let _winsock = winsock();
    // S-R2
    fake::limit(1);
    let first = ask().unwrap();
    assert_eq!(ask(), Err(WSAEWOULDBLOCK));
    assert_eq!(wsa_get_last_error(), 10035);
    wsa_cancel_async_request(first).unwrap();
    assert!(ask().is_ok());
}

#[test]
fn a_request_of_a_destroyed_window_ends_silently() {
    // S-M4
    let _winsock = winsock();
    let (window, seen) = recorder();
    let (other, _) = recorder();
    let early = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    let late = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "b").unwrap();
    let others = wsa_async_get_host_by_name(other.hwnd(), WM_USER, "c").unwrap();
    fake::complete(early, Err(WSANO_DATA));
    assert!(peek_message(None, .., false).unwrap().is_some());
    destroy_window(window.hwnd()).unwrap();
    fake::complete(late, Err(WSANO_DATA));
    fake::complete(others, Err(WSANO_DATA));
    let found = get_message(None, ..).unwrap();
    assert!(matches!(found, Retrieved::Message(m) if m.wparam == others));
    assert_eq!(peek_message(None, .., true), Ok(None));
    assert_eq!(wsa_cancel_async_request(late), Err(WSAEALREADY));
    assert!(seen.borrow().is_empty());
}

#[test]
fn completions_arrive_in_a_loop_inside_a_handler_of_the_same_window() {
    // S-M5
    let _winsock = winsock();
    let window = Window::new(|m| {
        if m.message == WM_USER {
            let inner = wsa_async_get_proto_by_number(m.hwnd, WM_USER + 1, 6).unwrap();
            fake::complete(inner, Ok(tcp()));
            assert_eq!(run_message_loop(), Ok(3));
            post_quit_message(4);
        } else {
            assert_eq!(m.answer(), Some(Ok(&tcp())));
            post_quit_message(3);
        }
        0
    });
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    assert_eq!(run_message_loop(), Ok(4));
}
