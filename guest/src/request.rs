//! The six requests and cancel, by Winsock's names.

use crate::bindings::types::Query;
use crate::blocking::check_idle;
use crate::error::{WsaError, record};
use crate::host::{Current, Host};
use crate::query;
use crate::route::Route;
use crate::window::Hwnd;

/// Names one request of this component: never 0, and not given again within the next 65,535 requests
/// (`S-R17`). It is the `wparam` of the request's message.
pub type TaskHandle = u64;

/// Winsock's number of the IPv4 address family, the only one that it looks up (`S-R14`).
pub const AF_INET: i32 = 2;

/// WSAAsyncGetHostByName: looks up a host's IPv4 addresses and other names.
///
/// `name` is a host's name, or an IPv4 address as text, which is its own answer; "" is the host's own
/// name (`S-R13`). The answer is an [`Answer::Host`](crate::Answer::Host).
///
/// # All six requests
/// They return at once. The outcome comes in a message of number `message` to the window `hwnd`,
/// never before the call has returned (`S-R5`) and exactly once unless it is cancelled (`S-R6`);
/// [`Message`](crate::Message) says what is in it. Without a window it is the thread's own. If the
/// window is gone by then, or never was, the request ends silently (`S-M4`). Arguments are copied (`S-R3`), and not judged here: what is wrong
/// with them is in the message (`S-R4`).
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`).
/// - [`WSAEWOULDBLOCK`](crate::WSAEWOULDBLOCK) at a limit of the host; the same call works once other
///   requests end (`S-R2`).
/// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down (`S-R18`).
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks (`S-B2`).
pub fn wsa_async_get_host_by_name(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, Query::HostByName(name.as_ref()))
}

/// WSAAsyncGetHostByAddr: looks up a host by its address, 4 bytes in network order of the family
/// [`AF_INET`] (`S-R14`). The answer is an [`Answer::Host`](crate::Answer::Host).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_host_by_addr(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    address: &[u8],
    family: i32,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, query::host_by_address(address, family))
}

/// WSAAsyncGetServByName: looks up a service by its name or an alias, in any case. Without a protocol,
/// or with "", the first entry that matches is taken (`S-R4`, `S-R12`). The answer is an
/// [`Answer::Service`](crate::Answer::Service).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_serv_by_name(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
    protocol: Option<&str>,
) -> Result<TaskHandle, WsaError> {
    let query = query::service_by_name(name.as_ref(), protocol.map(str::as_bytes));
    start(hwnd, message, query)
}

/// WSAAsyncGetServByPort: looks up a service by its port, which is in network byte order:
/// [`htons(80)`](htons). The upper 16 bits are ignored (`S-R11`). The protocol is as in
/// [`wsa_async_get_serv_by_name`], and so is the answer.
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_serv_by_port(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    port: i32,
    protocol: Option<&str>,
) -> Result<TaskHandle, WsaError> {
    start(
        hwnd,
        message,
        query::service_by_network_port(port, protocol.map(str::as_bytes)),
    )
}

/// WSAAsyncGetProtoByName: looks up a protocol by its name or an alias, in any case (`S-R12`). The
/// answer is an [`Answer::Protocol`](crate::Answer::Protocol).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_proto_by_name(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, Query::ProtocolByName(name.as_ref()))
}

/// WSAAsyncGetProtoByNumber: looks up a protocol by its number, in host order (`S-R11`). The answer is
/// an [`Answer::Protocol`](crate::Answer::Protocol).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_proto_by_number(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    number: i32,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, Query::ProtocolByNumber(number))
}

/// WSACancelAsyncRequest: cancels a request. After `Ok` its message never comes (`S-C1`). Never waits,
/// whatever a resolver is doing (`S-C6`).
///
/// # Errors
/// - [`WSAEALREADY`](crate::WSAEALREADY) if it has completed: its message was handled, waits in the
///   queue or will come (`S-C2`).
/// - [`WSAEINVAL`](crate::WSAEINVAL) for any other number (`S-C3`).
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED), [`WSAENETDOWN`](crate::WSAENETDOWN) and
///   [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) as for the requests, before the handle is looked at
///   (`S-S5`, `S-C5`).
pub fn wsa_cancel_async_request(handle: TaskHandle) -> Result<(), WsaError> {
    // The host decides; the route is in the tag, so there is nothing to forget here.
    record(check_idle().and_then(|()| Current::cancel(handle)))
}

/// htons: a number in network byte order, as ports are in Winsock (`S-R11`).
pub const fn htons(host: u16) -> u16 {
    host.to_be()
}

/// ntohs: a number of network byte order in host order (`S-R11`).
pub const fn ntohs(network: u16) -> u16 {
    u16::from_be(network)
}

fn start(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    query: Query<'_>,
) -> Result<TaskHandle, WsaError> {
    let hwnd = hwnd.into();
    let tag = Route::Message { hwnd, message }.tag();
    record(check_idle().and_then(|()| Current::request(query, tag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Answer, ProtocolEntry};
    use crate::error::{
        WSAEALREADY, WSAEINVAL, WSAEWOULDBLOCK, WSANO_DATA, WSANOTINITIALISED, wsa_get_last_error,
        wsa_set_last_error,
    };
    use crate::fake;
    use crate::message::{WM_USER, wsa_get_async_buflen, wsa_get_async_error};
    use crate::queue::{Retrieved, get_message, peek_message, post_quit_message, run_message_loop};
    use crate::startup::{Winsock, makeword};
    use crate::testing::recorder;
    use crate::window::{Window, destroy_window};

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
            // S-R11: network order, and the upper half ignored.
            wsa_async_get_serv_by_port(w, 4, i32::from(htons(80)) | 0x7fff << 16, None),
            wsa_async_get_proto_by_name(w, 5, String::from("tcp")),
            wsa_async_get_proto_by_number(w, 6, -1),
        ];
        assert!(started.iter().all(Result::is_ok));
        let expected = [
            r#"HostByName([97, 46, 116, 101, 115, 116])"#,
            r#"HostByAddress(AddressQuery { address: [192, 0, 2, 1], family: 2 })"#,
            r#"ServiceByName(ServiceNameQuery { name: [104, 116, 116, 112, 255], protocol: Some([116, 99, 112]) })"#,
            r#"ServiceByPort(ServicePortQuery { port: 80, protocol: None })"#,
            r#"ProtocolByName([116, 99, 112])"#,
            r#"ProtocolByNumber(-1)"#,
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
            crate::dispatch_message(&m);
        }
        let seen = seen.borrow();
        let first = &seen[0];
        assert_eq!((first.message, first.wparam), (WM_USER + 2, bad));
        assert_eq!(wsa_get_async_error(first.lparam), 11004);
        assert_eq!(first.answer(), Some(Err(WSANO_DATA)));
        // S-S6: what came of it is not the last error.
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
    fn cancel_is_the_hosts_decision_and_a_waiting_message_stays() {
        let _winsock = winsock();
        let (window, _) = recorder();
        let ask = || wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
        let (cancelled, done) = (ask(), ask());
        // S-C1
        assert_eq!(wsa_cancel_async_request(cancelled), Ok(()));
        fake::complete(done, Err(WSANO_DATA));
        // S-C2 (b), in the host and in the queue
        assert_eq!(wsa_cancel_async_request(done), Err(WSAEALREADY));
        assert!(peek_message(None, .., false).unwrap().is_some());
        assert_eq!(wsa_cancel_async_request(done), Err(WSAEALREADY));
        assert_eq!(wsa_get_last_error(), 10037);
        let found = peek_message(None, .., true).unwrap();
        assert!(matches!(found, Some(Retrieved::Message(m)) if m.wparam == done));
        // S-C2 (a)
        assert_eq!(wsa_cancel_async_request(done), Err(WSAEALREADY));
        // S-C3
        for other in [0, cancelled, u64::MAX] {
            assert_eq!(wsa_cancel_async_request(other), Err(WSAEINVAL));
        }
        assert_eq!(peek_message(None, .., true), Ok(None));
    }

    #[test]
    fn what_the_host_refuses_is_an_error_of_the_call() {
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
    fn the_completion_of_a_destroyed_window_ends_silently() {
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
        crate::post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
        assert_eq!(run_message_loop(), Ok(4));
    }
}
