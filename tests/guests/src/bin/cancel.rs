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

    // S-C1, S-C2: a completion that is in the host alone is no message, whatever the request. Then
    // the next request of the same handler is the only one that completes.
    for _ in 0..100 {
        for former in six_requests(&window) {
            assert_eq!(wsa_cancel_async_request(former.unwrap()), Ok(()));
        }
        let former = ask("known.test");
        assert_eq!(wsa_cancel_async_request(former), Ok(()));
        assert_eq!(wsa_cancel_async_request(former), Err(WSAEINVAL));
        let next = wsa_async_get_serv_by_name(w, DONE, "http", Some("tcp")).unwrap();
        let answer = outcome(&window, next).unwrap();
        assert!(matches!(answer, Answer::Service(entry) if entry.port == 80));
    }
    nothing_left(&window);

    // S-C2 (b): a completion in the guest's queue, where its message stays.
    let waiting = ask("known.test");
    let peeked = peek_message(Some(w), .., false).unwrap();
    let Some(Retrieved::Message(peeked)) = peeked else {
        panic!("{peeked:?}")
    };
    assert_eq!(peeked.wparam, waiting);
    // S-R10: a peeked message has its whole answer.
    let Some(Ok(Answer::Host(entry))) = peeked.answer() else {
        panic!("{peeked:?}")
    };
    assert_eq!(
        (entry.name.as_str(), entry.addresses.len()),
        ("known.test", 1)
    );
    assert_eq!(wsa_cancel_async_request(waiting), Err(WSAEALREADY));
    assert_eq!(wsa_get_last_error(), 10037);
    assert!(outcome(&window, waiting).is_ok());
    // S-C2 (a): the message was handled.
    assert_eq!(wsa_cancel_async_request(waiting), Err(WSAEALREADY));
    let worker = ask("quick.test");
    assert!(outcome(&window, worker).is_ok());
    assert_eq!(wsa_cancel_async_request(worker), Err(WSAEALREADY));

    // S-C3: unknown handles, among them every handle that differs from a valid one by one bit.
    let live = ask("never.test");
    let forged = (0..64)
        .map(|bit| live ^ (1 << bit))
        .chain([0, 1, u64::MAX, 1 << 32]);
    for number in forged.filter(|n| ![waiting, worker, live].contains(n)) {
        assert_eq!(
            wsa_cancel_async_request(number),
            Err(WSAEINVAL),
            "{number:#x}"
        );
    }

    // S-C3: a handle from before the last clean-up. S-S4: its message does not come.
    winsock.cleanup().unwrap();
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    for old in [live, waiting, worker] {
        assert_eq!(wsa_cancel_async_request(old), Err(WSAEINVAL));
    }
    nothing_left(&window);

    // S-C1, S-C2, S-C8: a cancel races with the resolver. It is in time until the message waits.
    for round in 0..3000 {
        let handle = ask("quick.test");
        let waits = match round % 3 {
            0 => false,
            1 => {
                wait_message().unwrap();
                true
            }
            _ => peek_message(None, .., false).unwrap().is_some(),
        };
        if waits {
            assert_eq!(wsa_cancel_async_request(handle), Err(WSAEALREADY));
            assert!(outcome(&window, handle).is_ok());
        } else {
            assert_eq!(wsa_cancel_async_request(handle), Ok(()));
        }
        assert_eq!(peek_message(None, .., false), Ok(None), "round {round}");
    }
    nothing_left(&window);
}
