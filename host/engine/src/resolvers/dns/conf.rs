//! Parses resolv.conf. Malformed lines are skipped with a warning.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::error::{ConfError, ConfProblem};
use super::settings::{self, Settings};

/// The port of a name server.
const PORT: u16 = 53;
/// Name servers that are used: as many as glibc uses.
const MAX_SERVERS: usize = 3;
/// Bytes of a file that are parsed.
const MAX_BYTES: usize = 64 * 1024;
/// Warnings that are kept.
const MAX_WARNINGS: usize = 100;

/// Valid options that do not apply to IPv4 lookups with c-ares.
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
    "no-tld-query",
    "single-request",
    "single-request-reopen",
];

/// Parses a resolv.conf into `settings`, and returns the problems of its lines.
pub(super) fn read(bytes: &[u8], file: &str, settings: &mut Settings) -> Vec<ConfError> {
    let mut problems = Vec::new();
    let mut tell = |line, problem| {
        if problems.len() < MAX_WARNINGS {
            let file = file.into();
            problems.push(ConfError {
                file,
                line,
                problem,
            });
        }
    };
    let (bytes, is_cut) = match bytes.get(..MAX_BYTES) {
        Some(start) if bytes.len() > MAX_BYTES => (start, true),
        _ => (bytes, false),
    };
    // Editors of other systems begin a file with a byte order mark.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut lines = 0;
    for (i, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        lines = i + 1;
        match str::from_utf8(line) {
            Ok(line) => read_line(line, settings, &mut |problem| tell(lines, problem)),
            Err(_) => tell(lines, ConfProblem::NotUtf8),
        }
    }
    if is_cut {
        tell(lines, ConfProblem::TooLong(MAX_BYTES));
    }
    problems
}

fn read_line(line: &str, settings: &mut Settings, tell: &mut dyn FnMut(ConfProblem)) {
    // A comment is a whole line, as in glibc, or the end of one.
    let line = line.split(['#', ';']).next().unwrap_or("");
    let mut words = line.split_whitespace();
    let Some(setting) = words.next() else { return };
    let mut words = words.peekable();
    if words.peek().is_none() && setting != "options" {
        return tell(ConfProblem::Missing(setting.into()));
    }
    match setting {
        "nameserver" => words.for_each(|word| match word.parse::<IpAddr>() {
            Ok(_) if settings.servers.len() == MAX_SERVERS => {
                tell(ConfProblem::TooManyServers(MAX_SERVERS));
            }
            Ok(address) => settings.servers.push(SocketAddr::new(address, PORT)),
            Err(_) => tell(ConfProblem::Address(word.into())),
        }),
        // The last `search` or `domain` line counts.
        "search" | "domain" => {
            let mut domains = Vec::new();
            for word in words {
                match settings::domain(word) {
                    Some(domain) => domains.push(domain),
                    None => tell(ConfProblem::Domain(word.into())),
                }
            }
            settings.search = domains;
        }
        "options" => words.for_each(|word| read_option(word, settings, tell)),
        // Addresses stay in the server's order, and the others are about other name services.
        "sortlist" | "lookup" | "family" => {}
        _ => tell(ConfProblem::Setting(setting.into())),
    }
}

fn read_option(option: &str, settings: &mut Settings, tell: &mut dyn FnMut(ConfProblem)) {
    let (name, number) = match option.split_once(':') {
        Some((name, number)) => (name, number.parse::<u32>().ok()),
        None => (option, None),
    };
    match (name, number) {
        // As in glibc, a number over its bound is the bound.
        ("ndots", Some(n)) => settings.ndots = n.min(15) as u8,
        ("timeout", Some(n @ 1..)) => settings.timeout = Duration::from_secs(n.min(30).into()),
        ("attempts", Some(n @ 1..)) => settings.tries = n.min(5) as u8,
        ("ndots" | "timeout" | "attempts", _) => tell(ConfProblem::Number(option.into())),
        ("rotate", _) => settings.rotate = true,
        ("use-vc", _) => settings.tcp = true,
        (name, _) if IGNORED_OPTIONS.contains(&name) || name == "trust-ad" => {}
        _ => tell(ConfProblem::Setting(option.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn conf(text: &[u8]) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let problems = read(text, "conf", &mut settings);
        (settings, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_setting_is_read() {
        let (settings, problems) = conf(
            b"# a comment\n; another\n\nnameserver 192.0.2.1 # the first\nnameserver\t2001:db8::1\n\
              domain old.test\nsearch a.test B.test. \noptions ndots:2 timeout:3 attempts:4 rotate\n\
              options use-vc edns0 trust-ad\n",
        );
        assert_eq!(problems, [""; 0]);
        let servers = ["192.0.2.1:53", "[2001:db8::1]:53"].map(|s| s.parse().unwrap());
        assert_eq!(settings.servers, servers);
        assert_eq!(settings.search, ["a.test".into(), "b.test".into()]);
        assert_eq!((settings.ndots, settings.tries), (2, 4));
        assert_eq!(settings.timeout, Duration::from_secs(3));
        assert!(settings.rotate && settings.tcp);
    }

    #[test]
    fn malformed_lines_are_warnings_and_the_other_lines_count() {
        let (settings, problems) = conf(
            b"nameserver\nnameserver 1.2.3\nnameserver fe80::1%eth0\nnamserver 192.0.2.9\n\
              nameserver 192.0.2.1\nsearch a..b c.test\n\xff\xfe\noptions ndots:x timeout:0 wide\n\
              nameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4",
        );
        assert_eq!(
            problems,
            [
                "conf:1: `nameserver` has no value",
                "conf:2: `1.2.3` is not an address",
                "conf:3: `fe80::1%eth0` is not an address",
                "conf:4: `namserver` is not a setting",
                "conf:6: `a..b` is not a domain",
                "conf:7: not UTF-8",
                "conf:8: `ndots:x` has no valid number",
                "conf:8: `timeout:0` has no valid number",
                "conf:8: `wide` is not a setting",
                "conf:11: more than 3 name servers",
            ]
        );
        assert_eq!(settings.servers.len(), 3);
        assert_eq!(settings.search, ["c.test".into()]);
        let default = Settings::default();
        assert_eq!(
            (settings.ndots, settings.timeout),
            (default.ndots, default.timeout)
        );
    }

    #[test]
    fn number_over_its_bound_is_the_bound() {
        let (settings, problems) =
            conf("\u{feff}options ndots:300 timeout:99 attempts:256".as_bytes());
        assert_eq!(problems, [""; 0]);
        assert_eq!((settings.ndots, settings.tries), (15, 5));
        assert_eq!(settings.timeout, Duration::from_secs(30));
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
            ["conf:2: more than 65536 bytes; the rest is not read"]
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_parsed_without_a_panic(bytes: Vec<u8>) {
            conf(&bytes);
        }
    }
}
