//! Patterns of names and addresses.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::names::{self, HostName};
use crate::text::DisplayText;

/// Names or addresses that a policy allows. [`str::parse`] reads a pattern from text: see the
/// [table](super#patterns).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(pub(super) Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    All,
    /// The names under this canonical name, which has no trailing dot.
    Under(Box<str>),
    /// This canonical name, which has no trailing dot.
    Name(Box<str>),
    Network(IpNet),
}

impl Pattern {
    /// `*`: every name and every address.
    pub const ALL: Pattern = Pattern(Kind::All);
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Pattern, PatternError> {
        let kind = match text {
            "" => return Err(PatternError::Empty),
            "*" => Kind::All,
            _ if text.starts_with('[') => return Err(PatternError::Brackets(text.into())),
            _ if text.contains('/') => Kind::Network(prefix(text)?),
            _ => match text.strip_prefix("*.") {
                Some(suffix) => match host(text, suffix)? {
                    HostName::Name(suffix) => Kind::Under(names::without_dot(suffix)),
                    _ => return Err(PatternError::NotAName(text.into())),
                },
                None => match host(text, text)? {
                    HostName::Name(name) => Kind::Name(names::without_dot(name)),
                    HostName::Address(address) => Kind::Network(IpAddr::V4(address).into()),
                    HostName::NotAnAddress => Kind::Network(ipv6(text)?.into()),
                },
            },
        };
        Ok(Pattern(kind))
    }
}

impl fmt::Display for Pattern {
    /// Shows the canonical form: `*.Example.COM.` is `*.example.com`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::All => f.write_str("*"),
            Kind::Under(suffix) => write!(f, "*.{suffix}"),
            Kind::Name(name) => f.write_str(name),
            Kind::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                network.addr().fmt(f)
            }
            Kind::Network(network) => network.fmt(f),
        }
    }
}

/// Addresses that a policy allows or denies in answers. [`str::parse`] reads it from text:
/// `192.0.2.7`, `192.0.2.0/24`, `2001:db8::7`, `2001:db8::/32`, or `*` for all addresses of both
/// families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressPattern(
    /// The network. None is all addresses.
    Option<IpNet>,
);

impl AddressPattern {
    /// The networks of each family whose addresses the pattern has.
    pub(super) fn networks(self) -> impl Iterator<Item = IpNet> {
        let all = [Ipv4Net::default().into(), Ipv6Net::default().into()].map(Some);
        let networks = self.0.map_or(all, |network| [Some(network), None]);
        networks.into_iter().flatten()
    }
}

impl FromStr for AddressPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<AddressPattern, PatternError> {
        match text.parse::<Pattern>()?.0 {
            Kind::All => Ok(AddressPattern(None)),
            Kind::Network(network) => Ok(AddressPattern(Some(network))),
            Kind::Name(_) | Kind::Under(_) => Err(PatternError::NotAnAddress(text.into())),
        }
    }
}

impl fmt::Display for AddressPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Pattern(self.0.map_or(Kind::All, Kind::Network)).fmt(f)
    }
}

