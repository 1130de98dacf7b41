//! The six questions and their answers.

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let (_winsock, window) = start();
    let w = window.hwnd();

    // S-R1, S-R6: six requests have six handles, and one message each.
    let handles = [
        wsa_async_get_host_by_name(w, DONE, "quick.test").unwrap(),
        wsa_async_get_host_by_addr(w, DONE, &[192, 0, 2, 1], AF_INET).unwrap(),
        wsa_async_get_serv_by_name(w, DONE, "WWW", Some("TCP")).unwrap(),
        // S-R11: the port is in network byte order, and its upper half is ignored.
        wsa_async_get_serv_by_port(w, DONE, i32::from(htons(53)) | 0x7fff << 16, Some("UDP"))
            .unwrap(),
        wsa_async_get_proto_by_name(w, DONE, "tcp").unwrap(),
        wsa_async_get_proto_by_number(w, DONE, 17).unwrap(),
    ];
    // S-R17
    for (i, handle) in handles.iter().enumerate() {
        assert!(*handle != 0 && !handles[..i].contains(handle));
    }
    let mut answers: Vec<Option<Answer>> = vec![None; handles.len()];
    for _ in handles {
        let message = next(&window);
        let i = handles
            .iter()
            .position(|h| *h == message.wparam)
            .expect("a handle of these requests");
        assert_eq!(wsa_get_async_error(message.lparam), 0);
        let size = usize::from(wsa_get_async_buflen(message.lparam));
        let answer = message.into_answer().unwrap().unwrap();
        // S-R7: the size is that of the whole answer.
        assert_eq!(size, answer.winsock_size());
        assert!(
            size > if matches!(answer, Answer::Protocol(_)) {
                12
            } else {
                16
            }
        );
        assert!(answers[i].replace(answer).is_none());
    }
    nothing_left(&window);

    let [by_name, by_address, www, domain, tcp, udp] = answers.try_into().unwrap();
    let quick = HostEntry {
        name: "quick.test".into(),
        aliases: vec!["fast.test".into(), "swift.test".into()],
        addresses: vec!["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()],
    };
    assert_eq!(by_name, Some(Answer::Host(quick)));
    assert!(matches!(by_address, Some(Answer::Host(entry)) if entry.name == "quick.test"));
    // S-R12: an alias matches, and both names match in any case.
    let Some(Answer::Service(www)) = www else {
        panic!("{www:?}")
    };
    assert_eq!(
        (www.name.as_str(), www.port, www.protocol.as_str()),
        ("http", 80, "tcp")
    );
    assert!(www.aliases.iter().any(|alias| alias == "www"));
    let Some(Answer::Service(domain)) = domain else {
        panic!("{domain:?}")
    };
    assert_eq!((domain.name.as_str(), domain.port), ("domain", 53));
    let Some(Answer::Protocol(tcp)) = tcp else {
        panic!("{tcp:?}")
    };
    assert_eq!((tcp.name.as_str(), tcp.number), ("tcp", 6));
    assert!(matches!(udp, Some(Answer::Protocol(entry)) if entry.name == "udp"));

    // S-R12, S-R4: without a protocol, or with an empty one, the first entry matches. A miss is
    // WSANO_DATA.
    let service = |name: &str, protocol| {
        outcome(
            &window,
            wsa_async_get_serv_by_name(w, DONE, name, protocol).unwrap(),
        )
    };
    for protocol in [None, Some("")] {
        let Ok(Answer::Service(first)) = service("domain", protocol) else {
            panic!()
        };
        assert_eq!(first.protocol, "tcp");
    }
    assert_eq!(service("http", Some("icmp")), Err(WSANO_DATA));
    assert_eq!(service("", None), Err(WSANO_DATA));
    // S-R12: the same for ports. Protocols match by an alias and in any case.
    let port = i32::from(htons(53));
    for (protocol, found) in [(None, "tcp"), (Some(""), "tcp"), (Some("Udp"), "udp")] {
        let request = wsa_async_get_serv_by_port(w, DONE, port, protocol).unwrap();
        let Ok(Answer::Service(entry)) = outcome(&window, request) else {
            panic!()
        };
        assert_eq!(
            (entry.name.as_str(), entry.protocol.as_str()),
            ("domain", found)
        );
    }
    for name in ["UDP", "udp", "Udp"] {
        let request = wsa_async_get_proto_by_name(w, DONE, name).unwrap();
        assert!(matches!(outcome(&window, request), Ok(Answer::Protocol(e)) if e.number == 17));
    }
    let misses = [
        wsa_async_get_serv_by_port(w, DONE, port, Some("icmp")).unwrap(),
        // S-R11: the same number in host order is another port.
        wsa_async_get_serv_by_port(w, DONE, 53, Some("tcp")).unwrap(),
        wsa_async_get_proto_by_name(w, DONE, "none").unwrap(),
        wsa_async_get_proto_by_number(w, DONE, -1).unwrap(),
        // S-R11: a protocol's number is in host order, so this is another one.
        wsa_async_get_proto_by_number(w, DONE, i32::from(htons(6))).unwrap(),
    ];
    for miss in misses {
        assert_eq!(outcome(&window, miss), Err(WSANO_DATA));
    }
    nothing_left(&window);
}
