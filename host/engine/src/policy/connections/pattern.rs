//! Patterns of connections and of places to listen.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;

use super::ports::{self, Ports};
use crate::names;
use crate::policy::pattern::{Kind, Pattern, PatternError};

/// How a guest sends its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// Connections.
    Tcp,
    /// Datagrams.
    Udp,
}

/// Hosts and ports that a guest may connect to, or send datagrams to. [`str::parse`] reads it from
/// text, such as `*.example.com:443,8443` or `udp:[2001:db8::/32]:*`: see the
/// [table](crate::policy#connections).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectPattern {
    pub(in crate::policy) transport: Transport,
    pub(in crate::policy) host: Pattern,
    pub(in crate::policy) ports: Ports,
}

impl ConnectPattern {
    /// Makes the pattern of all hosts and ports.
    pub(crate) fn all(transport: Transport) -> ConnectPattern {
        ConnectPattern {
            transport,
            host: Pattern::ALL,
            ports: Ports::all(),
        }
    }

    /// Makes the pattern that allows this address and port alone, for a message to an operator.
    /// An IPv4-mapped address is its IPv4 address.
    pub fn for_address(transport: Transport, address: IpAddr, port: u16) -> ConnectPattern {
        ConnectPattern {
            transport,
            host: Pattern(Kind::Network(address.to_canonical().into())),
            ports: Ports::one(port),
        }
    }

    /// Makes the pattern that allows this name and port alone, for a message to an operator.
    ///
    /// # Errors
    ///
    /// No host can have the name, or it is an address.
    pub fn for_name(
        transport: Transport,
        name: &str,
        port: u16,
    ) -> Result<ConnectPattern, PatternError> {
        let plain = name.strip_suffix('.').unwrap_or(name);
        let host = if names::is_canonical(plain) {
            Pattern(Kind::Name(plain.into()))
        } else {
            name.parse()?
        };
        match host.0 {
            Kind::Name(_) => Ok(ConnectPattern {
                transport,
                host,
                ports: Ports::one(port),
            }),
            _ => Err(PatternError::NotAName(name.into())),
        }
    }
}

impl FromStr for ConnectPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<ConnectPattern, PatternError> {
        let (transport, rest) = transport(text);
        let (host, ports) = split(text, rest)?;
        let host = match host {
            Host::Bracketed(address) => bracketed(text, address)?,
            Host::Plain(host) => host.parse()?,
        };
        if let Kind::Network(IpNet::V6(network)) = host.0
            && network.prefix_len() >= 96
            && network.addr().to_ipv4_mapped().is_some()
        {
            return Err(PatternError::Mapped(text.into()));
        }
        Ok(ConnectPattern {
            transport,
            host,
            ports: ports
                .parse()
                .map_err(|()| PatternError::Ports(text.into()))?,
        })
    }
}

impl fmt::Display for ConnectPattern {
    /// Shows the canonical form, which reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_transport(self.transport, f)?;
        match &self.host.0 {
            Kind::Network(IpNet::V6(_)) => write!(f, "[{}]", self.host)?,
            // Without the dot it would be the transport.
            Kind::Name(name) if **name == *"udp" && self.transport == Transport::Tcp => {
                f.write_str("udp.")?;
            }
            _ => self.host.fmt(f)?,
        }
        write!(f, ":{}", self.ports)
    }
}

/// An address and port where a guest may listen. [`str::parse`] reads it from text, such as
/// `127.0.0.1:8080`, `udp:[::1]:5353` or `0.0.0.0:*`: see the
/// [table](crate::policy#connections).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenPattern {
    pub(in crate::policy) transport: Transport,
    pub(in crate::policy) address: IpAddr,
    /// None is every port.
    pub(in crate::policy) port: Option<u16>,
}

impl ListenPattern {
    /// Makes the pattern that allows this address and port alone, for a message to an operator.
    /// An IPv4-mapped address is its IPv4 address.
    pub fn for_address(transport: Transport, address: SocketAddr) -> ListenPattern {
        ListenPattern {
            transport,
            address: address.ip().to_canonical(),
            port: Some(address.port()),
        }
    }
}