/// Why a text is no [`Pattern`] or no [`AddressPattern`]. The message shows the text as
/// [`DisplayText::name`] does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// The text is empty.
    #[error("a pattern is empty; write `*` to allow every host")]
    Empty,
    /// A star is not alone and not the first label.
    #[error("`{}`: a star stands alone, or for the labels before a suffix as in `*.example.com`", shown(.0))]
    Star(Box<str>),
    /// No host can have this name.
    #[error("`{}` is neither a host name nor an address", shown(.0))]
    NotAName(Box<str>),
    /// The text is no address, where one is needed. An IPv4 address has four decimal numbers.
    #[error("`{}` is no address; write it as in `192.0.2.7` or `2001:db8::7`", shown(.0))]
    NotAnAddress(Box<str>),
    /// An address is in brackets.
    #[error("`{}`: leave the brackets out, as in `2001:db8::7` or `2001:db8::/32`", shown(.0))]
    Brackets(Box<str>),
    /// An IPv6 address has a zone, which belongs to one machine.
    #[error("`{}` has a zone; leave out the `%` and what follows it", shown(.0))]
    Zone(Box<str>),
    /// A name or an IPv4 address has a port.
    #[error("`{}` has a port, which only a rule for connections can have", shown(.0))]
    Port(Box<str>),
    /// A pattern of connections or of a place to listen has no host.
    #[error("a pattern has no host; write `*:443` to allow every public host")]
    NoHost,
    /// A pattern of connections or of a place to listen has no port.
    #[error("`{}` has no port; write a port, as in `db.example:5432`", shown(.0))]
    NoPort(Box<str>),
    /// An IPv6 address with a port is not in brackets.
    #[error("`{}`: write an IPv6 address in brackets, as in `[2001:db8::7]:443`", shown(.0))]
    NoBrackets(Box<str>),
    /// The ports are no list of numbers and ranges from 1 to 65535.
    #[error("`{}` has no valid ports; write `*`, or 1 to 65535 as in `443,8000-8010`", shown(.0))]
    Ports(Box<str>),
    /// An address is IPv4-mapped, and is judged as its IPv4 address.
    #[error("`{}` is an IPv4 address in IPv6; write it as IPv4, as in `192.0.2.7:443`", shown(.0))]
    Mapped(Box<str>),
    /// The text is no address and port to listen at.
    #[error("`{}`: write an address and a port or `*`, as in `127.0.0.1:8080`", shown(.0))]
    Listen(Box<str>),
    /// The prefix is not an address, a slash and a number up to 32, or up to 128 for IPv6.
    #[error(
        "`{}` is no prefix; write an address and its bits, as in `10.0.0.0/8` or `2001:db8::/32`",
        shown(.0)
    )]
    Prefix(Box<str>),
    /// The address of a prefix has bits set that do not belong to it.
    #[error(
        "`{}` has bits set beyond its prefix; did you mean `{meant}`?",
        shown(given)
    )]
    HostBits {
        /// The pattern.
        given: Box<str>,
        /// The prefix that it lies in.
        meant: IpNet,
    },
}

fn shown(text: &str) -> DisplayText<'_> {
    DisplayText::name(text.as_bytes())
}

fn host(pattern: &str, name: &str) -> Result<HostName, PatternError> {
    let star = || PatternError::Star(pattern.into());
    if name.contains('*') {
        return Err(star());
    }
    let host = names::canonical_host(name.as_bytes().into(), names::LONGEST_SPELLING)
        .ok_or_else(|| PatternError::NotAName(pattern.into()))?;
    match &host {
        // IDNA has mapped wide and small stars to plain ones.
        HostName::Name(name) if name.contains('*') => Err(star()),
        _ => Ok(host),
    }
}

