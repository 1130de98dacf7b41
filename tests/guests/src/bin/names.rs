//! A request for an impossible name ends with an error, and never with a trap.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    let w = window.hwnd();
    let long = "a".repeat(64 << 10);
    let label = format!("{}.test", "b".repeat(64));
    let name_of_256 = format!("{}test", "c.".repeat(126));
    assert_eq!(name_of_256.len(), 256);
    let bad: [&[u8]; 9] = [
        b"quick.test\0",
        b"\0",
        b"quick\x00.test",
        b"\xff\xfe.test",
        b"\xc3.test",
        long.as_bytes(),
        label.as_bytes(),
        name_of_256.as_bytes(),
        b"a b.test",
    ];
    for name in bad {
        let unknown = Err(WSAHOST_NOT_FOUND);
        assert_eq!(
            host(&window, name).map(|entry| entry.name),
            unknown,
            "{name:?}"
        );
        let service = wsa_async_get_serv_by_name(w, DONE, name, None).unwrap();
        assert_eq!(outcome(&window, service), Err(WSANO_DATA), "{name:?}");
        let protocol = wsa_async_get_proto_by_name(w, DONE, name).unwrap();
        assert_eq!(outcome(&window, protocol), Err(WSANO_DATA), "{name:?}");
    }
    // S-R3: the caller may change the arguments as soon as the call has returned.
    let mut buffer = *b"quick.test";
    let request = wsa_async_get_host_by_name(w, DONE, buffer).unwrap();
    buffer.fill(0);
    let mut address = [192, 0, 2, 1];
    let by_address = wsa_async_get_host_by_addr(w, DONE, &address, AF_INET).unwrap();
    address.fill(255);
    let (mut name, mut protocol) = (String::from("http"), String::from("tcp"));
    let service = wsa_async_get_serv_by_name(w, DONE, &name, Some(&protocol)).unwrap();
    let by_port = i32::from(htons(80));
    let by_port = wsa_async_get_serv_by_port(w, DONE, by_port, Some(&protocol)).unwrap();
    let by_name = wsa_async_get_proto_by_name(w, DONE, &protocol).unwrap();
    name.clear();
    protocol.clear();
    let expected = [
        (request, "quick.test"),
        (by_address, "quick.test"),
        (service, "http"),
        (by_port, "http"),
        (by_name, "tcp"),
    ];
    for _ in expected {
        let message = next(&window);
        let (_, name) = expected.iter().find(|e| e.0 == message.wparam).unwrap();
        let answer = message.into_answer().unwrap().unwrap();
        assert_eq!(answer.name(), *name);
    }
    // Unusual but valid names.
    assert_eq!(host(&window, "Quick.TEST").unwrap().name, "quick.test");
    assert_eq!(
        host(&window, "b\u{fc}cher.test").unwrap().name,
        "xn--bcher-kva.test"
    );
    nothing_left(&window);
}
