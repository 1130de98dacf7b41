//! Parses resolv.conf, as resolv.conf(5) describes it. What is malformed is skipped with a warning.

#![cfg_attr(
    not(feature = "dns"),
    allow(
        dead_code,
        unreachable_pub,
        reason = "`System` uses the search list alone"
    )
)]

use std::env;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use super::search::{self, MAX_DOMAINS};
use super::settings::Settings;
use crate::files;

/// The port of a name server.
const PORT: u16 = 53;
/// Name servers that are used: as many as glibc uses.
const MAX_SERVERS: usize = 3;
/// Bytes of a file that are parsed.
const MAX_BYTES: usize = 1 << 20;
/// Warnings that are kept.
const MAX_WARNINGS: usize = 100;
/// Characters of a wrong word that a warning shows.
const MAX_SHOWN_CHARS: usize = 64;

/// Valid options that do not apply to IPv4 lookups by `Dns`.
const IGNORED_OPTIONS: [&str; 12] = [
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
];

/// What applies beside the file. The default has none of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `LOCALDOMAIN`: the search list, instead of the file's.
    pub(crate) local_domain: Option<Vec<u8>>,
    /// `RES_OPTIONS`: options after those of the file.
    pub(crate) res_options: Option<Vec<u8>>,
    /// The machine's name. Its domain is the search list if nothing else names one.
    pub(crate) host_name: Vec<u8>,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn of_process() -> Environment {
        let variable = |name| env::var_os(name).map(|value| value.into_encoded_bytes());
        Environment {
            local_domain: variable("LOCALDOMAIN"),
            res_options: variable("RES_OPTIONS"),
            host_name: gethostname::gethostname().into_encoded_bytes(),
        }
    }
}

/// A malformed part of a resolv.conf, or of the environment, which is skipped. Shown as
/// `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct ConfError {
    /// The file, the name that the text was given with, or the variable of the environment.
    pub file: Box<str>,
    /// The line number, from 1.
    pub line: usize,
    /// The problem.
    pub problem: ConfProblem,
}

/// The problem of a line. A variant's text is the wrong part of the line, escaped and shortened to
/// 64 characters. Its number is a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfProblem {
    /// The line begins with white space, so its first word is no setting.
    #[error("`{0}` does not start its line")]
    Indented(Box<str>),
    /// The line has nothing after its first word.
    #[error("`{0}` has no value")]
    Missing(Box<str>),
    /// The setting or option is unknown.
    #[error("`{0}` is not a setting")]
    Setting(Box<str>),
    /// The setting takes one word, and this word is a further one. It is not used.
    #[error("`{0}` is one word too many")]
    Excess(Box<str>),
    /// The word is not the address of a name server.
    #[error("`{0}` is not an address")]
    Address(Box<str>),
    /// The word is a link-local address, and the zone after its `%` is no interface.
    #[error("`{0}` is on an interface that this machine does not have")]
    Zone(Box<str>),
    /// There are more name servers than this number; the rest is not used.
    #[error("more than {0} name servers")]
    TooManyServers(usize),
    /// There are more domains than this number; the rest is not used.
    #[error("more than {0} domains")]
    TooManyDomains(usize),
    /// The word is not a domain.
    #[error("`{0}` is not a domain")]
    Domain(Box<str>),
    /// The option has no number, or one out of its bounds.
    #[error("`{0}` has no valid number")]
    Number(Box<str>),
    /// The file has more bytes than this number; the rest is not read.
    #[error("more than {0} bytes; the rest is not read")]
    TooLong(usize),
}

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
    // Editors of other systems begin a file with a byte order mark.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    for (i, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
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

