//! Spellings of forbidden names and addresses of both families. None reaches a resolver, which
//! records what it is asked. None is allowed in an answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, HostEntry, LookupEngine, Outcome, Query};
use winsock_async_engine::{Lookup, Resolution, Resolver};

/// How many spellings of each kind are tried.
const SPELLINGS: u32 = 10_000;

/// Answers every host with a public address, and records the lookups.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Lookup>>>);

impl Recorder {
    /// The lookups since the last call.
    fn asked(&self) -> Vec<Lookup> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Resolver for Recorder {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(lookup.clone());
        let host = HostEntry::new("answer.test", [Ipv4Addr::new(93, 184, 216, 34)]);
        Resolution::Ready(Ok(Arc::new(host.into())))
    }
}

/// A policy that allows the patterns.
fn policy(patterns: &[&str]) -> Policy {
    patterns.iter().fold(Policy::deny_all(), |policy, pattern| {
        policy.allow(pattern.parse().unwrap())
    })
}

/// An engine that allows the patterns.
struct Judge {
    engine: LookupEngine,
    resolver: Recorder,
}

impl Judge {
    fn new(patterns: &[&str]) -> Judge {
        let resolver = Recorder::default();
        let policy = policy(patterns);
        let builder = LookupEngine::builder().resolver(resolver.clone());
        Judge {
            engine: builder.policy(policy).build(),
            resolver,
        }
    }

    /// The outcome for the name, and the lookups that reached the resolver.
    fn ask(&self, name: &[u8]) -> (Outcome, Vec<Lookup>) {
        let mut session = self.engine.session();
        session.startup().unwrap();
        session.request(Query::HostByName(name.into()), 0).unwrap();
        let outcome = session.take(1).remove(0).outcome;
        (outcome, self.resolver.asked())
    }
}

/// Forms of a character that IDNA maps to the plain one.
fn forms(plain: char) -> Vec<String> {
    let shifted = |base: u32, first: char| {
        char::from_u32(base + plain as u32 - first as u32)
            .unwrap()
            .to_string()
    };
    let mut forms = vec![plain.to_string()];
    match plain {
        'a'..='z' => {
            forms.push(plain.to_ascii_uppercase().to_string());
            // Wide, circled, and mathematical letters.
            forms.extend([0xff41, 0xff21, 0x24d0, 0x1d41a].map(|base| shifted(base, 'a')));
        }
        '0'..='9' => {
            // Wide, mathematical, and old computers' digits.
            forms.extend([0xff10, 0x1d7ce, 0x1d7d8, 0x1fbf0].map(|base| shifted(base, '0')));
            if plain > '0' {
                // Circled and raised.
                forms.push(shifted(0x2460, '1'));
            }
            let raised = ['\u{2070}', '\u{b9}', '\u{b2}', '\u{b3}', '\u{2074}'];
            forms.extend(
                raised
                    .get(plain as usize - '0' as usize)
                    .map(char::to_string),
            );
        }
        '.' => forms.extend(["\u{3002}", "\u{ff0e}", "\u{ff61}"].map(String::from)),
        ':' => forms.push("\u{ff1a}".into()),
        _ => {}
    }
    // Characters that IDNA removes: soft hyphen, word joiner, variation selector.
    let plain = forms[0].clone();
    forms.extend(["\u{ad}", "\u{2060}", "\u{fe0f}"].map(|nothing| format!("{plain}{nothing}")));
    forms
}

/// The text with other forms of its characters: none, one kind of form, or several.
fn disguised(text: String) -> impl Strategy<Value = String> {
    let length = text.chars().count();
    let uses = prop_oneof![
        1 => Just(vec![0; length]),
        3 => vec(0..16usize, length),
        3 => (0..16usize).prop_map(move |form| vec![form; length]),
        2 => vec(prop_oneof![8 => Just(0usize), 1 => 1..16usize], length),
    ];
    uses.prop_map(move |uses| {
        let chars = text.chars().zip(uses);
        chars
            .map(|(c, form)| {
                let forms = forms(c);
                forms[form % forms.len()].clone()
            })
            .collect()
    })
}

