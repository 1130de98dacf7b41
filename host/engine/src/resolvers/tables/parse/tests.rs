use super::*;
use proptest::prelude::*;

type Parsed<T> = (Vec<T>, Vec<String>);
type Parser<T> = fn(&str, &[u8], Malformed, &mut Vec<TablesError>) -> Vec<T>;

fn all<T>(parser: Parser<T>, bytes: &[u8]) -> Parsed<T> {
    read(parser, bytes, Malformed::Skip)
}

fn read<T>(parser: Parser<T>, bytes: &[u8], malformed: Malformed) -> Parsed<T> {
    let mut errors = Vec::new();
    let entries = parser("F", bytes, malformed, &mut errors);
    (entries, errors.iter().map(ToString::to_string).collect())
}

fn host_error(line: &[u8]) -> String {
    let (entries, mut errors) = all(hosts, line);
    assert!(entries.is_empty() && errors.len() == 1, "{errors:?}");
    errors.remove(0)
}

#[test]
fn typical_hosts_file_is_parsed() {
    let text = b"\xef\xbb\xbf# comment\r\n\
        127.0.0.1\tlocalhost # me\r\n\
        \r\n  \t \n\
        \t 192.0.2.1   WWW.Test.\tb\xc3\xbccher.test#no space\n\
        ::1 localhost ip6-localhost\nfe80::1%lo0 localhost\n\
        192.0.2.2 last";
    let (entries, errors) = all(hosts, text);
    assert_eq!(errors, [""; 0]);
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0], HostLine::localhost());
    assert_eq!(entries[1].names, ["WWW.Test.", "b\u{fc}cher.test"]);
    assert_eq!(
        *entries[1].keys,
        ["www.test".into(), "xn--bcher-kva.test".into()]
    );
    assert_eq!(entries[2].names, ["last"]);
}

#[test]
fn malformed_lines_of_hosts_are_errors() {
    assert_eq!(host_error(b"127.0.0.1"), "F:1: a host's name is missing");
    assert_eq!(
        host_error(b"\n\n127.0.0.1 # a"),
        "F:3: a host's name is missing"
    );
    assert_eq!(
        host_error(b"localhost 127.0.0.1"),
        "F:1: `127.0.0.1` is not a host name"
    );
    for address in ["127.1", "1.2.3.256", "010.0.0.1", "x", ":::", "1.2.3.4/8"] {
        let wrong = format!("F:1: `{address}` is not an IPv4 or IPv6 address");
        assert_eq!(host_error(format!("{address} a").as_bytes()), wrong);
    }
    for name in ["a..b", "0.0.0.0", "0x1", "a:b", "xn--a", "a\\b"] {
        let wrong = format!("F:1: `{name}` is not a host name");
        assert_eq!(host_error(format!("127.0.0.1 ok {name}").as_bytes()), wrong);
    }
    assert_eq!(host_error(b"127.0.0.1 a\xff"), "F:1: not UTF-8");
    assert_eq!(host_error(b"# \xff"), "F:1: not UTF-8");
    assert_eq!(
        host_error(b"127.0.0.1 a\0"),
        "F:1: has the control character '\\0'"
    );
    assert_eq!(
        host_error(b"127.0.0.1 a\rb"),
        "F:1: has the control character '\\r'"
    );
}

#[test]
fn line_over_8192_bytes_is_an_error() {
    let comment = |length| [b"#".as_slice(), &b"x".repeat(length - 1)].concat();
    assert_eq!(all(hosts, &comment(MAX_LINE_BYTES)).1, [""; 0]);
    assert_eq!(
        host_error(&comment(MAX_LINE_BYTES + 1)),
        "F:1: longer than 8192 bytes"
    );
}

#[test]
fn line_of_hosts_over_64_names_is_an_error() {
    let line = |address: &str, names: usize| format!("{address}{}\n", " a".repeat(names));
    let (entries, errors) = all(hosts, line("192.0.2.1", 64).as_bytes());
    assert_eq!((entries[0].names.len(), errors.len()), (64, 0));
    for address in ["192.0.2.1", "::1"] {
        assert_eq!(
            host_error(format!("\n{}", line(address, 65)).as_bytes()),
            "F:2: more than 64 names"
        );
    }
}

#[test]
fn first_100_malformed_lines_are_listed_and_the_others_counted() {
    let text = "b\n".repeat(100);
    assert_eq!(all(services, text.as_bytes()).1.len(), 100);
    let (entries, errors) = all(services, format!("{text}b\nb\nc 3/udp\n").as_bytes());
    assert_eq!(entries[0].names, ["c"]);
    assert_eq!(errors.len(), 101);
    assert!(errors[99].starts_with("F:100: "), "{}", errors[99]);
    assert_eq!(errors[100], "F: 2 more lines are malformed");
}