/// The words of a line, between what C's `isspace` takes for white space.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|&byte| is_space(byte))
        .filter(|word| !word.is_empty())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
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

    fn line(&mut self, line: &[u8]) {
        // A comment may have any bytes.
        let end = line.iter().position(|byte| b"#;".contains(byte));
        let line = &line[..end.unwrap_or(line.len())];
        let mut words = words(line);
        let Some(setting) = words.next() else { return };
        if is_space(line[0]) {
            // glibc skips such a line, too.
            return self.tell(ConfProblem::Indented(shown(setting)));
        }
        let mut words = words.peekable();
        if words.peek().is_none() && setting != b"options" {
            return self.tell(ConfProblem::Missing(shown(setting)));
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
            _ => self.tell(ConfProblem::Setting(shown(setting))),
        }
    }

    fn no_more(&mut self, word: Option<&[u8]>) {
        if let Some(word) = word {
            self.tell(ConfProblem::Excess(shown(word)));
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
                self.tell(problem(shown(word)));
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
                None => self.tell(ConfProblem::Domain(shown(word))),
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
            ("ndots" | "timeout" | "attempts", _) => self.tell(ConfProblem::Number(shown(word))),
            ("rotate", _) => settings.rotate = true,
            ("use-vc", _) => settings.tcp = true,
            ("no-tld-query" | "no_tld_query", _) => settings.search.no_tld_query = true,
            (name, _) if IGNORED_OPTIONS.contains(&name) || name == "trust-ad" => {}
            _ => self.tell(ConfProblem::Setting(shown(word))),
        }
    }
}

/// A name server's address: IPv4, or IPv6 with the zone of a link-local address after `%`. If it is
/// none, the problem.
fn server(word: &str) -> Result<SocketAddr, fn(Box<str>) -> ConfProblem> {
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
            address.ok_or(ConfProblem::Zone)
        }
        // As in glibc, another address needs no zone.
        (Ok(IpAddr::V6(address)), Some(_)) => Ok(SocketAddr::new(address.into(), PORT)),
        _ => Err(ConfProblem::Address),
    }
}

