//! Queries and answers as text for people.

use std::fmt;

use crate::text::DisplayText;
use crate::types::{Answer, Query};

/// The kind of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueryKind {
    /// A host by its name.
    HostByName,
    /// A host by its address.
    HostByAddress,
    /// A service by its name.
    ServiceByName,
    /// A service by its port.
    ServiceByPort,
    /// A protocol by its name.
    ProtocolByName,
    /// A protocol by its number.
    ProtocolByNumber,
    /// The addresses of a host.
    Addresses,
    /// The name of a host, by its address.
    NameOf,
}

impl QueryKind {
    /// The name in the WIT interface, such as `host-by-name`.
    pub const fn name(self) -> &'static str {
        match self {
            QueryKind::HostByName => "host-by-name",
            QueryKind::HostByAddress => "host-by-address",
            QueryKind::ServiceByName => "service-by-name",
            QueryKind::ServiceByPort => "service-by-port",
            QueryKind::ProtocolByName => "protocol-by-name",
            QueryKind::ProtocolByNumber => "protocol-by-number",
            QueryKind::Addresses => "addresses",
            QueryKind::NameOf => "name-of",
        }
    }
}

impl From<&Query> for QueryKind {
    fn from(query: &Query) -> QueryKind {
        match query {
            Query::HostByName(_) => QueryKind::HostByName,
            Query::HostByAddress(_) => QueryKind::HostByAddress,
            Query::ServiceByName(_) => QueryKind::ServiceByName,
            Query::ServiceByPort(_) => QueryKind::ServiceByPort,
            Query::ProtocolByName(_) => QueryKind::ProtocolByName,
            Query::ProtocolByNumber(_) => QueryKind::ProtocolByNumber,
            Query::Addresses(_) => QueryKind::Addresses,
            Query::NameOf(_) => QueryKind::NameOf,
        }
    }
}

impl fmt::Display for QueryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Shows a query in one line, with each name as [`DisplayText::name`] shows it.
#[derive(Clone, Copy, Debug)]
pub struct DisplayQuery<'a>(pub &'a Query);

impl fmt::Display for DisplayQuery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Query::HostByName(name) | Query::ProtocolByName(name) => text(f, name),
            Query::HostByAddress(query) => match <[u8; 4]>::try_from(&*query.address) {
                Ok(octets) => std::net::Ipv4Addr::from(octets).fmt(f),
                Err(_) => write!(f, "{} bytes", query.address.len()),
            },
            Query::ServiceByName(query) => {
                text(f, &query.name)?;
                protocol(f, query.protocol.as_deref())
            }
            Query::ServiceByPort(query) => {
                write!(f, "{}", query.port)?;
                protocol(f, query.protocol.as_deref())
            }
            Query::ProtocolByNumber(number) => number.fmt(f),
            Query::Addresses(query) => {
                text(f, &query.name)?;
                query
                    .family
                    .map_or(Ok(()), |family| write!(f, "/{}", family.name()))
            }
            Query::NameOf(address) => std::net::IpAddr::from(*address).fmt(f),
        }
    }
}

/// Shows an answer in one line, as [`DisplayQuery`] does, with at most 4 addresses.
#[derive(Clone, Copy, Debug)]
pub struct DisplayAnswer<'a>(pub &'a Answer);

impl fmt::Display for DisplayAnswer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Answer::Host(host) => {
                text(f, host.name.as_bytes())?;
                addresses(f, host.addresses())
            }
            Answer::Addresses(list) => {
                match &list.canonical_name {
                    Some(name) => text(f, name.as_bytes())?,
                    None => f.write_str("?")?,
                }
                addresses(f, list.addresses())
            }
            Answer::Name(name) => text(f, name.as_bytes()),
            Answer::Service(service) => {
                text(f, service.name.as_bytes())?;
                write!(f, " {}", service.port)?;
                protocol(f, Some(service.protocol.as_bytes()))
            }
            Answer::Protocol(protocol) => {
                text(f, protocol.name.as_bytes())?;
                write!(f, " {}", protocol.number)
            }
        }
    }
}

/// The most addresses that are shown of a host.
const ADDRESSES: usize = 4;

