//! Patterns of names and addresses.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ipnet::Ipv4Net;

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
    Network(Ipv4Net),
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
            _ if text.contains('/') => Kind::Network(prefix(text)?),
            _ => match text.strip_prefix("*.") {
                Some(suffix) => match host(text, suffix)? {
                    HostName::Name(suffix) => Kind::Under(names::without_dot(suffix)),
                    _ => return Err(PatternError::NotAName(text.into())),
                },
                None => match host(text, text)? {
                    HostName::Name(name) => Kind::Name(names::without_dot(name)),
                    HostName::Address(address) => Kind::Network(address.into()),
                    HostName::NotAnAddress => return Err(PatternError::NotIpv4(text.into())),
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
            Kind::Network(network) if network.prefix_len() == 32 => network.addr().fmt(f),
            Kind::Network(network) => network.fmt(f),
        }
    }
}

/// Addresses that a policy allows or denies in answers. [`str::parse`] reads it from text:
/// `192.0.2.7`, `192.0.2.0/24`, or `*` for all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressPattern(pub(super) Ipv4Net);

impl FromStr for AddressPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<AddressPattern, PatternError> {
        match text.parse::<Pattern>()?.0 {
            Kind::All => Ok(AddressPattern(Ipv4Net::default())),
            Kind::Network(network) => Ok(AddressPattern(network)),
            Kind::Name(_) | Kind::Under(_) => Err(PatternError::NotIpv4(text.into())),
        }
    }
}

impl fmt::Display for AddressPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            all if all == Ipv4Net::default() => Kind::All,
            network => Kind::Network(network),
        };
        Pattern(kind).fmt(f)
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
    /// The text is no IPv4 address of four decimal numbers, where one is needed.
    #[error("`{}` is no IPv4 address; write four decimal numbers, as in `192.0.2.7`", shown(.0))]
    NotIpv4(Box<str>),
    /// The prefix is not an IPv4 address, a slash and a number up to 32.
    #[error("`{}` is no prefix; write an IPv4 address and its bits, as in `10.0.0.0/8`", shown(.0))]
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
        meant: Ipv4Net,
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

fn prefix(text: &str) -> Result<Ipv4Net, PatternError> {
    let bad = || PatternError::Prefix(text.into());
    let (address, length) = text.split_once('/').ok_or_else(bad)?;
    let address: Ipv4Addr = address.parse().map_err(|_| bad())?;
    // `str::parse` would accept a sign.
    if !length.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let length = length.parse().map_err(|_| bad())?;
    let network = Ipv4Net::new(address, length).map_err(|_| bad())?;
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
        for text in ["127.1", "::1", "[::1]", "010.0.0.1", "1.2.3.256"] {
            assert_eq!(error(text), PatternError::NotIpv4(text.into()));
        }
        for text in [
            "10.0.0.0/33",
            "10.0.0.0/",
            "10/8",
            "/8",
            "a/8",
            "::/0",
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
    }

    proptest! {
        #[test]
        fn any_text_is_an_error_or_a_pattern_that_reads_back(text in "\\PC*") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
        }
    }
}
