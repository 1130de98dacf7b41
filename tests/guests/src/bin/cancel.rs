//! Cancel at every stage of a request, and with every kind of handle.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (winsock, window) = start();
    let w = window.hwnd();
    let ask = |name: &str| wsa_async_get_host_by_name(w, DONE, name).unwrap();

    // S-C1: pending requests, in a worker for ever or still queued. S-C3: a second cancel.
    let pending: Vec<_> = (0..100).map(|_| ask("never.test")).collect();
    for handle in pending {
        assert_eq!(wsa_cancel_async_request(handle), Ok(()));
        assert_eq!(wsa_cancel_async_request(handle), Err(WSAEINVAL));
    }
    nothing_left(&window);

    // S-C2 (b): a completion in the host, and then in the guest's queue, where its message stays.
    let in_host = ask("known.test");
    assert_eq!(wsa_cancel_async_request(in_host), Err(WSAEALREADY));
    let peeked = peek_message(Some(w), .., false).unwrap();
    let Some(Retrieved::Message(peeked)) = peeked else {
        panic!("{peeked:?}")
    };
    assert_eq!(peeked.wparam, in_host);
    // S-R10: a peeked message has its whole answer.
    let Some(Ok(Answer::Host(entry))) = peeked.answer() else {
        panic!("{peeked:?}")
    };
    assert_eq!(
        (entry.name.as_str(), entry.addresses.len()),
        ("known.test", 1)
    );
    assert_eq!(wsa_cancel_async_request(in_host), Err(WSAEALREADY));
    assert_eq!(wsa_get_last_error(), 10037);
    assert!(outcome(&window, in_host).is_ok());
    // S-C2 (a): the message was handled.
    assert_eq!(wsa_cancel_async_request(in_host), Err(WSAEALREADY));
    let worker = ask("quick.test");
    assert!(outcome(&window, worker).is_ok());
    assert_eq!(wsa_cancel_async_request(worker), Err(WSAEALREADY));

    // S-C3: unknown handles, among them every handle that differs from a valid one by one bit.
    let live = ask("never.test");
    let forged = (0..64)
        .map(|bit| live ^ (1 << bit))
        .chain([0, 1, u64::MAX, 1 << 32]);
    for number in forged.filter(|n| ![in_host, worker, live].contains(n)) {
        assert_eq!(
            wsa_cancel_async_request(number),
            Err(WSAEINVAL),
            "{number:#x}"
        );
    }

    // S-C3: a handle from before the last clean-up. S-S4: its message does not come.
    winsock.cleanup().unwrap();
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    for old in [live, in_host, worker] {
        assert_eq!(wsa_cancel_async_request(old), Err(WSAEINVAL));
    }
    nothing_left(&window);

    // S-C1, S-C8: a cancel races with the resolver. The message comes exactly if cancel says so.
    let (mut cancelled, mut completed) = (0, 0);
    for round in 0..2000 {
        let handle = ask("quick.test");
        if round % 3 == 0 {
            std::thread::yield_now();
        }
        match wsa_cancel_async_request(handle) {
            Ok(()) => {
                cancelled += 1;
                assert_eq!(peek_message(None, .., false), Ok(None));
            }
            Err(WSAEALREADY) => {
                completed += 1;
                assert!(outcome(&window, handle).is_ok());
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(cancelled + completed, 2000);
    nothing_left(&window);
}
