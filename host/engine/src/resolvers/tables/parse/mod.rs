//! Parses the files of the tables. The parser is strict: a line is an entry or an error.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::SplitAsciiWhitespace;

use super::error::{LineError, Problem, TablesError};
use crate::names::{self, HostName};

/// The longest line.
pub(super) const MAX_LINE_BYTES: usize = 8192;
/// Most names on a line of hosts: the official name and the aliases.
pub(super) const MAX_NAMES: usize = 64;
/// Most malformed lines of a file that are listed.
pub(super) const MAX_ERRORS: usize = 100;

/// What to do at a malformed line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Malformed {
    /// Stop reading: the file is an error.
    #[default]
    Stop,
    /// Skip the line. [`MAX_ERRORS`] lines of a file are listed, and the others counted.
    Skip,
}

/// A line of a hosts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostLine {
    pub(super) address: Ipv4Addr,
    /// The names as they are written. At least one.
    pub(super) names: Vec<String>,
    /// The names in canonical form, without trailing dots.
    pub(super) keys: Vec<Box<str>>,
}

impl HostLine {
    /// The line that is the default.
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

/// Parses lines such as `192.0.2.1 www.test web.test`, of at most [`MAX_NAMES`] names. Lines with
/// IPv6 addresses are checked and not kept.
pub(super) fn hosts(
    file: &str,
    bytes: &[u8],
    malformed: Malformed,
    errors: &mut Vec<TablesError>,
) -> Vec<HostLine> {
    parse(file, bytes, malformed, errors, |address, words| {
        let names: Vec<String> = words.map(Into::into).collect();
        if names.len() > MAX_NAMES {
            return Err(Problem::TooManyNames(MAX_NAMES));
        }
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

/// Parses lines such as `http 80/tcp www`.
pub(super) fn services(
    file: &str,
    bytes: &[u8],
    malformed: Malformed,
    errors: &mut Vec<TablesError>,
) -> Vec<ServiceLine> {
    parse(file, bytes, malformed, errors, |name, words| {
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

/// Parses lines such as `tcp 6 TCP`.
pub(super) fn protocols(
    file: &str,
    bytes: &[u8],
    malformed: Malformed,
    errors: &mut Vec<TablesError>,
) -> Vec<ProtocolLine> {
    parse(file, bytes, malformed, errors, |name, words| {
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

/// Makes an entry of each line that is not empty, from its first word and the others.
fn parse<T>(
    file: &str,
    bytes: &[u8],
    malformed: Malformed,
    errors: &mut Vec<TablesError>,
    entry: impl for<'a> Fn(&'a str, &mut SplitAsciiWhitespace<'a>) -> Result<Option<T>, Problem>,
) -> Vec<T> {
    // Some editors begin a file with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut entries = Vec::new();
    let mut listed = 0;
    let mut unlisted = 0;
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let parsed = content(line).and_then(|line| {
            let mut words = line.split_ascii_whitespace();
            words
                .next()
                .map_or(Ok(None), |first| entry(first, &mut words))
        });
        match parsed {
            Ok(parsed) => entries.extend(parsed),
            Err(_) if listed == MAX_ERRORS => unlisted += 1,
            Err(problem) => {
                listed += 1;
                let error = LineError {
                    file: file.into(),
                    line: i + 1,
                    problem,
                };
                errors.push(error.into());
                if malformed == Malformed::Stop {
                    break;
                }
            }
        }
    }
    if unlisted > 0 {
        errors.push(TablesError::More {
            file: file.into(),
            lines: unlisted,
        });
    }
    entries
}

/// The text of a line, without its line break and its comment.
fn content(line: &[u8]) -> Result<&str, Problem> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > MAX_LINE_BYTES {
        return Err(Problem::TooLong(MAX_LINE_BYTES));
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
    match names::canonical_host(name.as_bytes().into(), MAX_LINE_BYTES) {
        Some(HostName::Name(key)) => Ok(names::without_dot(key)),
        _ => Err(Problem::HostName(name.into())),
    }
}

fn is_ipv6(address: &str) -> bool {
    // A link-local address may have an interface after a percent sign.
    let address = address
        .split_once('%')
        .map_or(address, |(address, _)| address);
    address.parse::<Ipv6Addr>().is_ok()
}

/// Parses a decimal number without a sign, which `str::parse` would accept.
fn number<T: std::str::FromStr>(word: &str) -> Option<T> {
    word.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| word.parse().ok())?
}

#[cfg(test)]
mod tests;
