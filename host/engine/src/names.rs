//! Canonical forms of the names that guests give.

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// The longest host name as text in any spelling, before it is canonical. Units: bytes.
pub(crate) const LONGEST_SPELLING: usize = 255;
/// The longest host name that DNS can carry, without its trailing dot. Units: bytes.
pub(crate) const MAX_HOST_BYTES: usize = 253;
/// The longest label. Units: bytes.
const LONGEST_LABEL: usize = 63;

/// The meaning of a host name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostName {
    /// A name in lower-case ASCII in IDNA's form, with a trailing dot if it was given one.
    Name(Box<str>),
    /// An IPv4 address of four decimal numbers (`S-R13`).
    Address(Ipv4Addr),
    /// A text that reads as an address, and is not four decimal numbers. No resolver may see it:
    /// the operating system takes "127.1" and "0x7f.1" for addresses (`S-R13`).
    NotAnAddress,
}

/// Whether a text can be looked up: a host can have this name, or the text is an IPv4 address of
/// four decimal numbers or an IPv6 address without brackets and without a zone.
///
/// ```
/// use winsock_async_engine::is_host;
///
/// assert!(is_host("www.example.com") && is_host("192.0.2.1") && is_host("::1"));
/// assert!(!is_host("") && !is_host("a b") && !is_host("127.1") && !is_host("[::1]"));
/// ```
pub fn is_host(text: &str) -> bool {
    match canonical_host(text.as_bytes().into(), LONGEST_SPELLING) {
        Some(HostName::Name(_) | HostName::Address(_)) => true,
        Some(HostName::NotAnAddress) => text.parse::<Ipv6Addr>().is_ok(),
        None => false,
    }
}

/// Brings a host name into canonical form. None if no host can have the name, or if it is longer
/// than `max_len` bytes as the guest gave it.
pub(crate) fn canonical_host(name: Box<[u8]>, max_len: usize) -> Option<HostName> {
    let name = text(name, max_len)?;
    if is_canonical(&name) {
        return Some(HostName::Name(name));
    }
    if name.bytes().any(|b| b.is_ascii_control() || b == b' ') {
        return None;
    }
    if let Ok(address) = name.parse() {
        return Some(HostName::Address(address));
    }
    // Capital letters need nothing more of IDNA than this.
    let lower = name.to_ascii_lowercase();
    if is_canonical(&lower) {
        return Some(HostName::Name(lower.into()));
    }
    if is_bracketed(&name) {
        return Some(HostName::NotAnAddress);
    }
    let name = Uts46::new()
        .to_ascii(
            name.as_bytes(),
            DENIED,
            Hyphens::Allow,
            DnsLength::VerifyAllowRootDot,
        )
        .ok()?;
    // Checked again, as IDNA has mapped wide digits, dots and colons to plain ones.
    if is_bracketed(&name) || is_number(last_label(&name)) {
        return Some(HostName::NotAnAddress);
    }
    Some(HostName::Name(name.into()))
}

/// Whether `name` is in canonical form already, and no number. Takes one pass without IDNA's
/// tables, as nearly every name is canonical.
pub(crate) fn is_canonical(name: &str) -> bool {
    let labels = name.strip_suffix('.').unwrap_or(name).as_bytes();
    let mut start = 0;
    for (i, byte) in labels.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => {}
            // The prefix of a label that IDNA must decode.
            b'-' if labels[start..=i] == *b"xn--" => return false,
            b'-' => {}
            b'.' if (1..=LONGEST_LABEL).contains(&(i - start)) => start = i + 1,
            _ => return false,
        }
    }
    (1..=LONGEST_LABEL).contains(&(labels.len() - start))
        && labels.len() <= MAX_HOST_BYTES
        && !(labels[start].is_ascii_digit() && is_number(last_label(name)))
}

/// Whether a canonical name is `localhost` or under it, which always is this machine (RFC 6761).
pub(crate) fn means_this_machine(name: &str) -> bool {
    last_label(name) == "localhost"
}

/// A name as text. None if it is longer than `max_len` bytes, is not UTF-8, or has a NUL.
pub(crate) fn text(name: Box<[u8]>, max_len: usize) -> Option<Box<str>> {
    if name.len() > max_len || name.contains(&0) {
        return None;
    }
    Some(String::from_utf8(name.into_vec()).ok()?.into_boxed_str())
}

/// Characters that no host name has. A backslash is an escape to the operating system's resolver:
/// the policy and DNS would see different labels. Colons and brackets are checked later.
const DENIED: AsciiDenyList = AsciiDenyList::new(true, "%#/<>?@\\^|");

/// A canonical name without its trailing dot.
pub(crate) fn without_dot(name: Box<str>) -> Box<str> {
    match name.strip_suffix('.') {
        Some(name) => name.into(),
        None => name,
    }
}