/// The text with characters around it that a parser might strip.
fn wrapped(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    const AFTER: [&str; 22] = [
        ".",
        "\u{3002}",
        "..",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "%",
        "%00",
        "%eth0",
        "#",
        "/",
        "?",
        "\u{a0}",
        // A parser that stops at the odd character sees the name end there.
        "\0.allowed.test",
        "\\.allowed.test",
        "%00.allowed.test",
        " .allowed.test",
        "\n.allowed.test",
        "/.allowed.test",
        "#.allowed.test",
    ];
    let after = prop_oneof![4 => Just(""), 4 => select(&AFTER[..3]), 2 => select(&AFTER[..])];
    let before = prop_oneof![12 => Just(""), 1 => select(&[" ", "\t", "\0", "@", "//", "\u{feff}", "."][..])];
    (before, text, after).prop_map(|(before, text, after)| format!("{before}{text}{after}"))
}

/// A number as `inet_aton` reads it: decimal, octal or hexadecimal, with leading zeros.
fn number(value: u32) -> impl Strategy<Value = String> {
    (0..5u8, 0..3usize).prop_map(move |(base, zeros)| {
        let zeros = "0".repeat(zeros);
        match base {
            0 | 1 => value.to_string(),
            2 => format!("0{zeros}{value:o}"),
            3 => format!("0x{zeros}{value:x}"),
            _ => format!("0X{zeros}{value:X}"),
        }
    })
}

/// An address in one to four parts, the last with all remaining bits.
fn parts(address: Ipv4Addr) -> impl Strategy<Value = String> {
    (1..=4u32).prop_flat_map(move |count| {
        let bits = address.to_bits();
        let octet = |i: u32| (bits >> (24 - 8 * i)) & 0xff;
        let last = bits & (u32::MAX >> (8 * (count - 1)));
        let parts: Vec<_> = (0..count - 1)
            .map(octet)
            .chain([last])
            .map(number)
            .collect();
        parts.prop_map(|parts| parts.join("."))
    })
}

/// IPv6 forms of the address: mapped, compatible, translated, with a zone, in brackets.
fn within_ipv6(address: Ipv4Addr) -> impl Strategy<Value = String> {
    let [a, b, c, d] = address.octets();
    let hex = format!("{a:x}{b:02x}:{c:x}{d:02x}");
    const MAPPED: [&str; 7] = [
        "::ffff:",
        "::FFFF:",
        "0:0:0:0:0:ffff:",
        "::",
        "64:ff9b::",
        "::ffff:0:",
        "2002:",
    ];
    (select(&MAPPED[..]), any::<bool>(), 0..4u8).prop_map(move |(before, dotted, form)| {
        let address = if dotted {
            format!("{before}{address}")
        } else {
            format!("{before}{hex}")
        };
        match form {
            0 => format!("[{address}]"),
            1 => format!("{address}%1"),
            2 => format!("[{address}]:80"),
            _ => address,
        }
    })
}

/// An IPv6 address in one of its texts. It has leading zeros, any run of zeros shortened or none,
/// capital letters, the last 32 bits as an IPv4 address.
fn ipv6_text(address: Ipv6Addr) -> impl Strategy<Value = String> {
    let forms = (
        any::<[u8; 8]>(),
        any::<bool>(),
        any::<bool>(),
        0..9usize,
        0..9usize,
    );
    forms.prop_map(move |(zeros, capitals, dotted, from, to)| {
        let segments = address.segments();
        let [.., a, b, c, d] = address.octets();
        let mut groups: Vec<String> = segments
            .iter()
            .zip(zeros)
            .map(|(segment, zeros)| format!("{segment:0width$x}", width = usize::from(zeros % 5)))
            .collect();
        if dotted {
            groups.truncate(6);
            groups.push(format!("{a}.{b}.{c}.{d}"));
        }
        let last = if dotted { 6 } else { 8 };
        let (from, to) = (from.min(to).min(last), from.max(to).min(last));
        let text = if from < to && segments[from..to].iter().all(|&segment| segment == 0) {
            format!("{}::{}", groups[..from].join(":"), groups[to..].join(":"))
        } else {
            groups.join(":")
        };
        if capitals { text.to_uppercase() } else { text }
    })
}

