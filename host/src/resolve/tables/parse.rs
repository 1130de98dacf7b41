//! Reads the files of the tables, strictly: a line is right, or what is wrong with it is told.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::SplitAsciiWhitespace;

use super::error::{LineError, Problem, TablesError};
use crate::names::{self, HostName};

/// Longest line. Units: bytes.
pub(super) const LONGEST_LINE: usize = 8192;

/// A line of a hosts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostLine {
    pub(super) address: Ipv4Addr,
    /// The names as they are written; at least one.
    pub(super) names: Vec<String>,
    /// The same in the form that is looked up, without trailing dots.
    pub(super) keys: Vec<Box<str>>,
}

impl HostLine {
    /// What every machine has.
    pub(super) fn localhost() -> HostLine {
        HostLine {
            address: Ipv4Addr::LOCALHOST,
            names: vec!["localhost".into()],
            keys: vec!["localhost".into()],
        }
    }
}

/// A line of a services file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceLine {
    /// At least one.
    pub(super) names: Vec<String>,
    pub(super) port: u16,
    pub(super) protocol: String,
}

/// A line of a protocols file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProtocolLine {
    /// At least one.
    pub(super) names: Vec<String>,
    pub(super) number: i32,
}

/// Lines such as `192.0.2.1 www.test web.test`. Lines with IPv6 addresses are checked and not kept.
pub(super) fn hosts(file: &str, bytes: &[u8], errors: &mut Vec<TablesError>) -> Vec<HostLine> {
    parse(file, bytes, errors, |address, words| {
        let names: Vec<String> = words.map(Into::into).collect();
        let keys = names
            .iter()
            .map(|name| host_key(name))
            .collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() {
            return Err(Problem::Missing("a host's name"));
        }
        match address.parse() {
            Ok(address) => Ok(Some(HostLine {
                address,
                names,
                keys,
            })),
            Err(_) if is_ipv6(address) => Ok(None),
            Err(_) => Err(Problem::Address(address.into())),
        }
    })
}

/// Lines such as `http 80/tcp www`.
pub(super) fn services(
    file: &str,
    bytes: &[u8],
    errors: &mut Vec<TablesError>,
) -> Vec<ServiceLine> {
    parse(file, bytes, errors, |name, words| {
        let word = words
            .next()
            .ok_or(Problem::Missing("a port, such as `80/tcp`,"))?;
        let (port, protocol) = word
            .split_once('/')
            .and_then(|(port, protocol)| Some((number(port)?, protocol)))
            .filter(|(_, protocol)| !protocol.is_empty() && !protocol.contains('/'))
            .ok_or_else(|| Problem::Port(word.into()))?;
        Ok(Some(ServiceLine {
            names: names(name, words),
            port,
            protocol: protocol.into(),
        }))
    })
}

/// Lines such as `tcp 6 TCP`.
pub(super) fn protocols(
    file: &str,
    bytes: &[u8],
    errors: &mut Vec<TablesError>,
) -> Vec<ProtocolLine> {
    parse(file, bytes, errors, |name, words| {
        let word = words
            .next()
            .ok_or(Problem::Missing("a protocol's number"))?;
        let number = number::<u16>(word).ok_or_else(|| Problem::Number(word.into()))?;
        Ok(Some(ProtocolLine {
            names: names(name, words),
            number: number.into(),
        }))
    })
}

/// Makes an entry of every line that is not empty, from its first word and the others.
fn parse<T>(
    file: &str,
    bytes: &[u8],
    errors: &mut Vec<TablesError>,
    entry: impl for<'a> Fn(&'a str, &mut SplitAsciiWhitespace<'a>) -> Result<Option<T>, Problem>,
) -> Vec<T> {
    // Some editors begin a file with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut entries = Vec::new();
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let parsed = content(line).and_then(|line| {
            let mut words = line.split_ascii_whitespace();
            words
                .next()
                .map_or(Ok(None), |first| entry(first, &mut words))
        });
        match parsed {
            Ok(parsed) => entries.extend(parsed),
            Err(problem) => {
                errors.push(
                    LineError {
                        file: file.into(),
                        line: i + 1,
                        problem,
                    }
                    .into(),
                );
            }
        }
    }
    entries
}