/// A word of the file for a warning: its first characters, without those that change a terminal.
fn shown(word: &[u8]) -> Box<str> {
    let text = String::from_utf8_lossy(word);
    let mut chars = text.chars();
    let start = chars.by_ref().take(MAX_SHOWN_CHARS);
    let mut shown: String = start.flat_map(char::escape_debug).collect();
    if chars.next().is_some() {
        shown.push_str("...");
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv6Addr;

    fn conf_with(text: &[u8], environment: &Environment) -> (Settings, Vec<String>) {
        let (settings, problems) = read(text, "conf", environment);
        (settings, problems.iter().map(ToString::to_string).collect())
    }

    fn conf(text: &[u8]) -> (Settings, Vec<String>) {
        conf_with(text, &Environment::default())
    }

    /// The settings of a text without a problem.
    fn good(text: &[u8]) -> Settings {
        let (settings, problems) = conf(text);
        assert_eq!(problems, [""; 0], "{}", text.escape_ascii());
        settings
    }

    fn servers(text: &str) -> Vec<String> {
        let servers = good(text.as_bytes()).servers;
        servers.iter().map(ToString::to_string).collect()
    }

    fn domains(text: &[u8]) -> Vec<Box<str>> {
        good(text).search.domains
    }

    #[test]
    fn every_setting_is_read() {
        let settings = good(
            b"# a comment\n; another\n\nnameserver 192.0.2.1 # the first\nnameserver\t2001:db8::1\n\
              domain old.test\nsearch a.test B.test. \noptions ndots:2 timeout:3 attempts:4 rotate\n\
              options use-vc edns0 trust-ad no-tld-query strict-error\n",
        );
        let servers = ["192.0.2.1:53", "[2001:db8::1]:53"].map(|s| s.parse().unwrap());
        assert_eq!(settings.servers, servers);
        assert_eq!(settings.search.domains, ["a.test".into(), "b.test".into()]);
        assert_eq!((settings.search.ndots, settings.tries), (2, 4));
        assert_eq!(settings.timeout, Duration::from_secs(3));
        assert!(settings.rotate && settings.tcp && settings.search.no_tld_query);
    }

    #[test]
    fn malformed_words_are_warnings_and_the_rest_counts() {
        let (settings, problems) = conf(
            b"nameserver\nnameserver 1.2.3.x\nnameserver fe80::1%\nnamserver 192.0.2.9\n\
              nameserver 192.0.2.1 192.0.2.8\nsearch a..b c.test\n\xff\xfe x\n\
              options ndots:x timeout:0 wide\n nameserver 192.0.2.7\nsearch \xff d.test\n\
              nameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n\
              domain e.test f.test",
        );
        assert_eq!(
            problems,
            [
                "conf:1: `nameserver` has no value",
                "conf:2: `1.2.3.x` is not an address",
                "conf:3: `fe80::1%` is on an interface that this machine does not have",
                "conf:4: `namserver` is not a setting",
                "conf:5: `192.0.2.8` is one word too many",
                "conf:6: `a..b` is not a domain",
                "conf:7: `\u{fffd}\u{fffd}` is not a setting",
                "conf:8: `ndots:x` has no valid number",
                "conf:8: `timeout:0` has no valid number",
                "conf:8: `wide` is not a setting",
                "conf:9: `nameserver` does not start its line",
                "conf:10: `\u{fffd}` is not a domain",
                "conf:13: more than 3 name servers",
                "conf:14: `f.test` is one word too many",
            ]
        );
        assert_eq!(settings.servers.len(), 3);
        assert_eq!(settings.search.domains, ["e.test".into()]);
        let default = Settings::default();
        assert_eq!(
            (settings.search.ndots, settings.timeout),
            (default.search.ndots, default.timeout)
        );
    }

    #[test]
    fn comment_of_any_bytes_takes_nothing_away() {
        let mut text = b"nameserver 192.0.2.1;\xff\xfe\0\x1b[31m\nsearch a.test#".to_vec();
        text.resize(text.len() + 100_000, b'x');
        text.extend(b"\n#\xe2\x80\nnameserver 192.0.2.2 # \x01\n \t# indented\n;\n");
        let settings = good(&text);
        assert_eq!(settings.servers.len(), 2);
        assert_eq!(settings.search.domains, ["a.test".into()]);
    }

    #[test]
    fn white_space_is_that_of_isspace() {
        let settings = good(b"nameserver\t\x0b192.0.2.1\r\nsearch\x0ca.test\x0bb.test \r\n\r\n");
        assert_eq!(settings.servers, ["192.0.2.1:53".parse().unwrap()]);
        assert_eq!(settings.search.domains, ["a.test".into(), "b.test".into()]);
    }

    #[test]
    fn root_in_a_search_list_is_silent_and_completes_nothing() {
        assert_eq!(domains(b"search ."), ["".into()]);
        assert_eq!(domains(b"domain ."), ["".into()]);
        assert_eq!(domains(b"search a.test ."), ["a.test".into(), "".into()]);
    }

    #[test]
    fn last_search_or_domain_line_counts() {
        assert_eq!(domains(b"search a.test\ndomain b.test"), ["b.test".into()]);
        let both: [Box<str>; 2] = ["a.test".into(), "b.test".into()];
        assert_eq!(domains(b"domain c.test\nsearch a.test A.test b.test"), both);
    }

    #[test]
    fn domains_beyond_the_maximum_are_a_warning() {
        let many: Vec<String> = (0..=MAX_DOMAINS).map(|n| format!("d{n}.test")).collect();
        let (settings, problems) = conf(format!("search {}", many.join(" ")).as_bytes());
        assert_eq!(settings.search.domains.len(), MAX_DOMAINS);
        assert_eq!(problems, ["conf:1: more than 64 domains"]);
    }

    #[test]
    fn text_without_a_name_server_means_the_loopback_address() {
        assert_eq!(servers(""), ["127.0.0.1:53"]);
        assert_eq!(servers("search a.test"), ["127.0.0.1:53"]);
        // A server that nobody named would hide the mistake.
        let (settings, problems) = conf(b"nameserver 1.2.3");
        assert_eq!(settings.servers, []);
        assert_eq!(problems, ["conf:1: `1.2.3` is not an address"]);
    }

    #[test]
    fn link_local_name_server_has_the_number_of_its_interface() {
        let scope = |text: &str| match good(text.as_bytes()).servers[..] {
            [SocketAddr::V6(address)] => (*address.ip(), address.scope_id()),
            ref other => panic!("{other:?}"),
        };
        let address: Ipv6Addr = "fe80::1".parse().unwrap();
        assert_eq!(scope("nameserver fe80::1%7"), (address, 7));
        let (_, problems) = conf(b"nameserver fe80::1%no-such-interface");
        let none = "is on an interface that this machine does not have";
        assert_eq!(
            problems,
            [format!("conf:1: `fe80::1%no-such-interface` {none}")]
        );
        // Every machine has the interface, under one of two names.
        let loopback = if cfg!(target_os = "linux") {
            "lo"
        } else {
            "lo0"
        };
        let (found, number) = scope(&format!("nameserver fe80::1%{loopback}"));
        assert!(found == address && number > 0);
    }

    #[test]
    fn zone_of_an_address_that_needs_none_is_ignored() {
        assert_eq!(servers("nameserver 2001:db8::1%eth0"), ["[2001:db8::1]:53"]);
        let (_, problems) = conf(b"nameserver 192.0.2.1%eth0");
        assert_eq!(problems, ["conf:1: `192.0.2.1%eth0` is not an address"]);
    }

    #[test]
    fn both_spellings_of_no_tld_query_count() {
        // glibc knows both.
        for option in ["no-tld-query", "no_tld_query"] {
            let text = format!("options {option}");
            assert!(good(text.as_bytes()).search.no_tld_query, "{option}");
        }
    }

    #[test]
    fn environment_replaces_the_search_list_and_adds_options() {
        let environment = Environment {
            local_domain: Some(b"c.test d.test".to_vec()),
            res_options: Some(b"ndots:3  no-tld-query x".to_vec()),
            host_name: b"host.e.test".to_vec(),
        };
        let text = b"search a.test\noptions ndots:2 attempts:4";
        let (settings, problems) = conf_with(text, &environment);
        assert_eq!(settings.search.domains, ["c.test".into(), "d.test".into()]);
        assert_eq!((settings.search.ndots, settings.tries), (3, 4));
        assert!(settings.search.no_tld_query);
        assert_eq!(problems, ["RES_OPTIONS:1: `x` is not a setting"]);
        let empty = Environment {
            local_domain: Some(Vec::new()),
            ..environment
        };
        let (settings, _) = conf_with(text, &empty);
        assert_eq!(settings.search.domains, [] as [Box<str>; 0]);
    }

    #[test]
    fn host_names_domain_is_the_search_list_if_nothing_else_is() {
        let domains = |text: &[u8], host_name: &[u8]| {
            let environment = Environment {
                host_name: host_name.to_vec(),
                ..Environment::default()
            };
            conf_with(text, &environment).0.search.domains
        };
        assert_eq!(domains(b"", b"host.a.test"), ["a.test".into()]);
        assert_eq!(domains(b"search .", b"host.a.test"), ["".into()]);
        for name in ["host", "host.", ""] {
            assert_eq!(domains(b"", name.as_bytes()), [] as [Box<str>; 0], "{name}");
        }
    }

    #[test]
    fn number_over_its_bound_is_the_bound() {
        let settings = good("\u{feff}options ndots:300 timeout:99 attempts:256".as_bytes());
        assert_eq!((settings.search.ndots, settings.tries), (15, 5));
        assert_eq!(settings.timeout, Duration::from_secs(30));
    }

    #[test]
    fn warning_shows_the_start_of_a_word_without_control_characters() {
        let (_, problems) = conf(format!("\x1b[31m\u{202e}{} y", "x".repeat(100)).as_bytes());
        let start = format!("\\u{{1b}}[31m\\u{{202e}}{}...", "x".repeat(58));
        assert_eq!(problems, [format!("conf:1: `{start}` is not a setting")]);
    }

    #[test]
    fn long_file_is_cut_with_a_warning() {
        let (_, problems) = conf(&b"x\n".repeat(MAX_BYTES));
        assert_eq!(problems.len(), MAX_WARNINGS);
        let mut long = b"nameserver 192.0.2.1\n".to_vec();
        long.resize(MAX_BYTES + 1, b' ');
        let (settings, problems) = conf(&long);
        assert_eq!(settings.servers.len(), 1);
        assert_eq!(
            problems,
            ["conf:2: more than 1048576 bytes; the rest is not read"]
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_parsed_without_a_panic(bytes: Vec<u8>) {
            conf(&bytes);
        }
    }
}