impl FromStr for ListenPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<ListenPattern, PatternError> {
        let (transport, rest) = transport(text);
        let (host, port) = split(text, rest)?;
        let host = match host {
            Host::Bracketed(address) => bracketed(text, address)?,
            Host::Plain(host) => host.parse()?,
        };
        let address = match host.0 {
            Kind::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                network.addr()
            }
            _ => return Err(PatternError::Listen(text.into())),
        };
        if address != address.to_canonical() {
            return Err(PatternError::Mapped(text.into()));
        }
        let port = match port {
            "*" => None,
            port => Some(ports::port(port).ok_or_else(|| PatternError::Listen(text.into()))?),
        };
        Ok(ListenPattern {
            transport,
            address,
            port,
        })
    }
}

impl fmt::Display for ListenPattern {
    /// Shows the canonical form, which reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_transport(self.transport, f)?;
        match self.address {
            IpAddr::V4(address) => write!(f, "{address}:")?,
            IpAddr::V6(address) => write!(f, "[{address}]:")?,
        }
        match self.port {
            None => f.write_str("*"),
            Some(port) => port.fmt(f),
        }
    }
}

fn show_transport(transport: Transport, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match transport {
        Transport::Tcp => Ok(()),
        Transport::Udp => f.write_str("udp:"),
    }
}

/// The transport of a pattern, and what follows it.
fn transport(text: &str) -> (Transport, &str) {
    match text.strip_prefix("udp:") {
        Some(rest) => (Transport::Udp, rest),
        None => (Transport::Tcp, text),
    }
}

/// The host of a pattern.
enum Host<'a> {
    /// Text in brackets, without them.
    Bracketed(&'a str),
    /// Text without a colon.
    Plain(&'a str),
}

/// Splits a pattern without its transport into host and ports.
fn split<'a>(text: &str, rest: &'a str) -> Result<(Host<'a>, &'a str), PatternError> {
    let no_port = || PatternError::NoPort(text.into());
    if let Some(rest) = rest.strip_prefix('[') {
        let (address, rest) = rest
            .split_once(']')
            .ok_or_else(|| PatternError::NotAnAddress(text.into()))?;
        let ports = rest.strip_prefix(':').ok_or_else(no_port)?;
        return Ok((Host::Bracketed(address), ports));
    }
    if rest.is_empty() {
        return Err(PatternError::NoHost);
    }
    let (host, ports) = rest.rsplit_once(':').ok_or_else(no_port)?;
    match host {
        "" => Err(PatternError::NoHost),
        _ if host.contains(':') => Err(PatternError::NoBrackets(text.into())),
        _ => Ok((Host::Plain(host), ports)),
    }
}

