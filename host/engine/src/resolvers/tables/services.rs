//! The table of services.

use std::borrow::Cow;

use super::error::Problem;
use super::iana;
use super::index::{Found, Index, Key};
use super::line;
use super::sources::Format;
use crate::resolvers::words::words;
use crate::types::{Answer, ServiceEntry};

pub(super) const FORMAT: Format = Format {
    name: "services",
    path: "/etc/services",
    default: iana::SERVICES,
    read,
};

/// Services by name and by port, with or without a protocol.
pub(super) struct Services(Index);

impl Services {
    pub(super) fn new(index: Index) -> Services {
        Services(index)
    }

    /// The first service with the name and the protocol, or with any (`S-R12`: a null proto takes
    /// the first).
    pub(super) fn by_name(&self, name: &str, protocol: Option<&str>) -> Option<Answer> {
        let (folded, with) = (folded(name), protocol.map(folded));
        let key = match &with {
            Some(protocol) => Key::NameWith(&folded, protocol),
            None => Key::Name(&folded),
        };
        self.find(key, protocol, |service| {
            service.names().any(|n| n.eq_ignore_ascii_case(name))
        })
    }

    /// The first service with the port and the protocol, or with any.
    pub(super) fn by_port(&self, port: u16, protocol: Option<&str>) -> Option<Answer> {
        let with = protocol.map(folded);
        let key = match &with {
            Some(protocol) => Key::NumberWith(port.into(), protocol),
            None => Key::Number(port.into()),
        };
        self.find(key, protocol, |service| service.port == port)
    }

    fn find(
        &self,
        key: Key<'_>,
        protocol: Option<&str>,
        is_asked: impl Fn(&Service<'_>) -> bool,
    ) -> Option<Answer> {
        let has_protocol = |service: &Service<'_>| {
            protocol.is_none_or(|asked| asked.eq_ignore_ascii_case(service.protocol))
        };
        let lines = self.0.lines(key);
        let mut services = lines.filter_map(|line| Service::parse(line).ok().flatten());
        let service = services.find(|service| has_protocol(service) && is_asked(service))?;
        Some(service.answer())
    }

    /// The number of keys.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Reads a line such as `http 80/tcp www`. A name that is not UTF-8 is a problem and not kept.
pub(super) fn read(content: &[u8], found: &mut Found<'_>) {
    let service = match Service::parse(content) {
        Ok(Some(service)) => service,
        Ok(None) => return found.valid(),
        Err(problem) => return found.problem(problem),
    };
    if service.protocol.is_empty() {
        found.problem(Problem::NoProtocol(service.port));
    }
    let protocol = folded(service.protocol);
    found.valid();
    let mut has_name = false;
    for name in service.names() {
        let name = folded(name);
        found.key(Key::Name(&name));
        found.key(Key::NameWith(&name, &protocol));
        has_name = true;
    }
    if has_name {
        let port = service.port.into();
        found.key(Key::Number(port));
        found.key(Key::NumberWith(port, &protocol));
    }
    let wrong = line::names(content).filter(|word| line::name(word).is_none());
    wrong.for_each(|word| found.problem(Problem::Name(word.into())));
}

/// A line with a port and a protocol.
struct Service<'a> {
    content: &'a [u8],
    port: u16,
    /// Empty if the line has none.
    protocol: &'a str,
}

