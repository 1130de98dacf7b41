#![doc = include_str!("README.md")]

mod answers;
mod connect;
mod connections;
mod file;
mod networks;
mod pattern;
mod special;

use std::net::{IpAddr, Ipv6Addr};

use rustc_hash::FxHashSet;

use self::answers::Answers;
use self::connections::Connections;
use self::networks::Networks;
use self::pattern::Kind;
use self::special::readings;
use crate::lookup::question::Lookup;
use crate::names::{self, HostName};

pub use self::connections::{
    ConnectPattern, ConnectionDenied, ConnectionRule, ConnectionUse, ListenPattern, Transport,
    to_toml,
};
pub use self::file::{FileError, Problem};
pub use self::pattern::{AddressPattern, Pattern, PatternError};

/// Which hosts guests may look up, and which addresses their answers may have. Default: no host.
/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Policy {
    all: bool,
    names: FxHashSet<Box<str>>,
    /// Names under these are allowed.
    suffixes: FxHashSet<Box<str>>,
    networks: Networks,
    answers: Answers,
    connections: Connections,
}

impl Policy {
    /// Makes a policy that denies every host.
    pub fn deny_all() -> Policy {
        Policy::default()
    }

    /// Makes a policy that allows every host, and answers without [special
    /// addresses](self#addresses-in-answers).
    pub fn allow_all() -> Policy {
        Policy::default().allow(Pattern::ALL)
    }

    /// Also allows lookups of the names or addresses of `pattern`, and answers with these
    /// addresses.
    #[must_use]
    pub fn allow(mut self, pattern: Pattern) -> Policy {
        match pattern.0 {
            Kind::All => self.all = true,
            Kind::Under(suffix) => {
                self.suffixes.insert(suffix);
            }
            Kind::Name(name) => {
                self.names.insert(name);
            }
            Kind::Network(network) => {
                self.networks.insert(network);
                self.answers.allow(network);
            }
        }
        self
    }

    /// Also allows these addresses in answers. A denying rule with a longer prefix takes
    /// precedence, and so does one of [`deny_answers`](Self::deny_answers) with the same prefix. So
    /// `*` allows nothing more here: see [`allow_private`](Self::allow_private).
    #[must_use]
    pub fn allow_answers(mut self, addresses: AddressPattern) -> Policy {
        addresses
            .networks()
            .for_each(|network| self.answers.allow(network));
        self
    }

    /// Also denies these addresses in answers. An allowing rule with a longer prefix takes
    /// precedence, so with `*` answers have explicitly allowed addresses only.
    #[must_use]
    pub fn deny_answers(mut self, addresses: AddressPattern) -> Policy {
        addresses
            .networks()
            .for_each(|network| self.answers.deny(network));
        self
    }

    /// Also allows the addresses of no public host in answers: loopback, private and the others of
    /// the [table](self#addresses-in-answers).
    #[must_use]
    pub fn allow_private(mut self) -> Policy {
        self.answers.allow_private();
        self
    }

    /// Whether a host may be looked up by this name, in any spelling (`S-R16`).
    ///
    /// A name that is an IPv4 or IPv6 address is judged as an address. The cost grows with the
    /// labels of the name, not with the number of patterns.
    pub fn allows_name(&self, name: &str) -> bool {
        if self.all || names::is_canonical(name) {
            return self.allows_canonical(name);
        }
        match names::canonical_host(name.as_bytes().into(), names::LONGEST_SPELLING) {
            Some(HostName::Name(name)) => self.allows_canonical(&name),
            Some(HostName::Address(address)) => self.allows_address(address.into()),
            Some(HostName::NotAnAddress) => name
                .parse::<Ipv6Addr>()
                .is_ok_and(|address| self.allows_address(address.into())),
            None => false,
        }
    }

