//! Requests as futures, beside windows.

use std::pin::pin;
use std::time::Duration;

use winsock_async_guest::lookup::{Resolver, block_on, block_on_timeout, timeout};
use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let resolver = Resolver::new().unwrap();

    // Requests run at the same time, from the calls that make them.
    let (quick, http) = (
        resolver.host("quick.test"),
        resolver.service("http", Some("tcp")),
    );
    let (quick, http) = block_on(async { (quick.await, http.await) });
    assert_eq!(quick.unwrap().addresses.len(), 2);
    assert_eq!(http.unwrap().port, 80);
    assert_eq!(
        block_on(resolver.host("nobody.test")),
        Err(WSAHOST_NOT_FOUND)
    );
    assert_eq!(
        block_on(resolver.protocol_by_number(17)).unwrap().name,
        "udp"
    );

    // S-C1: dropping cancels. `tests/host` fails if a request is left.
    let dropped = resolver.host("never.test");
    let handle = dropped.handle().unwrap();
    drop(dropped);
    assert_eq!(wsa_cancel_async_request(handle), Err(WSAEINVAL));

    // A time-out cancels too.
    let never = resolver.host("never.test");
    let handle = never.handle().unwrap();
    assert!(block_on_timeout(Duration::from_millis(5), never).is_err());
    assert_eq!(wsa_cancel_async_request(handle), Err(WSAEINVAL));

    // S-C2: `cancel` before the completion, before the library takes it, and afterwards.
    let mut never = resolver.host("never.test");
    assert_eq!(never.cancel(), Ok(()));
    assert_eq!(block_on(never), Err(WSAEINTR));
    let mut known = resolver.host("known.test");
    assert_eq!(known.cancel(), Ok(()));
    assert_eq!(block_on(known), Err(WSAEINTR));
    let mut known = resolver.host("known.test");
    assert_eq!(peek_message(None, .., true), Ok(None));
    assert_eq!(known.cancel(), Err(WSAEALREADY));
    assert_eq!(block_on(known).unwrap().name, "known.test");

    // A future that hangs does not delay another.
    let hung = pin!(resolver.host("never.test"));
    let quick = block_on(async {
        let quick = resolver.host("quick.test").await;
        assert!(timeout(Duration::from_millis(1), hung).await.is_err());
        quick
    });
    assert!(quick.is_ok());

    // Futures and windows share the one stream of completions.
    let window = Window::new(|_| 0);
    let message = wsa_async_get_host_by_name(window.hwnd(), DONE, "known.test").unwrap();
    assert!(block_on(resolver.host("quick.test")).is_ok());
    assert!(outcome(&window, message).is_ok());
}