/// The line as text, without its end and its comment.
fn content(line: &[u8]) -> Result<&str, Problem> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > LONGEST_LINE {
        return Err(Problem::TooLong(LONGEST_LINE));
    }
    let line = str::from_utf8(line).map_err(|_| Problem::NotUtf8)?;
    if let Some(control) = line.chars().find(|c| c.is_control() && *c != '\t') {
        return Err(Problem::Control(control));
    }
    Ok(line.split_once('#').map_or(line, |(content, _)| content))
}

fn names<'a>(first: &'a str, others: &mut SplitAsciiWhitespace<'a>) -> Vec<String> {
    [first].into_iter().chain(others).map(Into::into).collect()
}

fn host_key(name: &str) -> Result<Box<str>, Problem> {
    match names::canonical_host(name.as_bytes().into(), LONGEST_LINE) {
        Some(HostName::Name(key)) => Ok(key.strip_suffix('.').map_or(key.clone(), Into::into)),
        _ => Err(Problem::HostName(name.into())),
    }
}

fn is_ipv6(address: &str) -> bool {
    // Link-local addresses have an interface after a percent sign.
    let address = address
        .split_once('%')
        .map_or(address, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

/// A decimal number; the parser of numbers itself would take a sign.
fn number<T: std::str::FromStr>(word: &str) -> Option<T> {
    word.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| word.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Parsed<T> = (Vec<T>, Vec<String>);

    fn all<T>(parser: fn(&str, &[u8], &mut Vec<TablesError>) -> Vec<T>, bytes: &[u8]) -> Parsed<T> {
        let mut errors = Vec::new();
        let entries = parser("F", bytes, &mut errors);
        (entries, errors.iter().map(ToString::to_string).collect())
    }

    fn host_error(line: &[u8]) -> String {
        let (entries, mut errors) = all(hosts, line);
        assert!(entries.is_empty() && errors.len() == 1, "{errors:?}");
        errors.remove(0)
    }

    #[test]
    fn a_hosts_file_as_machines_have_it() {
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
    fn hosts_lines_that_are_wrong() {
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
    fn a_line_has_a_limit() {
        let comment = |length| [b"#".as_slice(), &b"x".repeat(length - 1)].concat();
        assert_eq!(all(hosts, &comment(LONGEST_LINE)).1, [""; 0]);
        assert_eq!(
            host_error(&comment(LONGEST_LINE + 1)),
            "F:1: longer than 8192 bytes"
        );
    }

    #[test]
    fn what_is_right_is_kept_beside_what_is_wrong() {
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
    fn services_lines_that_are_wrong() {
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
    fn protocols_lines_that_are_wrong() {
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

    fn names_of_things() -> impl Strategy<Value = Vec<String>> {
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
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            for line in [hosts("F", &bytes, &mut Vec::new()).len(), services("F", &bytes, &mut Vec::new()).len()] {
                prop_assert!(line <= bytes.len());
            }
            protocols("F", &bytes, &mut Vec::new());
        }

        #[test]
        fn near_files_are_read_or_refused(text in "([0-9.:]{1,9}|[a-z]{1,5}|[0-9]{1,6}/[a-z]{0,3}|[ \t\r\n#]){0,30}") {
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
        fn good_hosts_come_back(
            entries in prop::collection::vec((any::<u32>(), names_of_things(), space(), ending()), 0..9),
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
        fn good_services_come_back(
            entries in prop::collection::vec(
                (names_of_things(), any::<u16>(), "[a-z]{1,4}", space(), ending()), 0..9),
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
        fn good_protocols_come_back(
            entries in prop::collection::vec((names_of_things(), any::<u16>(), space(), ending()), 0..9),
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
}
