//! Which hosts a guest may ask for, and which addresses it may be answered.
//!
//! A [`Policy`] is a list of what is allowed; a new one allows no host at all. What it forbids
//! completes with WSAEACCES and reaches no resolver (`S-R16`).
//!
//! ```
//! use winsock_async_engine::Policy;
//!
//! let policy = Policy::deny_all()
//!     .allow("www.example.com".parse()?)
//!     .allow("*.corp.example".parse()?)
//!     .allow("10.0.0.0/8".parse()?);
//! assert!(policy.allows_name("mail.corp.example"));
//! assert!(!policy.allows_name("corp.example"));
//! assert!(!policy.allows_name("example.org"));
//! # Ok::<(), winsock_async_engine::policy::PatternError>(())
//! ```
//!
//! # Patterns
//!
//! | pattern | what it allows |
//! |---|---|
//! | `*` | every name and every address |
//! | `*.corp.example` | the names under `corp.example`, at any depth, and not `corp.example` itself |
//! | `www.example.com` | that name |
//! | `192.0.2.7` | that IPv4 address |
//! | `192.0.2.0/24` | the IPv4 addresses of that prefix; bits set beyond it are an error |
//!
//! Names are compared in one form: lower case, international names in IDNA's ASCII form, without
//! a trailing dot. So `Bücher.example`, `bücher.example.` and `xn--bcher-kva.example` are the same,
//! in patterns and in what guests ask.
//!
//! A policy can be read from a file, too: [`Policy::parse`].
//!
//! # What is asked of it
//!
//! - **A lookup by name**: name patterns. A guest's "" is this machine's own name, and is judged
//!   as that name.
//! - **A lookup by name where the name is a dotted IPv4 address**: address patterns, as the name
//!   patterns have nothing to say of numbers. Other spellings of an address ("127.1", "0x7f.1",
//!   "::1") are never resolved, whatever is allowed (`S-R13`).
//! - **A lookup by address**: address patterns.
//! - **Services and protocols** are public data: never asked, always allowed.
//!
//! # Addresses in answers
//!
//! Whoever runs the zone of an allowed name says which address it has, and may say one of the embedder's own
//! network, which the guest or whoever connects for it then trusts (rebinding). So answers may not have
//! the addresses that no public host has, unless the embedder allows them:
//!
//! | addresses | what they are | RFC |
//! |---|---|---|
//! | `0.0.0.0/8` | this host, this network | 791 |
//! | `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16` | private networks | 1918 |
//! | `100.64.0.0/10` | between a carrier and its customers | 6598 |
//! | `127.0.0.0/8` | loopback | 1122 |
//! | `169.254.0.0/16` | link-local, and the metadata of clouds | 3927 |
//! | `192.0.0.0/24` | protocol assignments | 6890 |
//! | `192.0.2.0/24`, `198.51.100.0/24`, `203.0.113.0/24` | documentation | 5737 |
//! | `198.18.0.0/15` | benchmarks | 2544 |
//! | `224.0.0.0/4` | multicast | 5771 |
//! | `240.0.0.0/4`, with `255.255.255.255` | reserved, and broadcast | 1112, 919 |
//!
//! - **An answer loses the addresses that it may not have**; if none is left it is WSAEACCES. Whether it came at
//!   once, from a worker or by a [`Responder`](crate::lookup::Responder) is the same.
//! - [`Policy::allow_private`] allows all of the list. [`Policy::allow_answers`] allows some, as does a pattern
//!   of addresses in [`Policy::allow`]: what a guest may ask for it may be answered. `*` says nothing here.
//! - [`Policy::deny_answers`] denies more. The rule with the longest prefix holds, so
//!   `.deny_answers("*".parse()?).allow_answers("203.0.113.0/24".parse()?)` allows that network alone.
//! - **`localhost` and the names under it may be loopback**, which is what they mean (RFC 6761).
//! - **An address that the guest gave itself**, in a lookup by address or as a dotted name, was judged as
//!   a question, and the answer may have it.
//!
//! # What it does not do
//!
//! - **It does not judge the names in answers.** An allowed address may have any name, and an allowed name
//!   any official name and aliases.
//! - **It does not know search lists.** The operating system may complete a name that has no trailing
//!   dot with its search list: when `intranet` is allowed, `intranet.corp.example` may be what is
//!   looked up, and a name that is not found may be tried again with each domain of the list. A
//!   machine that runs guests that are not trusted should have no search list.
//! - **It does not hide the question.** An allowed name goes to the resolver and so, perhaps, to
//!   a name server: `*.example.com` lets a guest send what it likes, in the first labels, to whoever
//!   runs `example.com`.

mod answers;
mod file;
mod networks;
mod pattern;

use std::net::Ipv4Addr;

use rustc_hash::FxHashSet;

use self::answers::Answers;
use self::networks::Networks;
use self::pattern::Kind;
use crate::lookup::Lookup;
use crate::names::{self, HostName};

pub use self::file::{FileError, Problem};
pub use self::pattern::{AddressPattern, Pattern, PatternError};

/// Longest host name, as it is written. Units: bytes.
const LONGEST_NAME: usize = 255;

