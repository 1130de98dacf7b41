//! The six blocking calls, and windows that work while a call blocks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    // S-S5
    assert_eq!(six_blocking(), [Err(WSANOTINITIALISED); 6]);
    let _winsock = Winsock::startup(makeword(1, 1)).unwrap();
    six_answers();
    errors();
    windows_live_on();
    quit_is_kept();
    a_full_queue();
    at_the_limit();
}

/// S-B1, S-B5, S-R11, S-R12, S-R13: six answers, which are all still there after the last call.
fn six_answers() {
    let by_name = gethostbyname("Fast.TEST");
    let quick = gethostbyname("quick.test").unwrap();
    let by_address = gethostbyaddr(&[192, 0, 2, 1], AF_INET).unwrap();
    let www = getservbyname("WWW", Some("TCP")).unwrap();
    let first = getservbyname("domain", None).unwrap();
    let port = i32::from(htons(53)) | 0x7fff << 16;
    let domain = getservbyport(port, Some("udp")).unwrap();
    let tcp = getprotobyname("TCP").unwrap();
    let udp = getprotobynumber(17).unwrap();
    let literal = gethostbyname("192.0.2.77").unwrap();

    assert_eq!(
        by_name,
        Err(WSAHOST_NOT_FOUND),
        "the script has no entry for an alias"
    );
    assert_eq!(quick.name, "quick.test");
    assert_eq!((quick.aliases.len(), quick.addresses.len()), (2, 2));
    assert_eq!(by_address.name, "quick.test");
    assert_eq!((www.name.as_str(), www.port), ("http", 80));
    assert_eq!((first.port, first.protocol.as_str()), (53, "tcp"));
    assert_eq!(
        (domain.name.as_str(), domain.protocol.as_str()),
        ("domain", "udp")
    );
    assert_eq!((tcp.name.as_str(), tcp.number), ("tcp", 6));
    assert_eq!((udp.name.as_str(), udp.number), ("udp", 17));
    assert_eq!(literal.name, "192.0.2.77");
    assert!(!wsa_is_blocking());
}

/// S-R15, S-R16, S-R14, S-R12, S-S6: the call has the errors that a request has in its message.
fn errors() {
    for (name, error) in [
        ("nobody.test", WSAHOST_NOT_FOUND),
        ("again.test", WSATRY_AGAIN),
        ("broken.test", WSANO_RECOVERY),
        ("empty.test", WSANO_DATA),
        ("::1", WSANO_DATA),
        ("forbidden.invalid", WSAEACCES),
    ] {
        assert_eq!(gethostbyname(name), Err(error), "{name}");
        assert_eq!(wsa_get_last_error(), error.number());
    }
    let all = [
        WSAHOST_NOT_FOUND,
        WSAEINVAL,
        WSANO_DATA,
        WSANO_DATA,
        WSANO_DATA,
        WSANO_DATA,
    ];
    assert_eq!(six_blocking(), all.map(Err));
}

/// S-B1, S-B2, S-B3: while a call blocks for ever, the default hook dispatches a message, a
/// completion and a timer. The procedure of the window cancels the call at the timer.
fn windows_live_on() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let window = Window::new({
        let seen = seen.clone();
        move |message: &Message| {
            seen.borrow_mut().push((message.message, message.wparam));
            assert!(wsa_is_blocking());
            assert_eq!(gethostbyname("known.test"), Err(WSAEINPROGRESS));
            let again = wsa_async_get_host_by_name(message.hwnd, DONE, "known.test");
            assert_eq!(again, Err(WSAEINPROGRESS));
            if message.message == DONE {
                set_timer(message.hwnd, 7, Duration::from_millis(10)).unwrap();
            }
            if message.message == WM_TIMER {
                assert!(kill_timer(message.hwnd, 7));
                wsa_cancel_blocking_call().unwrap();
            }
            0
        }
    });
    post_message(window.hwnd(), WM_APP, 1, 0).unwrap();
    let request = wsa_async_get_host_by_name(window.hwnd(), DONE, "quick.test").unwrap();
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    let expected = [(WM_APP, 1), (DONE, request), (WM_TIMER, 7)];
    assert_eq!(*seen.borrow(), expected);
    assert_eq!(wsa_cancel_async_request(request), Err(WSAEALREADY));
    nothing_left(&window);
}

/// S-B1, S-M2: a WM_QUIT that was posted in either way still waits after the call.
fn quit_is_kept() {
    let cancel = Window::new(|_| {
        wsa_cancel_blocking_call().unwrap();
        0
    });
    post_message(cancel.hwnd(), WM_QUIT, 4, 0).unwrap();
    post_message(cancel.hwnd(), WM_APP, 0, 0).unwrap();
    post_quit_message(3);
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    assert_eq!(run_message_loop(), Ok(4));
    assert_eq!(run_message_loop(), Ok(3));
    nothing_left(&cancel);
}

/// S-M3: a call returns its answer even if the queue is full and the hook does not empty it.
fn a_full_queue() {
    let window = Window::new(|_| 0);
    let count = Rc::new(Cell::new(0));
    wsa_set_blocking_hook({
        let count = count.clone();
        move || {
            count.set(count.get() + 1);
            false
        }
    })
    .unwrap();
    let request = wsa_async_get_host_by_name(window.hwnd(), DONE, "known.test").unwrap();
    for i in 0..10_000 {
        post_message(window.hwnd(), WM_APP, i, 0).unwrap();
    }
    assert_eq!(gethostbyname("known.test").unwrap().name, "known.test");
    assert_eq!(count.get(), 0);
    assert_eq!(gethostbyname("quick.test").unwrap().name, "quick.test");
    // No message was lost, and they are in order.
    for i in 0..10_000 {
        assert_eq!(next(&window).wparam, i);
    }
    assert!(outcome(&window, request).is_ok());
    wsa_unhook_blocking_hook().unwrap();
    nothing_left(&window);
}

/// S-R2: a blocking call fails at the host's limit, and succeeds once another request ends.
fn at_the_limit() {
    let window = Window::new(|_| 0);
    let ask = || wsa_async_get_host_by_name(window.hwnd(), DONE, "never.test").unwrap();
    let requests: Vec<_> = (0..100).map(|_| ask()).collect();
    assert_eq!(six_blocking(), [Err(WSAEWOULDBLOCK); 6]);
    wsa_cancel_async_request(requests[0]).unwrap();
    assert_eq!(gethostbyname("known.test").unwrap().name, "known.test");
    for request in &requests[1..] {
        wsa_cancel_async_request(*request).unwrap();
    }
    nothing_left(&window);
}
