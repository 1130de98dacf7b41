//! The table of hosts.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustc_hash::FxHashSet;

use super::error::Problem;
use super::index::{Found, Index, Key};
use super::line::MAX_LINE_BYTES;
use super::sources::Format;
use crate::lookup::Lookup;
use crate::names::{self, HostName};
use crate::resolvers::order;
use crate::resolvers::words::words;
use crate::types::{AddressFamily, Outcome};

/// A table without a source has `localhost` alone.
pub(super) const FORMAT: Format = Format {
    name: "hosts",
    path: "/etc/hosts",
    default: "127.0.0.1 localhost",
    read,
};

/// Hosts by name and by address.
pub(super) struct Hosts(Index);

impl Hosts {
    pub(super) fn new(index: Index) -> Hosts {
        Hosts(index)
    }

    /// The addresses of all lines with the name, of the families that the lookup asks for, and the
    /// names of the first of these. A name with other lines only is known (`S-A4`). None if no line
    /// has it.
    pub(super) fn by_name(&self, lookup: &Lookup, name: &str) -> Option<Outcome> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let lines = self
            .0
            .lines(Key::Name(name))
            .filter_map(Host::parse)
            .filter(|host| host.names().any(|(_, key)| key == name));
        let (mut asked, mut other) = (None, None);
        let mut seen = FxHashSet::default();
        let mut addresses = Vec::new();
        for host in lines {
            let Some(address) = host.address.answer_to(lookup) else {
                other.get_or_insert(host);
                continue;
            };
            asked.get_or_insert(host);
            if seen.insert(address) {
                addresses.push(address);
            }
        }
        order::sort(&mut addresses);
        Some(asked.or(other)?.answer(lookup, addresses))
    }

    /// The first line with the address.
    pub(super) fn by_address(&self, lookup: &Lookup, address: IpAddr) -> Option<Outcome> {
        let key = match address {
            IpAddr::V4(address) => Key::Number(address.to_bits()),
            IpAddr::V6(address) => Key::Ipv6(address.to_bits()),
        };
        let mut lines = self.0.lines(key).filter_map(Host::parse);
        let host = lines.find(|host| host.address.is(address))?;
        Some(host.answer(lookup, [address]))
    }

    /// The number of names, and of lines with an address.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Reads a line such as `192.0.2.1 www.test web.test`.
///
/// A name that no host can have is a problem and not kept. Block lists have such names, so they are
/// no problem on a line that blocks: see [`is_expected`].
pub(super) fn read(content: &[u8], found: &mut Found<'_>) {
    let mut words = words(content);
    let Some(first) = words.next() else { return };
    let Some(address) = Address::parse(first) else {
        return found.problem(Problem::Address(first.into()));
    };
    if words.clone().next().is_none() {
        return found.problem(Problem::Missing("a host's name"));
    }
    // Names that no host can have do not make the file unusable.
    found.valid();
    let mut has_name = false;
    for name in words {
        match key(name) {
            Some(key) => {
                has_name = true;
                found.key(Key::Name(&key));
            }
            None if name == first || is_expected(content, address) => {}
            None => found.problem(Problem::HostName(name.into())),
        }
    }
    if has_name {
        if let Some(address) = address.as_ipv4() {
            found.key(Key::Number(address.to_bits()));
        }
        if let Some(address) = address.as_ipv6() {
            found.key(Key::Ipv6(address.to_bits()));
        }
    }
}

/// A line.
struct Host<'a> {
    address: Address,
    content: &'a [u8],
}

impl<'a> Host<'a> {
    fn parse(content: &'a [u8]) -> Option<Host<'a>> {
        let address = Address::parse(words(content).next()?)?;
        Some(Host { address, content })
    }

    /// The valid names, as they are written and in canonical form.
    fn names(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        words(self.content)
            .skip(1)
            .filter_map(|word| Some((str::from_utf8(word).ok()?, key(word)?)))
    }

    /// An answer with the names of this line.
    fn answer(&self, lookup: &Lookup, addresses: impl IntoIterator<Item = IpAddr>) -> Outcome {
        let mut names = self.names().map(|(name, _)| name);
        let name = names.next().unwrap_or_default();
        lookup.answer_host(name, names, addresses)
    }
}

/// The address of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Address {
    /// An IPv4 address, or an IPv6 address that maps one.
    Ipv4(Ipv4Addr),
    /// `::1` without a scope.
    Loopback,
    Ipv6(Ipv6Addr),
}

