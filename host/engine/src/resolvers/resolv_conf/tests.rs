//! What becomes of each setting, well-formed and malformed.

use std::net::Ipv6Addr;

use proptest::prelude::*;

use super::*;

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
            r"conf:7: `\xff\xfe` is not a setting",
            "conf:8: `ndots:x` has no valid number",
            "conf:8: `timeout:0` has no valid number",
            "conf:8: `wide` is not a setting",
            "conf:9: `nameserver` does not start its line",
            r"conf:10: `\xff` is not a domain",
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
    let (_, problems) = conf(format!("\x1b[31m\u{202e}{} y", "x".repeat(300)).as_bytes());
    let start = format!(
        "\\u{{1b}}[31m\\u{{202e}}{}... of 308 bytes",
        "x".repeat(247)
    );
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