/// Reads an IPv6 address. It has no zone and no brackets.
fn ipv6(text: &str) -> Result<IpAddr, PatternError> {
    text.parse::<Ipv6Addr>()
        .map(IpAddr::V6)
        .map_err(|_| match text.split_once(':') {
            _ if has_zone(text) => PatternError::Zone(text.into()),
            Some((_, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
                PatternError::Port(text.into())
            }
            _ => PatternError::NotAnAddress(text.into()),
        })
}

/// Whether the text is an IPv6 address with a percent sign after it.
fn has_zone(text: &str) -> bool {
    let address = text.split_once('%').map(|(address, _)| address);
    address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

fn prefix(text: &str) -> Result<IpNet, PatternError> {
    let bad = || PatternError::Prefix(text.into());
    let (address, length) = text.split_once('/').ok_or_else(bad)?;
    let address: IpAddr = address.parse().map_err(|_| match () {
        () if has_zone(text) => PatternError::Zone(text.into()),
        () => bad(),
    })?;
    // `str::parse` would accept a sign.
    if !length.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let length = length.parse().map_err(|_| bad())?;
    let network = IpNet::new(address, length).map_err(|_| bad())?;
    if network.addr() != network.network() {
        return Err(PatternError::HostBits {
            given: text.into(),
            meant: network.trunc(),
        });
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_pattern_is_shown_in_canonical_form() {
        for (given, shown) in [
            ("*", "*"),
            ("*.Example.COM.", "*.example.com"),
            ("B\u{fc}cher.example", "xn--bcher-kva.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0:0:0:0:0:0001", "2001:db8::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("2001:0db8::0/32", "2001:db8::/32"),
            ("::", "::"),
            ("::/0", "::/0"),
            ("0:0:0:0:0:ffff:a00:1", "::ffff:10.0.0.1"),
            ("::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104"),
            // S-A6: RFC 5952 shortens the longest run of zeros, the first of two equal ones.
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ] {
            let pattern: Pattern = given.parse().unwrap();
            assert_eq!(pattern.to_string(), shown);
            assert_eq!(shown.parse(), Ok(pattern));
        }
    }

    #[test]
    fn malformed_patterns_are_errors_that_say_why() {
        let error = |text: &str| text.parse::<Pattern>().unwrap_err();
        assert_eq!(error(""), PatternError::Empty);
        for text in ["*a", "a.*", "*.*.com", "**", "*.*"] {
            assert_eq!(error(text), PatternError::Star(text.into()));
        }
        for star in ["\u{ff0a}", "\u{fe61}"] {
            for text in [
                star.to_owned(),
                format!("{star}.example.com"),
                format!("*.{star}.com"),
            ] {
                assert_eq!(error(&text), PatternError::Star((&*text).into()));
            }
        }
        for text in ["*.", "a b", "a..b", "a\0", "*.127.0.0.1", "*.1"] {
            assert_eq!(error(text), PatternError::NotAName(text.into()));
        }
        for text in [
            "127.1",
            "010.0.0.1",
            "1.2.3.256",
            ":",
            "::g",
            "1::2::3",
            "::10.1",
            "\u{ff1a}\u{ff1a}1",
            "1:2:3:4:5:6:7:8:9",
            "12345::",
            "a:",
            "a]",
        ] {
            assert_eq!(error(text), PatternError::NotAnAddress(text.into()));
        }
        for text in [
            "[::1]",
            "[::1]:80",
            "[2001:db8::]/32",
            "[2001:db8::/32]",
            "[",
        ] {
            assert_eq!(error(text), PatternError::Brackets(text.into()));
        }
        for text in ["fe80::1%eth0", "::1%", "fe80::%1/64", "fe80::1%eth0/64"] {
            assert_eq!(error(text), PatternError::Zone(text.into()));
        }
        for text in ["host.test:80", "192.0.2.7:443"] {
            assert_eq!(error(text), PatternError::Port(text.into()));
        }
        for text in [
            "10.0.0.0/33",
            "10.0.0.0/",
            "10/8",
            "/8",
            "a/8",
            "::/129",
            "::/-1",
            "1::2::3/64",
            "010.0.0.0/8",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(error(text), PatternError::Prefix(text.into()));
        }
        assert_eq!(
            error("10.0.0.1/8").to_string(),
            "`10.0.0.1/8` has bits set beyond its prefix; did you mean `10.0.0.0/8`?"
        );
        assert_eq!(
            error("2001:db8::1/32").to_string(),
            "`2001:db8::1/32` has bits set beyond its prefix; did you mean `2001:db8::/32`?"
        );
    }

    // S-A6
    #[test]
    fn a_pattern_of_addresses_has_one_family_or_is_a_star_for_both() {
        for (given, networks) in [
            ("*", &["0.0.0.0/0", "::/0"][..]),
            ("0.0.0.0/0", &["0.0.0.0/0"]),
            ("::/0", &["::/0"]),
            ("2001:db8::7", &["2001:db8::7/128"]),
        ] {
            let pattern: AddressPattern = given.parse().unwrap();
            assert_eq!(pattern.to_string(), given);
            let shown: Vec<_> = pattern.networks().map(|net| net.to_string()).collect();
            assert_eq!(shown, networks);
        }
        for text in ["a.test", "*.test"] {
            let error = PatternError::NotAnAddress(text.into());
            assert_eq!(text.parse::<AddressPattern>(), Err(error));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_error_or_a_pattern_that_reads_back(text in "\\PC*") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
        }

        #[test]
        fn any_text_like_an_ipv6_address_is_an_error_or_reads_back(text in "[0-9a-f:.%/\\[\\]A-F]{0,24}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
        }

        // S-A6
        #[test]
        fn every_prefix_reads_back(bits: u128, length in 0..=128u8) {
            let network = Ipv6Net::new(Ipv6Addr::from_bits(bits), length).unwrap().trunc();
            let pattern: Pattern = network.to_string().parse().unwrap();
            prop_assert_eq!(&pattern, &Pattern(Kind::Network(network.into())));
            prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
        }
    }
}