impl Address {
    fn parse(word: &[u8]) -> Option<Address> {
        let word = str::from_utf8(word).ok()?;
        if let Ok(address) = word.parse() {
            return Some(Address::Ipv4(address));
        }
        // A link-local address may have an interface after a percent sign.
        if let Some((address, _)) = word.split_once('%') {
            return address.parse().ok().map(Address::Ipv6);
        }
        let address: Ipv6Addr = word.parse().ok()?;
        Some(match address.to_ipv4_mapped() {
            Some(mapped) => Address::Ipv4(mapped),
            None if address.is_loopback() => Address::Loopback,
            None => Address::Ipv6(address),
        })
    }

    /// The address for a program that asks for IPv4. As in glibc, `::1` is 127.0.0.1 then.
    fn as_ipv4(self) -> Option<Ipv4Addr> {
        match self {
            Address::Ipv4(address) => Some(address),
            Address::Loopback => Some(Ipv4Addr::LOCALHOST),
            Address::Ipv6(_) => None,
        }
    }

    fn as_ipv6(self) -> Option<Ipv6Addr> {
        match self {
            Address::Ipv4(_) => None,
            Address::Loopback => Some(Ipv6Addr::LOCALHOST),
            Address::Ipv6(address) => Some(address),
        }
    }

    /// The address for a lookup, if the lookup asks for its family.
    fn answer_to(self, lookup: &Lookup) -> Option<IpAddr> {
        let asked = |family| lookup.asks_for(family).then_some(());
        let ipv6 = asked(AddressFamily::Ipv6).and_then(|()| self.as_ipv6());
        let ipv4 = || asked(AddressFamily::Ipv4).and_then(|()| self.as_ipv4());
        ipv6.map(IpAddr::V6).or_else(|| ipv4().map(IpAddr::V4))
    }

    fn is(self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.as_ipv4() == Some(address),
            IpAddr::V6(address) => self.as_ipv6() == Some(address),
        }
    }
}

/// A name in canonical form, without a trailing dot. None if no host can have the name.
fn key(name: &[u8]) -> Option<Cow<'_, str>> {
    let name = str::from_utf8(name).ok()?;
    if names::is_canonical(name) {
        return Some(name.strip_suffix('.').unwrap_or(name).into());
    }
    match names::canonical_host(name.as_bytes().into(), MAX_LINE_BYTES)? {
        HostName::Name(key) => Some(String::from(names::without_dot(key)).into()),
        _ => None,
    }
}

