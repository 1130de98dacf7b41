//! Values of options, parsed from text.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use winsock_async_engine::Rate;

/// An environment variable for the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Variable {
    /// `NAME=VALUE`.
    Set {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// `NAME`: the runner's variable of this name.
    Inherit(String),
}

impl FromStr for Variable {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Variable, Self::Err> {
        let variable = match text.split_once('=') {
            Some((name, value)) => Variable::Set {
                name: name.into(),
                value: value.into(),
            },
            None => Variable::Inherit(text.into()),
        };
        let (Variable::Set { name, .. } | Variable::Inherit(name)) = &variable;
        if name.is_empty() {
            return Err("the name is empty; write NAME=VALUE, or NAME");
        }
        Ok(variable)
    }
}

/// A directory for the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    /// The path on this machine.
    pub(crate) host: PathBuf,
    /// The path that the guest sees.
    pub(crate) guest: String,
}

impl FromStr for Directory {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Directory, Self::Err> {
        let (host, guest) = text.split_once("::").unwrap_or((text, text));
        if host.is_empty() || guest.is_empty() {
            return Err("a directory's name is empty; write HOST, or HOST::GUEST");
        }
        Ok(Directory {
            host: host.into(),
            guest: guest.into(),
        })
    }
}

/// Parses the address of a name server. The default port is 53.
pub(super) fn name_server(text: &str) -> Result<SocketAddr, &'static str> {
    const PORT: u16 = 53;
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let server = match bare.unwrap_or(text).parse::<IpAddr>() {
        Ok(address) => SocketAddr::new(address, PORT),
        Err(_) => text
            .parse()
            .map_err(|_| "write an address, as in 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53")?,
    };
    match server.port() {
        0 => Err("a name server has no port 0"),
        _ => Ok(server),
    }
}

/// Parses requests a second, with an optional burst.
pub(super) fn rate(text: &str) -> Result<Rate, &'static str> {
    let number = |text: &str| {
        let number = text.parse::<NonZeroU32>();
        number
            .map_err(|_| "write requests a second as in 100, or also how many at once as in 100/20")
    };
    let (per_second, burst) = text.split_once('/').unwrap_or((text, text));
    Ok(Rate {
        per_second: number(per_second)?,
        burst: number(burst)?,
    })
}

/// Parses seconds, or a number with a unit.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    let duration = match text.parse() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => humantime::parse_duration(text).ok(),
    };
    match duration {
        Some(Duration::ZERO) => Err("write a duration longer than 0"),
        Some(duration) => Ok(duration),
        None => Err("write seconds, or a number with a unit as in 500ms, 10s, 2m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_server_is_an_address_with_or_without_a_port() {
        let is = |text, server: &str| {
            assert_eq!(name_server(text), Ok(server.parse().unwrap()), "{text}");
        };
        is("192.0.2.1", "192.0.2.1:53");
        is("192.0.2.1:5353", "192.0.2.1:5353");
        is("2001:db8::1", "[2001:db8::1]:53");
        is("[2001:db8::1]", "[2001:db8::1]:53");
        is("[2001:db8::1]:5353", "[2001:db8::1]:5353");
        for text in [
            "",
            "a.test",
            "192.0.2.1:",
            "192.0.2.1:65536",
            "192.0.2.1:0",
            "1.2.3",
        ] {
            assert!(name_server(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_without_a_burst_allows_a_second_s_requests_at_once() {
        let of = |text| rate(text).map(|rate| (rate.per_second.get(), rate.burst.get()));
        assert_eq!((of("100"), of("100/7")), (Ok((100, 100)), Ok((100, 7))));
    }

    #[test]
    fn a_duration_without_a_unit_is_in_seconds() {
        assert_eq!(duration("5"), Ok(Duration::from_secs(5)));
        assert_eq!(duration("0.25"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
    }
}
