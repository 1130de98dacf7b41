//! Cancel, at every stage of a request's life and with every kind of number.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (winsock, window) = start();
    let w = window.hwnd();
    let ask = |name: &str| wsa_async_get_host_by_name(w, DONE, name).unwrap();

    // S-C1: pending, in a worker that never comes back or before that. Twice is S-C3.
    let pending: Vec<_> = (0..100).map(|_| ask("never.test")).collect();
    for handle in pending {
        assert_eq!(wsa_cancel_async_request(handle), Ok(()));
        assert_eq!(wsa_cancel_async_request(handle), Err(WSAEINVAL));
    }
    nothing_left(&window);

    // S-C2 (b): completed in the host, and then in the guest's queue, where the message stays.
    let in_host = ask("known.test");
    assert_eq!(wsa_cancel_async_request(in_host), Err(WSAEALREADY));
    let peeked = peek_message(Some(w), .., false).unwrap();
    let Some(Retrieved::Message(peeked)) = peeked else {
        panic!("{peeked:?}")
    };
    assert_eq!(peeked.wparam, in_host);
    // S-R10: a message that is only looked at has its answer, whole.
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
    // S-C2 (a): handled.
    assert_eq!(wsa_cancel_async_request(in_host), Err(WSAEALREADY));
    let worker = ask("quick.test");
    assert!(outcome(&window, worker).is_ok());
    assert_eq!(wsa_cancel_async_request(worker), Err(WSAEALREADY));

    // S-C3: numbers that name nothing, among them each neighbour of a live handle.
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

    // S-C3: one from before the last clean-up. S-S4: nothing of it comes.
    winsock.cleanup().unwrap();
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    for old in [live, in_host, worker] {
        assert_eq!(wsa_cancel_async_request(old), Err(WSAEINVAL));
    }
    nothing_left(&window);

    // S-C1, S-C8: a cancel races with the resolver; whatever it says is what happens.
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
