//! Queries as they are written on the command line.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use winsock_async_guest as ws;
use winsock_async_guest::{AddressFamily, Hwnd, TaskHandle, WsaError};

/// A question, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Host(String),
    Addresses(String, Option<AddressFamily>),
    Address(IpAddr),
    Service(String, Option<String>),
    Port(u16, Option<String>),
    Protocol(String),
    ProtocolNumber(i32),
}

impl Query {
    /// Starts the request of this query. Its outcome comes as this message to this window.
    ///
    /// # Errors
    /// Those of all requests.
    pub fn start(&self, hwnd: Hwnd, message: u32) -> Result<TaskHandle, WsaError> {
        match &self.kind {
            Kind::Host(name) => ws::wsa_async_get_host_by_name(hwnd, message, name),
            Kind::Addresses(name, family) => ws::request_addresses(hwnd, message, name, *family),
            Kind::Address(IpAddr::V4(address)) => {
                ws::wsa_async_get_host_by_addr(hwnd, message, &address.octets(), ws::AF_INET)
            }
            // Hosts by address are IPv4 only (S-R14).
            Kind::Address(IpAddr::V6(address)) => ws::request_name_of(hwnd, message, *address),
            Kind::Service(name, protocol) => {
                ws::wsa_async_get_serv_by_name(hwnd, message, name, protocol.as_deref())
            }
            Kind::Port(port, protocol) => {
                let port = i32::from(ws::htons(*port));
                ws::wsa_async_get_serv_by_port(hwnd, message, port, protocol.as_deref())
            }
            Kind::Protocol(name) => ws::wsa_async_get_proto_by_name(hwnd, message, name),
            Kind::ProtocolNumber(number) => {
                ws::wsa_async_get_proto_by_number(hwnd, message, *number)
            }
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The error for a text that is no query: one line that says what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadQuery(String);

impl fmt::Display for BadQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadQuery {}

impl FromStr for Query {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Query, BadQuery> {
        let bad = |what: &str| BadQuery(format!("{text:?}: {what}"));
        let kinds = "write host:NAME, ip:NAME, ip4:NAME, ip6:NAME, addr:IP, serv:NAME[/PROTO], \
                     port:N[/PROTO], proto:NAME or protonum:N";
        let (kind, argument) = text.split_once(':').ok_or_else(|| bad(kinds))?;
        let kind = match kind {
            "host" => Kind::Host(argument.into()),
            "ip" => Kind::Addresses(argument.into(), None),
            "ip4" => Kind::Addresses(argument.into(), Some(AddressFamily::Ipv4)),
            "ip6" => Kind::Addresses(argument.into(), Some(AddressFamily::Ipv6)),
            "addr" => Kind::Address(
                argument
                    .parse()
                    .map_err(|_| bad("write an IP address, as in addr:127.0.0.1"))?,
            ),
            "serv" => {
                let (name, protocol) = with_protocol(argument);
                Kind::Service(name.into(), protocol)
            }
            "port" => {
                let (port, protocol) = with_protocol(argument);
                let port = port
                    .parse()
                    .map_err(|_| bad("write a port from 0 to 65535, as in port:80"))?;
                Kind::Port(port, protocol)
            }
            "proto" => Kind::Protocol(argument.into()),
            "protonum" => Kind::ProtocolNumber(
                argument
                    .parse()
                    .map_err(|_| bad("write a number, as in protonum:6"))?,
            ),
            _ => return Err(bad(kinds)),
        };
        Ok(Query {
            text: text.into(),
            kind,
        })
    }
}

fn with_protocol(argument: &str) -> (&str, Option<String>) {
    match argument.split_once('/') {
        Some((name, protocol)) => (name, Some(protocol.into())),
        None => (argument, None),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    #[test]
    fn every_kind_is_read_and_written_back() {
        let tcp = || Some("tcp".to_owned());
        for (text, kind) in [
            ("host:", Kind::Host("".into())),
            ("host:a:b/c", Kind::Host("a:b/c".into())),
            ("addr:192.0.2.1", Kind::Address([192, 0, 2, 1].into())),
            ("addr:::1", Kind::Address(Ipv6Addr::LOCALHOST.into())),
            ("ip:a", Kind::Addresses("a".into(), None)),
            (
                "ip4:a",
                Kind::Addresses("a".into(), Some(AddressFamily::Ipv4)),
            ),
            (
                "ip6:::1",
                Kind::Addresses("::1".into(), Some(AddressFamily::Ipv6)),
            ),
            ("serv:http", Kind::Service("http".into(), None)),
            ("serv:http/tcp", Kind::Service("http".into(), tcp())),
            ("port:80", Kind::Port(80, None)),
            ("port:80/tcp", Kind::Port(80, tcp())),
            ("proto:udp", Kind::Protocol("udp".into())),
            ("protonum:-1", Kind::ProtocolNumber(-1)),
        ] {
            let query: Query = text.parse().unwrap();
            assert_eq!(
                (query.kind.clone(), query.to_string()),
                (kind, text.to_owned())
            );
        }
    }

    #[test]
    fn error_for_a_text_that_is_no_query_says_what_to_write() {
        for (text, hint) in [
            ("localhost", "write host:NAME"),
            ("dns:a", "write host:NAME"),
            ("", "write host:NAME"),
            ("addr:[::1]", "addr:127.0.0.1"),
            ("addr:1.2.3", "addr:127.0.0.1"),
            ("port:65536", "port:80"),
            ("port:http", "port:80"),
            ("protonum:six", "protonum:6"),
        ] {
            let error = text.parse::<Query>().unwrap_err().to_string();
            assert!(
                error.contains(hint) && error.starts_with(&format!("{text:?}")),
                "{error}"
            );
        }
    }
}