/// What a guest may look up. The default denies every host. See the [module](self).
#[derive(Clone, Debug, Default)]
pub struct Policy {
    all: bool,
    names: FxHashSet<Box<str>>,
    /// The names under these.
    suffixes: FxHashSet<Box<str>>,
    networks: Networks,
    answers: Answers,
}

impl Policy {
    /// Denies every host.
    pub fn deny_all() -> Policy {
        Policy::default()
    }

    /// Allows every host.
    pub fn allow_all() -> Policy {
        Policy::default().allow(Pattern::ALL)
    }

    /// The same, and what `pattern` allows.
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

    /// The same, and answers may have these addresses, unless something with a longer prefix, or of the
    /// same length in [`deny_answers`](Self::deny_answers), denies them.
    #[must_use]
    pub fn allow_answers(mut self, addresses: AddressPattern) -> Policy {
        self.answers.allow(addresses.0);
        self
    }

    /// The same, and answers may not have these addresses, unless something with a longer prefix allows them.
    /// `*` leaves those alone that are allowed.
    #[must_use]
    pub fn deny_answers(mut self, addresses: AddressPattern) -> Policy {
        self.answers.deny(addresses.0);
        self
    }

    /// The same, and answers may have the addresses that no public host has: loopback, private and the
    /// others of the [list](self#addresses-in-answers).
    #[must_use]
    pub fn allow_private(mut self) -> Policy {
        self.answers.allow_private();
        self
    }

    /// Whether a host may be looked up by this name, in any spelling of it (`S-R16`).
    ///
    /// A name that is an IPv4 address is judged as an address. The cost grows with the labels of
    /// the name, not with the number of patterns.
    pub fn allows_name(&self, name: &str) -> bool {
        if self.all || names::is_canonical(name) {
            return self.allows_canonical(name);
        }
        match names::canonical_host(name.as_bytes().into(), LONGEST_NAME) {
            Some(HostName::Name(name)) => self.allows_canonical(&name),
            Some(HostName::Address(address)) => self.allows_address(address),
            Some(HostName::NotAnAddress) | None => false,
        }
    }

    /// Whether this address may be looked up (`S-R16`).
    pub fn allows_address(&self, address: Ipv4Addr) -> bool {
        self.all || self.networks.longest(address).is_some()
    }

    /// Whether the answer to a lookup that is allowed may have this address. See the
    /// [list](self#addresses-in-answers).
    pub fn allows_answer(&self, lookup: &Lookup, address: Ipv4Addr) -> bool {
        self.answers.allows(address, false)
            || match lookup {
                // The guest gave the address itself, and was allowed to.
                Lookup::HostByAddress(asked) => *asked == address,
                Lookup::HostByName(name) => {
                    self.answers
                        .allows(address, names::means_this_machine(name))
                        || name.parse() == Ok(address)
                }
                _ => false,
            }
    }

    fn allows_canonical(&self, name: &str) -> bool {
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
    use ipnet::Ipv4Net;
    use proptest::prelude::*;

    fn policy(patterns: &[&str]) -> Policy {
        patterns.iter().fold(Policy::deny_all(), |policy, p| {
            policy.allow(p.parse().unwrap())
        })
    }

    #[test]
    fn by_default_nothing_is_allowed() {
        // S-R16
        for policy in [Policy::default(), Policy::deny_all()] {
            assert!(!policy.allows_name("localhost"));
            assert!(!policy.allows_name(""));
            assert!(!policy.allows_address(Ipv4Addr::LOCALHOST));
        }
    }

    #[test]
    fn a_star_allows_everything() {
        for policy in [Policy::allow_all(), policy(&["*"])] {
            assert!(policy.allows_name("localhost"));
            assert!(policy.allows_address(Ipv4Addr::BROADCAST));
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
    fn a_suffix_allows_what_is_under_it_and_not_itself() {
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
            // To DNS these are names under "com": a backslash makes the dot a part of the label.
            "www\\.example.com",
            "evil.test\0.example.com",
        ] {
            assert!(!policy.allows_name(name), "{name}");
        }
    }

    #[test]
    fn addresses_and_prefixes() {
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
        // S-R13: no other spelling of an allowed address is one.
        assert!(!policy.allows_name("10.1") && !policy.allows_name("0xa.0.0.1"));
        assert!(
            super::Policy::deny_all()
                .allow("0.0.0.0/0".parse().unwrap())
                .allows_address(Ipv4Addr::BROADCAST)
        );
    }

    #[test]
    fn names_say_nothing_of_addresses_and_addresses_nothing_of_names() {
        assert!(!policy(&["*.example.com", "localhost"]).allows_address(Ipv4Addr::LOCALHOST));
        assert!(!policy(&["0.0.0.0/0"]).allows_name("localhost"));
    }

    /// Spellings that IDNA folds into one name.
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
        fn a_prefix_allows_exactly_its_addresses(bits: u32, length in 0..=32u8, other: u32) {
            let network = Ipv4Net::new(bits.into(), length).unwrap().trunc();
            let policy = policy(&[&network.to_string()]);
            let other = Ipv4Addr::from(other);
            prop_assert!(policy.allows_address(bits.into()));
            prop_assert_eq!(policy.allows_address(other), network.contains(&other));
        }
    }
}