impl<'a> Service<'a> {
    /// Parses a line. None if it is valid and has no entry: a range of ports, such as
    /// `x11 6000-6063/tcp`.
    fn parse(content: &'a [u8]) -> Result<Option<Service<'a>>, Problem> {
        let mut words = words(content).skip(1);
        let word = words
            .next()
            .ok_or(Problem::Missing("a port, such as `80/tcp`,"))?;
        let slash = word.iter().position(|&byte| byte == b'/');
        let (port, protocol) = word.split_at(slash.unwrap_or(word.len()));
        // glibc takes several slashes for one.
        let slashes = protocol.iter().take_while(|&&byte| byte == b'/').count();
        let wrong = || Problem::Port(word.into());
        let protocol = line::name(&protocol[slashes..]).ok_or_else(wrong)?;
        if let Some(dash) = port.iter().position(|&byte| byte == b'-') {
            let ends = [&port[..dash], &port[dash + 1..]].map(line::number);
            let is_range = ends[0].is_some() && ends[0] <= ends[1];
            return if is_range { Ok(None) } else { Err(wrong()) };
        }
        // glibc reads a port without a slash only at the end of the line.
        if slashes == 0 && words.next().is_some() {
            return Err(wrong());
        }
        let port = line::number(port).ok_or_else(wrong)?;
        Ok(Some(Service {
            content,
            port,
            protocol,
        }))
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        line::names(self.content).filter_map(line::name)
    }

    fn answer(&self) -> Answer {
        let mut names = self.names().map(String::from);
        Answer::Service(ServiceEntry {
            name: names.next().unwrap_or_default(),
            aliases: names.collect(),
            port: self.port,
            protocol: self.protocol.into(),
        })
    }
}

/// The name in lower case. Allocates only if the name has capitals.
pub(super) fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{service, warnings_of};
    use super::*;

    #[test]
    fn malformed_ports_are_problems_and_the_other_lines_count() {
        for port in [
            "/tcp",
            "65536/tcp",
            "-1/tcp",
            "+1/tcp",
            "0x50/tcp",
            "tcp/80",
            "7-6/tcp",
            "6-/tcp",
            "80/t\u{1}cp",
            // As in glibc: only at the end of a line.
            "80",
        ] {
            let text = format!("bad {port} www\ngood 7/udp");
            let problem = Problem::Port(port.as_bytes().into());
            assert_eq!(
                warnings_of(text.as_bytes(), read),
                [format!("F:1: {problem}")]
            );
            assert_eq!(
                service(text.as_bytes(), "good", None),
                Some("good 7/udp".into())
            );
        }
        let missing = "F:1: a port, such as `80/tcp`, is missing";
        assert_eq!(warnings_of(b"http # 80/tcp", read), [missing]);
    }

    #[test]
    fn range_of_ports_has_no_entry_and_is_no_problem() {
        // As in glibc.
        let text = b"x11 6000-6063/tcp\nhttp 80/tcp";
        assert_eq!(warnings_of(text, read), [""; 0]);
        assert_eq!(service(text, "x11", None), None);
    }

    #[test]
    fn service_without_a_protocol_is_found_without_one_and_warned_of() {
        // As in glibc.
        for (text, names) in [("http 80", "http 80/"), ("http 80/ www", "http 80/ www")] {
            let said = "F:1: port 80 has no protocol, such as `80/tcp`";
            assert_eq!(warnings_of(text.as_bytes(), read), [said]);
            let found = service(text.as_bytes(), "http", None);
            assert_eq!(found, Some(names.into()));
            assert_eq!(service(text.as_bytes(), "http", Some("tcp")), None);
        }
    }

    #[test]
    fn name_that_is_not_utf_8_is_not_kept_and_its_line_is() {
        let text = b"caf\xe9 80/tcp\xa0 www\nh\xe9 81/tcp ok o\x01k\nlast 82/tcp # caf\xe9";
        assert_eq!(
            warnings_of(text, read),
            [
                r"F:1: `80/tcp\xa0` is not a port and a protocol, such as `80/tcp`",
                r"F:2: `h\xe9` is not a name in UTF-8",
                r"F:2: `o\u{1}k` is not a name in UTF-8",
            ]
        );
        assert_eq!(service(text, "ok", Some("TCP")), Some("ok 81/tcp".into()));
        assert_eq!(service(text, "last", None), Some("last 82/tcp".into()));
    }

    #[test]
    fn several_slashes_count_as_one() {
        // As in glibc.
        assert_eq!(
            service(b"d 80//tcp", "d", Some("tcp")),
            Some("d 80/tcp".into())
        );
    }
}
