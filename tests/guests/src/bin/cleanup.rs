//! The last clean-up ends every request.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (winsock, window) = start();
    let w = window.hwnd();
    let ask = |name: &str| wsa_async_get_host_by_name(w, DONE, name).unwrap();

    // S-S4: a pending request, one completed in the host, and one with a posted message.
    ask("never.test");
    let posted = ask("known.test");
    let peeked = peek_message(Some(w), .., false).unwrap();
    assert!(matches!(peeked, Some(Retrieved::Message(m)) if m.wparam == posted));
    ask("known.test");
    ask("quick.test");
    post_message(w, DONE + 1, 0, 0).unwrap();
    winsock.cleanup().unwrap();
    assert_eq!(next(&window), Message::new(w, DONE + 1, 0, 0));
    nothing_left(&window);

    // S-S3: start-up works again.
    let again = Winsock::startup(makeword(1, 1)).unwrap();
    assert_eq!(host(&window, "quick.test").unwrap().name, "quick.test");
    // S-S4: none of the former requests counts against the limit of 100.
    for _ in 0..100 {
        ask("never.test");
    }
    drop(again);

    // S-S7: the host must clean up after this program.
    std::mem::forget(Winsock::startup(makeword(2, 2)).unwrap());
    for _ in 0..50 {
        ask("never.test");
        ask("known.test");
    }
}