#[test]
fn stop_ends_parsing_at_the_first_malformed_line() {
    let (entries, errors) = read(protocols, b"a 1\nb\nc\nd 4\n", Malformed::Stop);
    assert_eq!(entries.len(), 1);
    assert_eq!(errors, ["F:2: a protocol's number is missing"]);
}

#[test]
fn skip_keeps_the_valid_lines() {
    let (entries, errors) = all(services, b"a 1/tcp\nb\nc 3/udp C\n\xff\n");
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].names, ["c", "C"]);
    assert_eq!(
        errors,
        [
            "F:2: a port, such as `80/tcp`, is missing",
            "F:4: not UTF-8"
        ]
    );
}

#[test]
fn malformed_lines_of_services_are_errors() {
    for port in [
        "80",
        "/tcp",
        "80/",
        "65536/tcp",
        "-1/tcp",
        "+1/tcp",
        "0x50/tcp",
        "80/tcp/udp",
        "tcp/80",
    ] {
        let (entries, errors) = all(services, format!("http {port} www").as_bytes());
        assert!(entries.is_empty());
        assert_eq!(
            errors,
            [format!(
                "F:1: `{port}` is not a port and a protocol, such as `80/tcp`"
            )]
        );
    }
}

#[test]
fn malformed_lines_of_protocols_are_errors() {
    for number in ["x", "-1", "+6", "6.0", "65536", "0x6"] {
        let (entries, errors) = all(protocols, format!("tcp {number}").as_bytes());
        assert!(entries.is_empty());
        assert_eq!(
            errors,
            [format!("F:1: `{number}` is not the number of a protocol")]
        );
    }
    let (_, errors) = all(protocols, b"tcp # 6");
    assert_eq!(errors, ["F:1: a protocol's number is missing"]);
}

fn entry_names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-zA-Z][a-zA-Z0-9_-]{0,8}", 1..4)
}

fn space() -> impl Strategy<Value = String> {
    "[ \t]{1,3}"
}

fn ending() -> impl Strategy<Value = String> {
    "[ \t]{0,2}(#[ -~]{0,9})?\r?\n(#[ -~]{0,9}\n|[ \t]*\r?\n){0,2}"
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_parsed_without_a_panic(bytes: Vec<u8>) {
        for lines in [all(hosts, &bytes).0.len(), all(services, &bytes).0.len(), all(protocols, &bytes).0.len()] {
            prop_assert!(lines <= bytes.len());
        }
    }

    #[test]
    fn text_like_a_file_gives_at_most_one_entry_or_error_a_line(text in "([0-9.:]{1,9}|[a-z]{1,5}|[0-9]{1,6}/[a-z]{0,3}|[ \t\r\n#]){0,30}") {
        let lines = text.split('\n').count();
        for (entries, errors) in [
            { let (e, x) = all(hosts, text.as_bytes()); (e.len(), x.len()) },
            { let (e, x) = all(services, text.as_bytes()); (e.len(), x.len()) },
            { let (e, x) = all(protocols, text.as_bytes()); (e.len(), x.len()) },
        ] {
            prop_assert!(entries + errors <= lines);
        }
    }

    #[test]
    fn generated_hosts_are_parsed_unchanged(
        entries in prop::collection::vec((any::<u32>(), entry_names(), space(), ending()), 0..9),
    ) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (address, names, space, ending) in entries {
            let address = Ipv4Addr::from(address);
            text += &format!("{address}{space}{}{ending}", names.join(&space));
            let keys = names.iter().map(|name| name.to_lowercase().into()).collect();
            expected.push(HostLine { address, names, keys });
        }
        prop_assume!(!expected.iter().flat_map(|e| &e.keys).any(|k| k.starts_with("xn--")));
        prop_assert_eq!(all(hosts, text.as_bytes()), (expected, vec![]));
    }

    #[test]
    fn generated_services_are_parsed_unchanged(
        entries in prop::collection::vec(
            (entry_names(), any::<u16>(), "[a-z]{1,4}", space(), ending()), 0..9),
    ) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (names, port, protocol, space, ending) in entries {
            text += &format!("{}{space}{port}/{protocol}", names[0]);
            for alias in &names[1..] {
                text += &format!("{space}{alias}");
            }
            text += &ending;
            expected.push(ServiceLine { names, port, protocol });
        }
        prop_assert_eq!(all(services, text.as_bytes()), (expected, vec![]));
    }

    #[test]
    fn generated_protocols_are_parsed_unchanged(
        entries in prop::collection::vec((entry_names(), any::<u16>(), space(), ending()), 0..9),
    ) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (names, number, space, ending) in entries {
            text += &format!("{}{space}{number}{space}{}{ending}", names[0], names[1..].join(&space));
            expected.push(ProtocolLine { names, number: number.into() });
        }
        prop_assert_eq!(all(protocols, text.as_bytes()), (expected, vec![]));
    }
}