/// Whether a word that is no host name needs no warning: no lookup of it reaches a resolver.
///
/// Lists that block names have it beside `0.0.0.0` or `::`, or alone beside this machine's address,
/// in any spelling of these. A name that equals its address needs none either: such lists begin
/// with `0.0.0.0 0.0.0.0`.
fn is_expected(content: &[u8], address: Address) -> bool {
    match address {
        Address::Ipv4(address) if address.is_unspecified() => true,
        Address::Ipv4(address) if address.is_loopback() => words(content).count() == 2,
        Address::Ipv4(_) => false,
        Address::Loopback => words(content).count() == 2,
        Address::Ipv6(address) => address.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{host, warnings_of};
    use super::*;

    #[test]
    fn typical_hosts_file_is_read() {
        let text = b"\xef\xbb\xbf# comment\r\n\
            127.0.0.1\tlocalhost # me\r\n\
            \r\n  \t \n\
            \t 192.0.2.1   WWW.Test.\tb\xc3\xbccher.test#no space\n\
            ::1 localhost ip6-localhost\nfe80::1%lo0 localhost\n\
            192.0.2.2 last";
        assert_eq!(warnings_of(text, read), [""; 0]);
        let www = Some("WWW.Test. b\u{fc}cher.test 192.0.2.1".into());
        assert_eq!(host(text, "www.test"), www);
        assert_eq!(host(text, "xn--bcher-kva.test"), www);
        assert_eq!(host(text, "localhost"), Some("localhost 127.0.0.1".into()));
        assert_eq!(host(text, "last"), Some("last 192.0.2.2".into()));
    }

    #[test]
    fn malformed_lines_are_problems() {
        for (text, said) in [
            ("127.0.0.1", "F:1: a host's name is missing"),
            ("\n\n127.0.0.1 # a", "F:3: a host's name is missing"),
            (
                "localhost 127.0.0.1",
                "F:1: `localhost` is not an IPv4 or IPv6 address",
            ),
        ] {
            assert_eq!(warnings_of(text.as_bytes(), read), [said]);
        }
        for address in ["127.1", "1.2.3.256", "010.0.0.1", "x", ":::", "1.2.3.4/8"] {
            let said = format!("F:1: `{address}` is not an IPv4 or IPv6 address");
            let text = format!("{address} a");
            assert_eq!(warnings_of(text.as_bytes(), read), [said]);
        }
    }

    #[test]
    fn name_that_no_host_can_have_is_a_problem_and_its_line_stays() {
        for name in ["a..b", "0.0.0.0", "0x1", "a:b", "xn--a", "a\\b", "a\u{1}"] {
            let text = format!("127.0.0.1 first {name} last");
            let said = Problem::HostName(name.as_bytes().into());
            assert_eq!(warnings_of(text.as_bytes(), read), [format!("F:1: {said}")]);
            let left = Some("first last 127.0.0.1".into());
            assert_eq!(host(text.as_bytes(), "last"), left);
        }
        // Code page 1252.
        let text = b"192.0.2.1 caf\xe9.test cafe.test # M\xfcller";
        let said = r"F:1: `caf\xe9.test` is not a host name";
        assert_eq!(warnings_of(text, read), [said]);
        assert_eq!(host(text, "cafe.test"), Some("cafe.test 192.0.2.1".into()));
    }

    #[test]
    fn name_of_a_block_list_is_no_problem() {
        for text in [
            "0.0.0.0 0.0.0.0",
            "192.0.2.1 192.0.2.1 a.test",
            "0.0.0.0 a..b xn--a ads.test/path",
            ":: a..b",
            "127.0.0.1 a..b",
            "::1 a..b",
            "::0 a..b xn--a",
            "0:0:0:0:0:0:0:0 a..b",
            "::ffff:0.0.0.0 a..b",
            "0:0:0:0:0:0:0:1 a..b",
            "127.0.0.2 a..b",
            "0.0.0.0 -ads_.test- localhost",
        ] {
            assert_eq!(warnings_of(text.as_bytes(), read), [""; 0], "{text}");
        }
        assert_eq!(host(b"0.0.0.0 a..b ads.test", "a..b"), None);
    }

    #[test]
    fn line_may_have_any_number_of_names_up_to_its_limit() {
        let text = format!("192.0.2.1{}", " a".repeat(4091));
        assert_eq!(warnings_of(text.as_bytes(), read), [""; 0]);
        let text = format!("192.0.2.1{}", " a.test".repeat(2000));
        let said = "F:1: longer than 8192 bytes; the rest is not read";
        assert_eq!(warnings_of(text.as_bytes(), read), [said]);
        let names = " a.test".repeat(1169);
        let left = format!("{} 192.0.2.1", &names[1..]);
        assert_eq!(host(text.as_bytes(), "a.test"), Some(left));
    }

    #[test]
    fn ipv6_lines_that_stand_for_ipv4_are_kept() {
        // As in glibc.
        let text = b"::1 six.test\n::ffff:192.0.2.9 mapped.test\n2001:db8::1 other.test\n\
            ::1%lo zone.test";
        assert_eq!(host(text, "six.test"), Some("six.test 127.0.0.1".into()));
        assert_eq!(
            host(text, "mapped.test"),
            Some("mapped.test 192.0.2.9".into())
        );
        assert_eq!(host(text, "other.test"), None);
        assert_eq!(host(text, "zone.test"), None);
    }
}
