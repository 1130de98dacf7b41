//! Parses resolv.conf, as resolv.conf(5) describes it. What is malformed is skipped with a warning.

#![cfg_attr(
    not(feature = "dns"),
    allow(
        dead_code,
        unreachable_pub,
        reason = "`System` uses the search list alone"
    )
)]

mod environment;
mod error;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

pub(crate) use self::environment::Environment;
pub use self::error::{ConfError, ConfProblem, WordProblem};
use super::search::{self, MAX_DOMAINS};
use super::settings::Settings;
use super::words::{is_space, without_mark, words};
use crate::files;

/// The port of a name server.
const PORT: u16 = 53;
/// Name servers that are used: as many as glibc uses.
const MAX_SERVERS: usize = 3;
/// Bytes of a file that are parsed.
const MAX_BYTES: usize = 1 << 20;
/// Warnings that are kept.
const MAX_WARNINGS: usize = 100;

/// Valid options that do not apply to IPv4 lookups by `Dns`.
const IGNORED_OPTIONS: [&str; 13] = [
    "debug",
    "edns0",
    "inet6",
    "ip6-bytestring",
    "ip6-dotint",
    "no-aaaa",
    "no-check-names",
    "no-ip6-dotint",
    "no-reload",
    "single-request",
    "single-request-reopen",
    "strict-error",
    "trust-ad",
];

/// Reads a file, up to one byte more than is parsed, so that the parser detects a long file.
pub(crate) fn contents(path: &Path) -> io::Result<Vec<u8>> {
    files::read(path, MAX_BYTES as u64 + 1)
}

/// Parses a resolv.conf. Returns its settings and the problems of its lines. Without a name server,
/// the settings have the loopback address; they have none if each name server is malformed.
pub(crate) fn read(
    bytes: &[u8],
    file: &str,
    environment: &Environment,
) -> (Settings, Vec<ConfError>) {
    let mut reader = Reader::default();
    let (bytes, is_cut) = match bytes.get(..MAX_BYTES) {
        Some(start) if bytes.len() > MAX_BYTES => (start, true),
        _ => (bytes, false),
    };
    for (i, line) in without_mark(bytes).split(|&byte| byte == b'\n').enumerate() {
        reader.at(file, i + 1);
        reader.line(line);
    }
    if is_cut {
        reader.tell(ConfProblem::TooLong(MAX_BYTES));
    }
    if let Some(domains) = &environment.local_domain {
        reader.at("LOCALDOMAIN", 1);
        reader.search(words(domains));
    }
    if let Some(options) = &environment.res_options {
        reader.at("RES_OPTIONS", 1);
        words(options).for_each(|option| reader.option(option));
    }
    if !reader.has_search {
        let mut parts = environment.host_name.splitn(2, |&byte| byte == b'.');
        reader.at("the host's name", 1);
        reader.search(parts.nth(1).filter(|domain| !domain.is_empty()).into_iter());
    }
    if reader.settings.servers.is_empty() && !reader.has_bad_server {
        reader.settings.servers = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))];
    }
    (reader.settings, reader.problems)
}

#[derive(Default)]
struct Reader {
    settings: Settings,
    /// Whether a line or the environment gives the search list.
    has_search: bool,
    /// Whether a line names a name server by what is no address.
    has_bad_server: bool,
    problems: Vec<ConfError>,
    file: Box<str>,
    line: usize,
}

impl Reader {
    fn at(&mut self, file: &str, line: usize) {
        if *self.file != *file {
            self.file = file.into();
        }
        self.line = line;
    }

    fn tell(&mut self, problem: ConfProblem) {
        if self.problems.len() < MAX_WARNINGS {
            self.problems.push(ConfError {
                file: self.file.clone(),
                line: self.line,
                problem,
            });
        }
    }

    fn wrong(&mut self, word: &[u8], problem: WordProblem) {
        let word = word.into();
        self.tell(ConfProblem::Word { word, problem });
    }

