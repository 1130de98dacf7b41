use super::Transport::{Tcp, Udp};
use super::*;
use crate::policy::Policy;
use proptest::prelude::*;
use std::net::SocketAddr;

/// A policy with rules for connections.
fn policy(patterns: &[&str]) -> Policy {
    patterns.iter().fold(Policy::deny_all(), |policy, pattern| {
        policy.connect(pattern.parse().unwrap())
    })
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

// S-W4
#[test]
fn a_connection_needs_a_rule_for_its_transport_address_and_port() {
    for (rules, transport, to, allowed) in [
        (&["192.0.2.7:443"][..], Tcp, "192.0.2.7:443", true),
        (&["192.0.2.7:443"], Tcp, "192.0.2.7:442", false),
        (&["192.0.2.7:443"], Tcp, "192.0.2.7:444", false),
        (&["192.0.2.7:443"], Tcp, "192.0.2.8:443", false),
        (&["192.0.2.7:443"], Udp, "192.0.2.7:443", false),
        (&["udp:192.0.2.7:53"], Udp, "192.0.2.7:53", true),
        (&["udp:192.0.2.7:53"], Tcp, "192.0.2.7:53", false),
        (&["10.0.0.0/8:5432"], Tcp, "10.255.0.1:5432", true),
        (&["10.0.0.0/8:5432"], Tcp, "11.0.0.1:5432", false),
        (&["10.0.0.0/8:5432"], Tcp, "0.0.0.0:5432", false),
        (&["[2001:db8::/32]:*"], Tcp, "[2001:db8:1::1]:9", true),
        (&["[2001:db8::/32]:*"], Tcp, "[2001:db9::1]:9", false),
        (&["[2001:db8::/32]:*"], Tcp, "[2001:db8:1::1]:0", false),
        // A shorter prefix with the port, and a longer one without it.
        (&["10.0.0.0/8:1", "10.1.0.0/16:2"], Tcp, "10.1.0.1:1", true),
        (&["127.0.0.1:80", "127.0.0.1:82"], Tcp, "127.0.0.1:82", true),
        (&["localhost:80", "*.test:80"], Tcp, "127.0.0.1:80", false),
        (&[], Tcp, "8.8.8.8:53", false),
    ] {
        let judged = policy(rules).allows_connection(transport, address(to));
        assert_eq!(judged, allowed, "{rules:?}: {to}");
    }
}

// S-W4
#[test]
fn a_star_stands_for_no_address_of_no_public_host() {
    for policy in [
        policy(&["*:*", "udp:*:*"]),
        Policy::deny_all().allow_network(),
        Policy::deny_all().allow_network().allow_private(),
        policy(&["0.0.0.0/0:*", "[::/0]:*", "udp:0.0.0.0/0:*", "udp:[::/0]:*"]),
    ] {
        for transport in [Tcp, Udp] {
            for public in [
                "8.8.8.8:1",
                "[2606:4700::1]:65535",
                "[64:ff9b::8.8.8.8]:2",
                "[::ffff:8.8.8.8]:3",
            ] {
                assert!(
                    policy.allows_connection(transport, address(public)),
                    "{public}"
                );
            }
            for special in [
                "127.0.0.1:80",
                "0.0.0.0:80",
                "10.0.0.1:80",
                "169.254.169.254:80",
                "224.0.0.1:80",
                "[::]:80",
                "[::1]:80",
                "[fe80::1]:80",
                "[fd00:ec2::254]:80",
                "[::ffff:127.0.0.1]:80",
                "[::127.0.0.1]:80",
                "[64:ff9b::169.254.169.254]:80",
                "[2002:7f00:1::1]:80",
                "8.8.8.8:0",
            ] {
                assert!(
                    !policy.allows_connection(transport, address(special)),
                    "{special}"
                );
            }
        }
    }
    // A rule for the address itself allows it beside a star.
    let policy = policy(&["*:*", "127.0.0.1:80"]);
    assert!(policy.allows_connection(Tcp, address("127.0.0.1:80")));
    assert!(!policy.allows_connection(Tcp, address("127.0.0.1:81")));
}

// S-W4, S-A5
#[test]
fn an_ipv4_mapped_address_is_judged_as_its_ipv4_address() {
    let policy = policy(&["10.0.0.0/8:80", "[::/0]:81"]);
    assert!(policy.allows_connection(Tcp, address("[::ffff:10.0.0.1]:80")));
    assert!(!policy.allows_connection(Tcp, address("[::ffff:11.0.0.1]:80")));
    assert!(!policy.allows_connection(Tcp, address("[::ffff:8.8.8.8]:81")));
}

// S-A5
#[test]
fn an_address_that_carries_another_needs_both_allowed_with_the_port() {
    let to = address("[64:ff9b::10.0.0.1]:80");
    for (rules, allowed) in [
        (&["[64:ff9b::/96]:80"][..], false),
        (&["10.0.0.1:80"], false),
        (&["[64:ff9b::/96]:80", "10.0.0.1:81"], false),
        (&["[64:ff9b::/96]:80", "10.0.0.1:80"], true),
    ] {
        assert_eq!(
            policy(rules).allows_connection(Tcp, to),
            allowed,
            "{rules:?}"
        );
    }
}

#[test]
fn a_denied_address_needs_a_rule_with_a_longer_prefix() {
    let denied = |rules: &[&str], net: &str| policy(rules).deny_answers(net.parse().unwrap());
    for (policy, to, allowed) in [
        (denied(&["*:*"], "8.8.0.0/16"), "8.8.8.8:53", false),
        (denied(&["*:*"], "8.8.0.0/16"), "8.9.8.8:53", true),
        (
            denied(&["*:*"], "8.8.0.0/16"),
            "[64:ff9b::8.8.8.8]:53",
            false,
        ),
        (denied(&["*:*"], "*"), "8.8.8.8:53", false),
        (denied(&["8.8.8.8:53"], "8.8.0.0/16"), "8.8.8.8:53", true),
        (denied(&["8.8.8.8:53"], "*"), "8.8.8.8:53", true),
        (denied(&["8.8.8.8:53"], "8.8.8.8"), "8.8.8.8:53", false),
    ] {
        assert_eq!(policy.allows_connection(Tcp, address(to)), allowed, "{to}");
    }
}

// S-W4
#[test]
fn a_name_is_connected_to_by_rules_for_it_or_its_suffix() {
    let rules = policy(&[
        "db.test:5432",
        "*.corp.test:443,8443",
        "udp:dns.test:53",
        "db.test:1",
    ]);
    for (transport, name, port, allowed) in [
        (Tcp, "db.test", 5432, true),
        (Tcp, "db.test.", 5432, true),
        (Tcp, "db.test", 1, true),
        (Tcp, "db.test", 5433, false),
        (Udp, "db.test", 5432, false),
        (Tcp, "a.db.test", 5432, false),
        (Tcp, "a.b.corp.test", 8443, true),
        (Tcp, "corp.test", 443, false),
        (Tcp, "acorp.test", 443, false),
        (Udp, "dns.test", 53, true),
        (Tcp, "other.test", 443, false),
    ] {
        assert_eq!(
            rules.connects_to_name(transport, name, port),
            allowed,
            "{name}:{port}"
        );
    }
    for (name, remembered) in [
        ("db.test", true),
        ("db.test.", true),
        ("a.corp.test", true),
        ("dns.test", true),
        ("corp.test", false),
        ("other.test", false),
    ] {
        assert_eq!(rules.remembers(name), remembered, "{name}");
    }
    let star = policy(&["*:443"]);
    // `*` stands for public addresses, whatever they are answers to.
    assert!(!star.remembers("a.test") && !star.connects_to_name(Tcp, "a.test", 443));
    assert!(!star.connects_to_name(Tcp, "a.test", 80));
}

// S-W6
#[test]
fn a_rule_for_connections_allows_the_lookup_of_its_host_and_a_rule_for_lookups_no_connection() {
    let rules = policy(&["db.test:1", "*.corp.test:1", "udp:10.0.0.0/8:1"]);
    for (name, allowed) in [
        ("db.test", true),
        ("a.corp.test", true),
        ("10.0.0.7", true),
        ("corp.test", false),
        ("a.db.test", false),
        ("11.0.0.7", false),
    ] {
        assert_eq!(rules.allows_name(name), allowed, "{name}");
    }
    let lookup = crate::Lookup::HostByName("a.corp.test".into());
    assert!(rules.allows_answer(&lookup, "10.0.0.7".parse().unwrap()));
    assert!(policy(&["*:443"]).allows_name("any.test"));
    let lookups = ["*", "a.test", "10.0.0.1"]
        .iter()
        .fold(Policy::deny_all(), |policy, p| {
            policy.allow(p.parse().unwrap()).allow_private()
        });
    for transport in [Tcp, Udp] {
        assert!(!lookups.has_connections(transport) && !lookups.remembers("a.test"));
        assert!(!lookups.connects_to_name(transport, "a.test", 80));
        assert!(!lookups.allows_connection(transport, address("10.0.0.1:80")));
        assert!(!lookups.allows_connection(transport, address("8.8.8.8:80")));
    }
    assert!(rules.has_connections(Udp) && rules.has_connections(Tcp));
    assert!(!policy(&["a.test:1"]).has_connections(Udp));
}

// S-W4
#[test]
fn listening_needs_a_rule_except_on_loopback_with_port_0() {
    let policy = ["127.0.0.1:8080", "0.0.0.0:9", "udp:[::]:*", "192.0.2.1:0"]
        .iter()
        .fold(Policy::deny_all(), |policy, p| {
            policy.listen(p.parse().unwrap())
        });
    for (transport, at, allowed) in [
        (Tcp, "127.0.0.1:8080", true),
        (Tcp, "[::ffff:127.0.0.1]:8080", true),
        (Tcp, "127.0.0.1:8081", false),
        (Udp, "127.0.0.1:8080", false),
        (Tcp, "0.0.0.0:8080", false),
        (Tcp, "127.0.0.1:0", true),
        (Udp, "[::1]:0", true),
        (Tcp, "0.0.0.0:0", false),
        (Tcp, "[::]:0", false),
        (Tcp, "0.0.0.0:9", true),
        (Tcp, "192.0.2.1:9", true),
        (Tcp, "[::]:9", false),
        (Udp, "[::]:0", true),
        (Udp, "[2001:db8::1]:77", true),
        (Tcp, "192.0.2.1:0", true),
        (Tcp, "192.0.2.1:1", false),
    ] {
        assert_eq!(
            policy.allows_listen(transport, address(at)),
            allowed,
            "{at}"
        );
    }
    let network = Policy::deny_all().allow_network();
    assert!(!network.allows_listen(Tcp, address("0.0.0.0:80")));
}

#[test]
fn a_written_policy_reads_back_and_allows_what_it_was_given() {
    let allow =
        ["b.test", "a\"b.test", "a.test", "b.test", "2001:db8::1"].map(|p| p.parse().unwrap());
    let connect = ["udp:[2001:db8::1]:53", "b.test:80-90"].map(|p| p.parse().unwrap());
    let listen = ["127.0.0.1:8080"].map(|p| p.parse().unwrap());
    let text = to_toml(&allow, &connect, &listen);
    assert_eq!(
        text,
        "allow = [\n    \"2001:db8::1\",\n    \"a\\\"b.test\",\n    \"a.test\",\n    \"b.test\",\n]\n\
         connect = [\n    \"b.test:80-90\",\n    \"udp:[2001:db8::1]:53\",\n]\n\
         listen = [\n    \"127.0.0.1:8080\",\n]\n"
    );
    let policy = Policy::parse(&text, "F").unwrap();
    for name in ["a.test", "a\"b.test", "b.test", "2001:db8::1"] {
        assert!(policy.allows_name(name), "{name}");
    }
    assert!(!policy.allows_name("c.test"));
    assert!(policy.connects_to_name(Tcp, "b.test", 85));
    assert!(policy.allows_connection(Udp, address("[2001:db8::1]:53")));
    assert!(policy.allows_listen(Tcp, address("127.0.0.1:8080")));
    assert!(Policy::parse(&to_toml(&[], &[], &[]), "F").is_ok());
}

proptest! {
    // S-W4
    #[test]
    fn the_suggested_rules_allow_the_connection(bits: u128, port in 1..=u16::MAX, kind in 0..6usize) {
        const CARRIERS: [(&str, u32); 4] =
            [("64:ff9b::", 32), ("2002::", 112), ("64:ff9b:1::", 80), ("2001::", 96)];
        let address: IpAddr = match CARRIERS.get(kind) {
            Some((prefix, free)) => {
                let prefix: std::net::Ipv6Addr = prefix.parse().unwrap();
                let rest = bits & ((1 << free) - 1);
                std::net::Ipv6Addr::from(prefix.to_bits() | rest).into()
            }
            None if kind == 4 => std::net::Ipv4Addr::from(bits as u32).into(),
            None => std::net::Ipv6Addr::from(bits).into(),
        };
        let rules = match ConnectionRule::for_address(Tcp, address, port) {
            ConnectionRule::Connect(rule) => vec![rule.to_string()],
            ConnectionRule::ConnectEach(rules) => rules.iter().map(ToString::to_string).collect(),
            other => panic!("{other}"),
        };
        let policy = policy(&rules.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert!(policy.allows_connection(Tcp, SocketAddr::new(address, port)));
        prop_assert!(!policy.allows_connection(Tcp, SocketAddr::new(address, port ^ 1)));
        prop_assert!(!policy.allows_connection(Udp, SocketAddr::new(address, port)));
    }
}