/// The last label of a name, without a trailing dot.
pub(crate) fn last_label(name: &str) -> &str {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether `inet_aton` reads a label as a number: decimal, octal or hexadecimal after "0x".
fn is_number(label: &str) -> bool {
    match label.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// Whether a text has characters of IPv6 addresses: a colon or a bracket.
fn is_bracketed(name: &str) -> bool {
    name.contains([':', '[', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn host(name: &str) -> Option<HostName> {
        canonical_host(name.as_bytes().into(), 255)
    }

    fn is_name(given: &str, canonical: &str) {
        assert_eq!(
            host(given),
            Some(HostName::Name(canonical.into())),
            "{given}"
        );
    }

    #[test]
    fn names_become_lower_case_ascii() {
        is_name("localhost", "localhost");
        is_name("WWW.Example.COM", "www.example.com");
        is_name("www.example.com.", "www.example.com.");
        is_name("B\u{fc}cher.example", "xn--bcher-kva.example");
        is_name("xn--bcher-kva.example", "xn--bcher-kva.example");
        is_name("XN--BCHER-KVA.example", "xn--bcher-kva.example");
        is_name("www\u{3002}example\u{ff0e}com", "www.example.com");
        is_name("\u{24d4}xample.com", "example.com");
        is_name("_ldap._tcp.dc-1.test", "_ldap._tcp.dc-1.test");
        is_name("1.example", "1.example");
        is_name("3com", "3com");
        is_name("0xfg", "0xfg");
        is_name("a--b.-c-", "a--b.-c-");
    }

    #[test]
    fn a_canonical_name_keeps_its_allocation() {
        let name: Box<[u8]> = b"www.example.com".as_slice().into();
        let at = name.as_ptr();
        let Some(HostName::Name(name)) = canonical_host(name, 255) else {
            panic!("it is a name");
        };
        assert_eq!(name.as_ptr(), at);
    }

    #[test]
    fn four_decimal_numbers_are_an_address() {
        // S-R13
        for address in ["0.0.0.0", "127.0.0.1", "255.255.255.255", "192.0.2.10"] {
            assert_eq!(
                host(address),
                Some(HostName::Address(address.parse().unwrap()))
            );
        }
    }

    #[test]
    fn other_numbers_are_no_addresses_and_no_names() {
        // S-R13
        let numbers = [
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f.1",
            "0X7F.0.0.0x1",
            "0x7f000001",
            "0x",
            "1.2.3.256",
            "010.1.1.1",
            "0177.0.0.1",
            "1.2.3.4.5",
            "127.0.0.1.",
            "127.1.",
            "example.1",
            "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
            "127\u{3002}0\u{3002}0\u{3002}1",
            "127.0.0.\u{2460}",
            "127.0.0.1\u{ad}",
            "::1",
            "::ffff:127.0.0.1",
            "[::1]",
            "fe80::1%eth0",
            "host:80",
            "\u{ff1a}\u{ff1a}1",
        ];
        for number in numbers {
            assert_eq!(host(number), Some(HostName::NotAnAddress), "{number}");
        }
    }

    #[test]
    fn names_that_no_host_can_have_are_rejected() {
        let label = "a".repeat(64);
        let long = "abc.".repeat(63) + "ab";
        let names = [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a..",
            " ",
            "a b",
            "a\0",
            "\0",
            "a\nb",
            "a\u{7f}",
            "a\u{3000}b",
            "a\\.b",
            "a/b",
            "a@b",
            "xn--a",
            "xn--\u{fc}",
            "\u{fffd}.test",
            &label,
            &long,
            "[::1]\0",
            "127.0.0.1 ",
        ];
        for name in names {
            assert_eq!(host(name), None, "{name:?}");
        }
        assert_eq!(canonical_host(b"\xff.test".as_slice().into(), 255), None);
        is_name(&"a".repeat(63), &"a".repeat(63));
        let longest = "abc.".repeat(63) + "a";
        assert_eq!(longest.len(), MAX_HOST_BYTES);
        is_name(&longest, &longest);
    }

    #[test]
    fn a_name_longer_than_the_limit_as_given_is_rejected() {
        assert!(canonical_host(b"abc".as_slice().into(), 3).is_some());
        assert!(canonical_host(b"abcd".as_slice().into(), 3).is_none());
        assert!(text(b"abcd".as_slice().into(), 4).is_some());
        assert!(text(b"abcd".as_slice().into(), 3).is_none());
    }

    #[test]
    fn text_that_is_not_utf8_or_has_a_nul_is_rejected() {
        assert_eq!(
            text(b"Echo".as_slice().into(), 255).as_deref(),
            Some("Echo")
        );
        assert_eq!(text(b"".as_slice().into(), 255).as_deref(), Some(""));
        assert_eq!(text(b"a\0".as_slice().into(), 255), None);
        assert_eq!(text(b"\xc3".as_slice().into(), 255), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_without_a_panic(name: Vec<u8>) {
            canonical_host(name.into(), 255);
        }

        #[test]
        fn a_canonical_name_is_its_own_canonical_form(name in "\\PC{0,40}") {
            if let Some(HostName::Name(name)) = host(&name) {
                is_name(&name, &name);
            }
        }

        #[test]
        fn the_fast_path_agrees_with_idna(name in "[a-z0-9x._XN-]{1,20}") {
            if let lower = name.to_ascii_lowercase()
                && is_canonical(&lower)
            {
                let slow = Uts46::new()
                    .to_ascii(name.as_bytes(), DENIED, Hyphens::Allow, DnsLength::VerifyAllowRootDot)
                    .map(|name| name.into_owned());
                prop_assert_eq!(slow.ok(), Some(lower));
            }
        }

        // S-R13: no parser of addresses takes a name that reaches a resolver for an address.
        #[test]
        fn a_canonical_name_never_reads_as_an_address(name in "[0-9a-fxX.:\u{ff10}-\u{ff19}\u{3002}]{1,16}") {
            if let Some(HostName::Name(name)) = host(&name) {
                let name = name.trim_end_matches('.');
                let last = name.rsplit('.').next().unwrap();
                prop_assert!(name.parse::<std::net::IpAddr>().is_err());
                prop_assert!(last.parse::<u128>().is_err());
                prop_assert!(last.strip_prefix("0x").is_none_or(|hex| hex.contains('x')));
            }
        }
    }
}