    fn line(&mut self, line: &[u8]) {
        // A comment may have any bytes.
        let end = line.iter().position(|byte| b"#;".contains(byte));
        let line = &line[..end.unwrap_or(line.len())];
        let mut words = words(line);
        let Some(setting) = words.next() else { return };
        if is_space(line[0]) {
            // glibc skips such a line, too.
            return self.wrong(setting, WordProblem::Indented);
        }
        let mut words = words.peekable();
        if words.peek().is_none() && setting != b"options" {
            return self.wrong(setting, WordProblem::NoValue);
        }
        match setting {
            b"nameserver" => {
                self.server(words.next().unwrap_or_default());
                self.no_more(words.next());
            }
            b"domain" => {
                self.search(words.next().into_iter());
                self.no_more(words.next());
            }
            // The last line of `search` and `domain` counts.
            b"search" => self.search(words),
            b"options" => words.for_each(|word| self.option(word)),
            // Addresses stay in the server's order, and the others are about other name services.
            b"sortlist" | b"lookup" | b"family" => {}
            _ => self.wrong(setting, WordProblem::Setting),
        }
    }

    fn no_more(&mut self, word: Option<&[u8]>) {
        if let Some(word) = word {
            self.wrong(word, WordProblem::Excess);
        }
    }

    fn server(&mut self, word: &[u8]) {
        match server(str::from_utf8(word).unwrap_or_default()) {
            Ok(_) if self.settings.servers.len() == MAX_SERVERS => {
                self.tell(ConfProblem::TooManyServers(MAX_SERVERS));
            }
            Ok(address) => self.settings.servers.push(address),
            Err(problem) => {
                self.has_bad_server = true;
                self.wrong(word, problem);
            }
        }
    }

    fn search<'a>(&mut self, words: impl Iterator<Item = &'a [u8]>) {
        self.has_search = true;
        let mut domains = Vec::new();
        for word in words {
            match str::from_utf8(word).ok().and_then(search::domain) {
                // A domain that is listed twice would be asked twice.
                Some(domain) if domains.contains(&domain) => {}
                Some(_) if domains.len() == MAX_DOMAINS => {
                    self.tell(ConfProblem::TooManyDomains(MAX_DOMAINS));
                    break;
                }
                Some(domain) => domains.push(domain),
                None => self.wrong(word, WordProblem::Domain),
            }
        }
        self.settings.search.domains = domains;
    }

    fn option(&mut self, word: &[u8]) {
        let settings = &mut self.settings;
        let option = str::from_utf8(word).unwrap_or_default();
        let (name, number) = match option.split_once(':') {
            Some((name, number)) => (name, number.parse::<u32>().ok()),
            None => (option, None),
        };
        match (name, number) {
            // As in glibc, a number over its bound is the bound.
            ("ndots", Some(n)) => settings.search.ndots = n.min(15) as u8,
            ("timeout", Some(n @ 1..)) => settings.timeout = Duration::from_secs(n.min(30).into()),
            ("attempts", Some(n @ 1..)) => settings.tries = n.min(5) as u8,
            ("ndots" | "timeout" | "attempts", _) => self.wrong(word, WordProblem::Number),
            ("rotate", _) => settings.rotate = true,
            ("use-vc", _) => settings.tcp = true,
            ("no-tld-query" | "no_tld_query", _) => settings.search.no_tld_query = true,
            (name, _) if IGNORED_OPTIONS.contains(&name) => {}
            _ => self.wrong(word, WordProblem::Setting),
        }
    }
}

/// A name server's address: IPv4, or IPv6 with the zone of a link-local address after `%`. If it is
/// none, the problem.
fn server(word: &str) -> Result<SocketAddr, WordProblem> {
    let (address, zone) = match word.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (word, None),
    };
    match (address.parse(), zone) {
        (Ok(address), None) => Ok(SocketAddr::new(address, PORT)),
        // The operating system knows the numbers of its interfaces. It asks no server for an
        // address with a zone.
        (Ok(IpAddr::V6(address)), Some(zone)) if address.is_unicast_link_local() => {
            let known = (!zone.is_empty()).then(|| (word, PORT).to_socket_addrs().ok());
            let address = known.flatten().and_then(|mut known| known.next());
            address.ok_or(WordProblem::Zone)
        }
        // As in glibc, another address needs no zone.
        (Ok(IpAddr::V6(address)), Some(_)) => Ok(SocketAddr::new(address.into(), PORT)),
        _ => Err(WordProblem::Address),
    }
}