    /// Whether this address may be looked up (`S-R16`). An IPv6 address that carries IPv4
    /// addresses needs all of them allowed (`S-A5`): see the [table](self#addresses-in-addresses).
    pub fn allows_address(&self, address: IpAddr) -> bool {
        self.all || readings(address).all(|reading| self.networks.longest(reading).is_some())
    }

    /// Whether the answer to an allowed lookup may have this address (`S-R16`). See the
    /// [table](self#addresses-in-answers).
    pub fn allows_answer(&self, lookup: &Lookup, address: IpAddr) -> bool {
        self.answers.allows(address, false)
            || match lookup {
                // The guest gave the address, which was judged as a question.
                Lookup::HostByAddress(asked) => address == *asked,
                Lookup::NameOf(asked) => address == *asked,
                Lookup::HostByName(name) | Lookup::Addresses { name, .. } => {
                    self.answers
                        .allows(address, names::means_this_machine(name))
                        || name.parse() == Ok(address)
                }
                _ => false,
            }
    }

    /// Whether every name may be looked up.
    #[cfg_attr(
        target_family = "wasm",
        allow(dead_code, reason = "`System` alone asks")
    )]
    pub(crate) fn allows_all(&self) -> bool {
        self.all
    }

    /// Whether a host may be looked up by this name, which is in canonical form (`S-R16`).
    pub(crate) fn allows_canonical(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.all
            || self.names.contains(name)
            || (!self.suffixes.is_empty()
                && name
                    .match_indices('.')
                    .any(|(dot, _)| self.suffixes.contains(&name[dot + 1..])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipnet::{Ipv4Net, Ipv6Net};
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn policy(patterns: &[&str]) -> Policy {
        patterns.iter().fold(Policy::deny_all(), |policy, p| {
            policy.allow(p.parse().unwrap())
        })
    }

    #[test]
    fn a_new_policy_allows_no_host() {
        // S-R16
        for policy in [Policy::default(), Policy::deny_all()] {
            assert!(!policy.allows_name("localhost"));
            assert!(!policy.allows_name(""));
            assert!(!policy.allows_address(Ipv4Addr::LOCALHOST.into()));
        }
    }

    #[test]
    fn a_star_allows_every_name_and_address() {
        for policy in [Policy::allow_all(), policy(&["*"])] {
            assert!(policy.allows_name("localhost"));
            assert!(policy.allows_address(Ipv4Addr::BROADCAST.into()));
        }
    }

    #[test]
    fn a_name_allows_itself_in_any_spelling() {
        let policy = policy(&["B\u{fc}cher.Example."]);
        for name in [
            "xn--bcher-kva.example",
            "b\u{fc}cher.example.",
            "B\u{dc}CHER\u{3002}example",
        ] {
            assert!(policy.allows_name(name), "{name}");
        }
        for name in [
            "www.xn--bcher-kva.example",
            "example",
            "bucher.example",
            "a",
        ] {
            assert!(!policy.allows_name(name), "{name}");
        }
    }

    #[test]
    fn a_suffix_allows_names_under_it_and_not_itself() {
        let policy = policy(&["*.example.com"]);
        assert!(policy.allows_name("www.example.com"));
        assert!(policy.allows_name("a.b.c.Example.com."));
        for name in [
            "example.com",
            "example.com.",
            "wwwexample.com",
            "com",
            "example.com.org",
            ".example.com",
            // DNS has these under "com": a backslash makes the dot a part of the label.
            "www\\.example.com",
            "evil.test\0.example.com",
        ] {
            assert!(!policy.allows_name(name), "{name}");
        }
    }

    #[test]
    fn addresses_and_prefixes_allow_their_addresses_in_decimal_form_only() {
        let policy = policy(&["10.0.0.0/8", "192.0.2.7", "198.51.100.128/25"]);
        let allowed = |a: &str| {
            assert_eq!(
                policy.allows_name(a),
                policy.allows_address(a.parse().unwrap())
            );
            policy.allows_name(a)
        };
        assert!(allowed("10.0.0.0") && allowed("10.255.255.255"));
        assert!(allowed("192.0.2.7") && !allowed("192.0.2.8"));
        assert!(allowed("198.51.100.200") && !allowed("198.51.100.127"));
        assert!(!allowed("11.0.0.0") && !allowed("127.0.0.1"));
        // S-R13: other spellings of an allowed address are no addresses.
        assert!(!policy.allows_name("10.1") && !policy.allows_name("0xa.0.0.1"));
        assert!(
            Policy::deny_all()
                .allow("0.0.0.0/0".parse().unwrap())
                .allows_address(Ipv4Addr::BROADCAST.into())
        );
    }

    #[test]
    fn a_name_allows_no_address_and_a_prefix_no_name() {
        assert!(
            !policy(&["*.example.com", "localhost"]).allows_address(Ipv4Addr::LOCALHOST.into())
        );
        assert!(!policy(&["0.0.0.0/0"]).allows_name("localhost"));
    }

    // S-A6
    #[test]
    fn ipv6_addresses_and_prefixes_allow_their_addresses_in_plain_form_only() {
        let policy = policy(&["2001:db8::/32", "2606:4700::1111", "::1"]);
        for name in [
            "2001:db8::",
            "2001:DB8:0:0::7",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "2606:4700:0:0:0:0:0:1111",
            "::1",
        ] {
            assert!(policy.allows_name(name), "{name}");
            assert!(policy.allows_address(name.parse().unwrap()), "{name}");
        }
        for name in [
            "2001:db9::",
            "2606:4700::1112",
            "::",
            "::2",
            "127.0.0.1",
            "[2001:db8::1]",
            "2001:db8::1%eth0",
            "2001:db8::1%",
            "[2001:db8::1]:80",
            " 2001:db8::1",
            "2001:db8::1.",
            "2001\u{ff1a}db8::1",
        ] {
            assert!(!policy.allows_name(name), "{name}");
        }
        assert!(!self::policy(&["0.0.0.0/0"]).allows_address(Ipv6Addr::LOCALHOST.into()));
        assert!(!self::policy(&["::/0"]).allows_address(Ipv4Addr::LOCALHOST.into()));
    }

    // S-A5
    #[test]
    fn a_question_for_an_address_that_carries_another_needs_both_allowed() {
        for (patterns, name, allowed) in [
            (&["::/0"][..], "::ffff:10.0.0.1", false),
            (&["10.0.0.0/8"], "::ffff:10.0.0.1", false),
            (&["::/0", "10.0.0.0/8"], "::ffff:10.0.0.1", true),
            (&["::/0"], "64:ff9b::8.8.8.8", false),
            (&["::/0", "8.8.8.8"], "64:ff9b::8.8.8.8", true),
            (&["::/0", "8.8.8.8"], "2002:808:808::1", true),
            (&["2002::/16"], "2002:808:808::1", false),
            // The server is 8.8.8.8, the client 10.0.0.1.
            (
                &["::/0", "8.8.8.8"],
                "2001:0:808:808:8000:63bf:f5ff:fffe",
                false,
            ),
            (
                &["::/0", "10.0.0.1"],
                "2001:0:808:808:8000:63bf:f5ff:fffe",
                false,
            ),
            (
                &["::/0", "0.0.0.0/0"],
                "2001:0:808:808:8000:63bf:f5ff:fffe",
                true,
            ),
            (&["*"], "::ffff:10.0.0.1", true),
        ] {
            assert_eq!(
                policy(patterns).allows_name(name),
                allowed,
                "{patterns:?}: {name}"
            );
        }
    }

    // S-R16
    #[test]
    fn an_answer_may_have_the_address_that_the_guest_gave() {
        let policy = Policy::allow_all();
        let by_name = |name: &str| Lookup::HostByName(name.into());
        let addresses = |name: &str| Lookup::Addresses {
            name: name.into(),
            family: None,
        };
        let given: IpAddr = Ipv4Addr::new(10, 0, 0, 1).into();
        for lookup in [
            by_name("10.0.0.1"),
            Lookup::HostByAddress(Ipv4Addr::new(10, 0, 0, 1)),
            addresses("10.0.0.1"),
            Lookup::NameOf(given),
        ] {
            assert!(policy.allows_answer(&lookup, given));
            for other in ["10.0.0.2", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "::1"] {
                assert!(
                    !policy.allows_answer(&lookup, other.parse().unwrap()),
                    "{other}"
                );
            }
        }
        assert!(!policy.allows_answer(&by_name("a.test"), given));
        assert!(policy.allows_answer(&addresses("fd00::1"), "fd00::1".parse().unwrap()));
        assert!(!policy.allows_answer(&addresses("fd00::1"), "fd00::2".parse().unwrap()));
        assert!(!policy.allows_answer(&addresses("a.test"), "fd00::2".parse().unwrap()));
        assert!(policy.allows_answer(&addresses("a.test"), "2606:4700::1".parse().unwrap()));
        assert!(policy.allows_answer(&addresses("localhost"), Ipv6Addr::LOCALHOST.into()));
        assert!(policy.allows_answer(&by_name("localhost"), Ipv6Addr::LOCALHOST.into()));
        assert!(!policy.allows_answer(&by_name("a.test"), Ipv6Addr::LOCALHOST.into()));
    }

    /// Spellings that IDNA maps to one name.
    fn spelling(name: &'static str) -> impl Strategy<Value = String> {
        let forms = prop::collection::vec(0..4u8, name.len());
        (forms, any::<bool>()).prop_map(move |(forms, dot)| {
            let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap();
            let spell = |(c, form): (char, &u8)| match (c, form) {
                ('.', 0) => '\u{3002}'.to_string(),
                ('.', 1) => '\u{ff0e}'.to_string(),
                (c, 1) => c.to_ascii_uppercase().to_string(),
                (c, 2) if c.is_ascii_alphabetic() => wide(c).to_string(),
                (c, 3) if c.is_ascii_alphabetic() => format!("{c}\u{ad}"),
                (c, _) => c.to_string(),
            };
            let mut name: String = name.chars().zip(&forms).map(spell).collect();
            if dot {
                name.push('.');
            }
            name
        })
    }

    proptest! {
        // S-R16
        #[test]
        fn no_spelling_of_a_forbidden_name_is_allowed(name in spelling("secret.corp.test")) {
            let policy = policy(&["www.corp.test", "*.www.corp.test", "*.secret.corp.test", "0.0.0.0/0"]);
            prop_assert!(!policy.allows_name(&name));
        }

        #[test]
        fn every_spelling_of_an_allowed_name_is_allowed(name in spelling("secret.corp.test")) {
            prop_assert!(policy(&["secret.corp.test"]).allows_name(&name), "{name}");
            prop_assert!(policy(&["*.test"]).allows_name(&name), "{name}");
        }

        #[test]
        fn a_prefix_allows_its_addresses_and_no_others(bits: u32, length in 0..=32u8, other: u32) {
            let network = Ipv4Net::new(bits.into(), length).unwrap().trunc();
            let policy = policy(&[&network.to_string()]);
            let other = Ipv4Addr::from(other);
            prop_assert!(policy.allows_address(Ipv4Addr::from(bits).into()));
            prop_assert_eq!(policy.allows_address(other.into()), network.contains(&other));
        }

        // S-A6
        #[test]
        fn an_ipv6_prefix_allows_its_addresses_and_no_others(bits: u128, length in 0..=128u8, other: u128) {
            let network = Ipv6Net::new(bits.into(), length).unwrap().trunc();
            let policy = policy(&[&network.to_string()]).allow("0.0.0.0/0".parse().unwrap());
            let other = Ipv6Addr::from(other);
            prop_assert!(policy.allows_address(Ipv6Addr::from(bits).into()));
            prop_assert_eq!(policy.allows_address(other.into()), network.contains(&other));
        }
    }
}