fn addresses(
    f: &mut fmt::Formatter<'_>,
    mut addresses: impl ExactSizeIterator<Item: fmt::Display>,
) -> fmt::Result {
    for address in addresses.by_ref().take(ADDRESSES) {
        write!(f, " {address}")?;
    }
    match addresses.len() {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

fn text(f: &mut fmt::Formatter<'_>, name: &[u8]) -> fmt::Result {
    write!(f, "{}", DisplayText::name(name))
}

fn protocol(f: &mut fmt::Formatter<'_>, protocol: Option<&[u8]>) -> fmt::Result {
    match protocol {
        None | Some(b"") => Ok(()),
        Some(protocol) => {
            f.write_str("/")?;
            text(f, protocol)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{
        AF_INET, AddressFamily, AddressList, AddressQuery, HostEntry, NameQuery, ProtocolEntry,
        ServiceEntry, ServiceNameQuery, ServicePortQuery,
    };
    use std::net::{IpAddr, Ipv6Addr};

    #[test]
    fn queries_are_shown_in_one_line_with_control_characters_escaped() {
        let protocol = |text: &str| Some(text.as_bytes().into());
        let host = |name: &[u8]| Query::HostByName(name.into());
        let addresses = |name: &[u8], family| {
            let name = name.into();
            Query::Addresses(NameQuery { name, family })
        };
        let address = |bytes: &[u8]| {
            Query::HostByAddress(AddressQuery {
                address: bytes.into(),
                family: AF_INET,
            })
        };
        for (query, shown) in [
            (host(b"www.example.com"), "www.example.com"),
            (host(b"a\nb\x1b[31m\0\xff\"<"), r#"a\nb\u{1b}[31m\0\xff\"<"#),
            // A terminal would show the rest of the line from right to left.
            (host("\u{202e}".as_bytes()), r"\u{202e}"),
            (address(&[127, 0, 0, 1]), "127.0.0.1"),
            (address(&[1; 16]), "16 bytes"),
            (
                Query::ServiceByName(ServiceNameQuery {
                    name: b"http"[..].into(),
                    protocol: protocol("tcp"),
                }),
                "http/tcp",
            ),
            (
                Query::ServiceByPort(ServicePortQuery {
                    port: 53,
                    protocol: protocol(""),
                }),
                "53",
            ),
            (Query::ProtocolByName(b"udp"[..].into()), "udp"),
            (Query::ProtocolByNumber(-6), "-6"),
            (addresses(b"a\n.test", None), r"a\n.test"),
            (
                addresses(b"db.test", Some(AddressFamily::Ipv6)),
                "db.test/ipv6",
            ),
            (
                Query::NameOf(IpAddr::from(Ipv6Addr::LOCALHOST).into()),
                "::1",
            ),
        ] {
            assert_eq!(DisplayQuery(&query).to_string(), shown);
        }
    }

    #[test]
    fn answers_are_shown_in_one_line_with_at_most_4_addresses() {
        let host = |addresses: u8| {
            HostEntry::new("a\n.test", (1..=addresses).map(|i| [192, 0, 2, i].into()))
        };
        let both: [IpAddr; 2] = [[0, 0, 0, 0, 0, 0, 0, 1].into(), [127, 0, 0, 1].into()];
        let both = AddressList::new(Some("www.test".into()), both);
        let service = ServiceEntry {
            name: "http".into(),
            aliases: vec!["www".into()],
            port: 80,
            protocol: "tcp".into(),
        };
        let protocol = ProtocolEntry {
            name: "udp".into(),
            aliases: Vec::new(),
            number: 17,
        };
        for (answer, shown) in [
            (host(1).into(), r"a\n.test 192.0.2.1"),
            (
                host(200).into(),
                r"a\n.test 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 and 196 more",
            ),
            (service.into(), "http 80/tcp"),
            (protocol.into(), "udp 17"),
            (both.into(), "www.test ::1 127.0.0.1"),
            (
                AddressList::new(None, [Ipv6Addr::LOCALHOST.into()]).into(),
                "? ::1",
            ),
            (Answer::Name("a\n.test".into()), r"a\n.test"),
        ] {
            let answer: Answer = answer;
            assert_eq!(DisplayAnswer(&answer).to_string(), shown);
        }
    }

    #[test]
    fn a_long_name_is_cut_at_255_bytes() {
        let query = Query::HostByName(vec![b'a'; 65_536].into());
        let shown = DisplayQuery(&query).to_string();
        assert_eq!(shown, format!("{}... of 65536 bytes", "a".repeat(255)));
    }
}