/// IPv6 addresses that lead to the IPv4 address. They are mapped, compatible, translated, NAT64
/// with each length of its prefix, 6to4, Teredo as the server and as the client.
fn carriers(address: Ipv4Addr) -> Vec<Ipv6Addr> {
    let bits = u128::from(address.to_bits());
    let public = u128::from(Ipv4Addr::new(93, 184, 216, 34).to_bits());
    let inverted = |bits: u128| bits ^ u128::from(u32::MAX);
    let [high, low] = [bits >> 24, bits & 0xff_ffff];
    let local_nat64 = 0x64_ff9b_0001 << 80;
    [
        bits,
        0xffff << 32 | bits,
        0xffff << 48 | bits,
        0x64_ff9b << 96 | bits,
        local_nat64 | bits,
        local_nat64 | (bits << 24),
        local_nat64 | high << 64 | (low << 32),
        local_nat64 | bits >> 16 << 64 | ((bits & 0xffff) << 40),
        0x2002 << 112 | bits << 80 | 1,
        0x2001 << 112 | bits << 64 | inverted(public),
        0x2001 << 112 | public << 64 | inverted(bits),
    ]
    .map(Ipv6Addr::from_bits)
    .into()
}

/// IPv6 addresses that no pattern allows, neither in a question nor in an answer.
fn forbidden_ipv6() -> impl Strategy<Value = Ipv6Addr> {
    let special = select(&[
        "::",
        "::1",
        "100::1",
        "2001:db8::1",
        "2001:2::1",
        "2001:10::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ]);
    let special = special.prop_map(|text: &str| text.parse().unwrap());
    let carried = select(vec![
        Ipv4Addr::LOCALHOST,
        Ipv4Addr::new(127, 0, 1, 1),
        Ipv4Addr::new(10, 0, 0, 7),
        Ipv4Addr::new(172, 16, 3, 4),
        Ipv4Addr::new(169, 254, 169, 254),
        Ipv4Addr::new(192, 168, 0, 1),
        Ipv4Addr::new(100, 64, 0, 1),
        Ipv4Addr::BROADCAST,
        // Denied by a rule.
        Ipv4Addr::new(198, 41, 0, 4),
    ]);
    prop_oneof![1 => special, 3 => carried.prop_flat_map(|address| select(carriers(address)))]
}

/// Spellings of an IPv6 address: in brackets, with a zone or a port, in other characters.
fn ipv6() -> impl Strategy<Value = (Ipv6Addr, String)> {
    forbidden_ipv6().prop_flat_map(|address| {
        let text = (ipv6_text(address), 0..12u8).prop_map(|(text, form)| match form {
            0 => format!("[{text}]"),
            1 => format!("{text}%1"),
            2 => format!("[{text}]:80"),
            3 => format!("{text}%eth0"),
            4 => format!("[{text}%25lo]"),
            5 => text.replace(':', "\\:"),
            6 => text.replace(':', "%3a"),
            _ => text,
        });
        let text = text.boxed();
        let spelling = prop_oneof![
            1 => text.clone(),
            1 => wrapped(text.prop_flat_map(disguised)),
        ];
        (Just(address), spelling)
    })
}

/// The text in `xn--` labels that encode no other characters.
fn in_xn_labels(text: String) -> String {
    let labels = text.split('.').map(|label| format!("xn--{label}-"));
    labels.collect::<Vec<_>>().join(".")
}

/// Spellings of an address that no pattern allows.
fn address() -> impl Strategy<Value = String> {
    let forbidden = prop_oneof![
        select(vec![
            Ipv4Addr::LOCALHOST,
            Ipv4Addr::new(127, 0, 1, 1),
            Ipv4Addr::new(10, 0, 0, 7),
            Ipv4Addr::new(169, 254, 169, 254),
            Ipv4Addr::new(192, 168, 0, 1),
            Ipv4Addr::UNSPECIFIED,
            Ipv4Addr::BROADCAST,
        ]),
        any::<u32>().prop_map(Ipv4Addr::from),
    ];
    let text = forbidden.prop_flat_map(|address| {
        prop_oneof![
            5 => parts(address).boxed(),
            1 => within_ipv6(address).boxed(),
            1 => parts(address).prop_map(in_xn_labels).boxed(),
            1 => parts(address).prop_map(|a| a.replace('.', "%2e")).boxed(),
            1 => parts(address).prop_map(|a| a.replace('.', "\\.")).boxed(),
        ]
    });
    wrapped(text.prop_flat_map(disguised))
}

/// Spellings of a name that no pattern allows.
fn name() -> impl Strategy<Value = String> {
    let forbidden = select(&[
        "secret.corp.test",
        "secret.b\u{fc}cher.test",
        "localhost",
        "metadata.internal",
    ]);
    let text = forbidden.prop_flat_map(|name: &str| {
        let octal = format!("\\{:03}{}", name.as_bytes()[0], &name[1..]);
        let escaped = format!("%{:02x}{}", name.as_bytes()[0], &name[1..]);
        let ascii = name.replace("b\u{fc}cher", "xn--bcher-kva");
        prop_oneof![
            6 => disguised(name.into()).boxed(),
            3 => disguised(ascii).boxed(),
            1 => Just(octal).boxed(),
            1 => Just(escaped).boxed(),
            1 => Just(name.replace('.', "\\.")).boxed(),
            1 => Just(name.replace('.', "%2E")).boxed(),
            // The same mark in two code points.
            1 => Just(name.replace('\u{fc}', "u\u{308}").to_uppercase()).boxed(),
        ]
    });
    wrapped(text)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: SPELLINGS, ..ProptestConfig::default() })]

    // S-R16: neighbours of the forbidden names, names under them and every address are allowed.
    #[test]
    fn no_spelling_of_a_forbidden_name_reaches_a_resolver(name in name()) {
        thread_local!(static JUDGE: Judge = Judge::new(&[
            "corp.test", "*.secret.corp.test", "www.corp.test", "*.www.b\u{fc}cher.test", "*.localhost",
            "internal", "*.allowed.test", "0.0.0.0/0",
        ]));
        let (outcome, asked) = JUDGE.with(|judge| judge.ask(name.as_bytes()));
        prop_assert!(asked.is_empty(), "{name:?} asks for {asked:?}");
        let refusals = [ErrorCode::AccessDenied, ErrorCode::HostNotFound];
        prop_assert!(outcome.as_ref().is_err_and(|e| refusals.contains(e)), "{name:?}: {outcome:?}");
    }

    // S-R13, S-R16: every name is allowed, so an address that is taken for a name reaches the
    // resolver.
    #[test]
    fn no_spelling_of_an_address_reaches_a_resolver(name in address()) {
        thread_local!(static JUDGES: [Judge; 2] = [&["*"][..], &["*.test", "localhost"]].map(Judge::new));
        JUDGES.with(|[all, names]| {
            let (_, asked) = all.ask(name.as_bytes());
            prop_assert!(asked.is_empty(), "{name:?} asks for {asked:?}");
            let (outcome, asked) = names.ask(name.as_bytes());
            prop_assert!(asked.is_empty(), "{name:?} asks for {asked:?}");
            prop_assert!(outcome.is_err(), "{name:?}: {outcome:?}");
            Ok(())
        })?;
    }

    // S-A5, S-R16: every name is allowed, and every prefix whose addresses carry IPv4 addresses.
    #[test]
    fn no_spelling_of_a_forbidden_ipv6_address_is_allowed((address, text) in ipv6()) {
        thread_local! {
            static JUDGE: Judge = Judge::new(&["*"]);
            static CARRIERS: Policy = policy(&[
                "*.test", "localhost", "2606:4700::/32", "::ffff:0:0/96", "64:ff9b::/96",
                "64:ff9b:1::/48", "2002::/16", "2001::/32", "93.184.216.34",
            ]);
            static ALL: Policy = Policy::allow_all();
        }
        let (_, asked) = JUDGE.with(|judge| judge.ask(text.as_bytes()));
        prop_assert!(asked.is_empty(), "{text:?} asks for {asked:?}");
        let read: Option<IpAddr> = text.parse().ok();
        CARRIERS.with(|policy| {
            prop_assert!(!policy.allows_name(&text), "{text:?}");
            prop_assert!(!policy.allows_address(address.into()), "{address}");
            Ok(())
        })?;
        for policy in [&CARRIERS, &ALL] {
            let denied = "198.41.0.4".parse().unwrap();
            let policy = policy.with(Policy::clone).deny_answers(denied);
            for lookup in [
                Lookup::HostByName("a.test".into()),
                Lookup::HostByAddress(Ipv4Addr::new(93, 184, 216, 34)),
            ] {
                for address in read.into_iter().chain([address.into()]) {
                    prop_assert!(!policy.allows_answer(&lookup, address), "{address}");
                }
            }
        }
    }
}