/// Reads the IPv6 address or prefix that stands in brackets.
fn bracketed(text: &str, address: &str) -> Result<Pattern, PatternError> {
    let (plain, _) = address.split_once('/').unwrap_or((address, ""));
    if plain.parse::<Ipv6Addr>().is_err() && !plain.contains('%') {
        return Err(PatternError::NotAnAddress(text.into()));
    }
    address.parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_of_connections_is_shown_in_canonical_form() {
        for (given, shown) in [
            ("API.Example.com.:443", "api.example.com:443"),
            ("*.example.com:8443,443", "*.example.com:443,8443"),
            (
                "b\u{fc}cher.example:8000-8010",
                "xn--bcher-kva.example:8000-8010",
            ),
            ("192.0.2.7:53", "192.0.2.7:53"),
            ("10.0.0.0/8:5432", "10.0.0.0/8:5432"),
            ("[2001:DB8::1]:443", "[2001:db8::1]:443"),
            ("[2001:db8::/32]:*", "[2001:db8::/32]:*"),
            ("*:443", "*:443"),
            ("udp:*:*", "udp:*:*"),
            ("udp:192.0.2.1:53", "udp:192.0.2.1:53"),
            ("udp:udp:53", "udp:udp:53"),
            ("udp.:53", "udp.:53"),
        ] {
            let pattern: ConnectPattern = given.parse().unwrap();
            assert_eq!(pattern.to_string(), shown);
            assert_eq!(shown.parse(), Ok(pattern));
        }
    }

    #[test]
    fn a_pattern_of_a_place_to_listen_is_shown_in_canonical_form() {
        for (given, shown) in [
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("udp:[::0:1]:53", "udp:[::1]:53"),
            ("0.0.0.0:*", "0.0.0.0:*"),
            ("[::]:0", "[::]:0"),
        ] {
            let pattern: ListenPattern = given.parse().unwrap();
            assert_eq!(pattern.to_string(), shown);
            assert_eq!(shown.parse(), Ok(pattern));
        }
    }

    #[test]
    fn malformed_patterns_are_errors_that_say_why() {
        use PatternError::*;
        for (text, error) in [
            ("", NoHost),
            ("udp:", NoHost),
            (":80", NoHost),
            ("db.example", NoPort("db.example".into())),
            ("*", NoPort("*".into())),
            ("[::1]", NoPort("[::1]".into())),
            ("udp:53", NoPort("udp:53".into())),
            ("10.0.0.0/8", NoPort("10.0.0.0/8".into())),
            ("2001:db8::1:443", NoBrackets("2001:db8::1:443".into())),
            ("::1", NoBrackets("::1".into())),
            ("2001:db8::/32", NoBrackets("2001:db8::/32".into())),
            ("a.test:", Ports("a.test:".into())),
            ("a.test:0", Ports("a.test:0".into())),
            ("a.test:65536", Ports("a.test:65536".into())),
            ("a.test:http", Ports("a.test:http".into())),
            ("a.test:9-8", Ports("a.test:9-8".into())),
            ("[::1:80", NotAnAddress("[::1:80".into())),
            ("[a.test]:80", NotAnAddress("[a.test]:80".into())),
            ("[10.0.0.1]:80", NotAnAddress("[10.0.0.1]:80".into())),
            ("[fe80::1%1]:80", Zone("fe80::1%1".into())),
            (
                "[::ffff:10.0.0.1]:80",
                Mapped("[::ffff:10.0.0.1]:80".into()),
            ),
            ("a..b:80", NotAName("a..b".into())),
            ("*.*:80", Star("*.*".into())),
            ("10.1:80", NotAnAddress("10.1".into())),
        ] {
            assert_eq!(text.parse::<ConnectPattern>(), Err(error), "{text}");
        }
        for text in [
            "a.test:80",
            "*:80",
            "10.0.0.0/8:80",
            "127.0.0.1:http",
            "127.0.0.1:1-2",
        ] {
            assert_eq!(text.parse::<ListenPattern>(), Err(Listen(text.into())));
        }
        assert_eq!(
            "db.example"
                .parse::<ConnectPattern>()
                .unwrap_err()
                .to_string(),
            "`db.example` has no port; write a port, as in `db.example:5432`"
        );
    }

    #[test]
    fn the_rule_for_a_denied_connection_allows_it_alone() {
        use Transport::{Tcp, Udp};
        let address = |text: &str| text.parse().unwrap();
        for (pattern, shown) in [
            (
                ConnectPattern::for_name(Tcp, "db.example.", 5432).unwrap(),
                "db.example:5432",
            ),
            (
                ConnectPattern::for_address(Tcp, address("2001:db8::1"), 443),
                "[2001:db8::1]:443",
            ),
            (
                ConnectPattern::for_address(Udp, address("192.0.2.1"), 53),
                "udp:192.0.2.1:53",
            ),
            (
                ConnectPattern::for_address(Tcp, address("::ffff:192.0.2.1"), 53),
                "192.0.2.1:53",
            ),
        ] {
            assert_eq!(pattern.to_string(), shown);
            assert_eq!(shown.parse(), Ok(pattern));
        }
        for name in ["*", "*.test", "a..test", ".", "", "8.8.8.8", "::1", "127.1"] {
            assert!(ConnectPattern::for_name(Tcp, name, 1).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_error_or_a_pattern_that_reads_back(
            text in "(udp:)?(\\PC{0,8}|\\*|\\*?[a-z.]{1,9}|[0-9./]{1,9}|\\[[0-9a-f:/%]{1,9}\\])(:[0-9,*-]{0,9})?",
        ) {
            if let Ok(pattern) = text.parse::<ConnectPattern>() {
                prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
            if let Ok(pattern) = text.parse::<ListenPattern>() {
                prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
        }
    }
}
