//! The order in which a program should try the addresses of a host (`S-A1`, RFC 6724).
//!
//! Rules 3, 4 and 7 ask for what no portable call tells: deprecated, home and tunnelled addresses.
//! They do not apply.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustc_hash::FxBuildHasher;

/// The most addresses that are examined. Further addresses keep their places behind these.
const MAX_EXAMINED: usize = 32;
/// How long a route is remembered: finding one takes five calls of the operating system.
const ROUTE_LIFE: Duration = Duration::from_secs(1);
/// The most routes that are remembered.
const MAX_ROUTES: usize = 256;

/// Sorts addresses by the routes of this machine. One address, and IPv4 addresses alone, stay as
/// they are.
///
/// It may be called on a guest's thread, so it does not wait for the lock of the routes.
pub(super) fn sort(addresses: &mut [IpAddr]) {
    if addresses.len() < 2 || addresses.iter().all(IpAddr::is_ipv4) {
        return;
    }
    let now = Instant::now();
    let examined = &addresses[..addresses.len().min(MAX_EXAMINED)];
    let mut known = [None; MAX_EXAMINED];
    if let Ok(routes) = ROUTES.try_lock() {
        for (known, &address) in known.iter_mut().zip(examined) {
            *known = routes.get(address, now);
        }
    }
    let mut routes = Vec::with_capacity(examined.len());
    for (known, &address) in known.iter().zip(examined) {
        routes.push((address, known.unwrap_or_else(|| Route::find(address, now))));
    }
    if known[..examined.len()].contains(&None)
        && let Ok(mut remembered) = ROUTES.try_lock()
    {
        routes
            .iter()
            .for_each(|&(address, route)| remembered.insert(address, route));
    }
    sort_by_source(addresses, |address| {
        let found = routes.iter().find(|(other, _)| *other == address);
        found.and_then(|(_, route)| route.source)
    });
}

/// Sorts addresses by the address that this machine reaches each from. `None` is no route.
fn sort_by_source(addresses: &mut [IpAddr], source_of: impl Fn(IpAddr) -> Option<IpAddr>) {
    let examined = addresses.len().min(MAX_EXAMINED);
    addresses[..examined].sort_by_cached_key(|&address| rank(address, source_of(address)));
}

/// What the rules compare, the rule that decides first in front. A lower rank is tried first, and
/// addresses of one rank stay as they are (rule 10).
fn rank(destination: IpAddr, source: Option<IpAddr>) -> impl Ord + use<> {
    let (to, from) = (as_ipv6(destination), source.map(as_ipv6));
    let (precedence, label) = precedence_and_label(to);
    let prefix = match from {
        // IPv4 prefixes say nothing of distance, and a round robin of DNS is kept.
        Some(from) if to.to_ipv4_mapped().is_none() => common_prefix(from, to),
        _ => 0,
    };
    (
        // Rule 1: avoid unusable destinations.
        source.is_none(),
        // Rule 2: prefer matching scope.
        from.is_none_or(|from| scope(from) != scope(to)),
        // Rule 5: prefer matching label.
        from.is_none_or(|from| precedence_and_label(from).1 != label),
        // Rule 6: prefer higher precedence.
        Reverse(precedence),
        // Rule 8: prefer smaller scope.
        scope(to),
        // Rule 9: use longest matching prefix.
        Reverse(prefix),
    )
}

/// An address as the rules compare it: an IPv4 address is a mapped one.
fn as_ipv6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

/// The default policy table (RFC 6724, section 2.1), the longest prefix first: the prefix, its
/// length, the precedence and the label.
const TABLE: [(u128, u32, u8, u8); 9] = [
    (1, 128, 50, 0),
    (0xffff << 32, 96, 35, 4),
    (0, 96, 1, 3),
    (0x2001_0000 << 96, 32, 5, 5),
    (0x2002 << 112, 16, 30, 2),
    (0x3ffe << 112, 16, 1, 12),
    (0xfec0 << 112, 10, 1, 11),
    (0xfc00 << 112, 7, 3, 13),
    (0, 0, 40, 1),
];

fn precedence_and_label(address: Ipv6Addr) -> (u8, u8) {
    let has = |prefix: u128, length| (address.to_bits() ^ prefix).leading_zeros() >= length;
    let line = TABLE.iter().find(|line| has(line.0, line.1));
    line.map_or((0, 0), |&(.., precedence, label)| (precedence, label))
}

/// The scope of an address (RFC 6724, section 3.1): 2 is link-local, 5 site-local and 14 global.
fn scope(address: Ipv6Addr) -> u8 {
    let [first, second, ..] = address.octets();
    match address.to_ipv4_mapped() {
        Some(address) if address.is_loopback() || address.is_link_local() => 2,
        Some(_) => 14,
        None if first == 0xff => second & 0xf,
        None if address.is_loopback() || address.is_unicast_link_local() => 2,
        None if first == 0xfe && second & 0xc0 == 0xc0 => 5,
        None => 14,
    }
}

/// The bits that two addresses have in common, within the 64 bits of a network's prefix.
fn common_prefix(a: Ipv6Addr, b: Ipv6Addr) -> u32 {
    (a.to_bits() ^ b.to_bits()).leading_zeros().min(64)
}

/// The routes of this machine that were found less than [`ROUTE_LIFE`] ago.
static ROUTES: Mutex<Routes> = Mutex::new(Routes(HashMap::with_hasher(FxBuildHasher)));

struct Routes(HashMap<IpAddr, Route, FxBuildHasher>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Route {
    source: Option<IpAddr>,
    found_at: Instant,
}

impl Routes {
    fn get(&self, address: IpAddr, now: Instant) -> Option<Route> {
        let route = self.0.get(&address).copied();
        route.filter(|route| now.saturating_duration_since(route.found_at) < ROUTE_LIFE)
    }

    fn insert(&mut self, address: IpAddr, route: Route) {
        if self.0.len() >= MAX_ROUTES {
            self.0.clear();
        }
        self.0.insert(address, route);
    }
}

impl Route {
    fn find(address: IpAddr, found_at: Instant) -> Route {
        let source = source_of(address);
        Route { source, found_at }
    }
}

/// The address that this machine reaches another one from. `None` if it has no route.
///
/// Connects a UDP socket, which sends nothing.
fn source_of(address: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // Any port: RFC 863's is for what is discarded.
    socket.connect((address, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// The order of destinations with their sources, "-" for none.
    fn order(pairs: &[(&str, &str)]) -> Vec<String> {
        let mut addresses: Vec<_> = pairs.iter().map(|(to, _)| ip(to)).collect();
        sort_by_source(&mut addresses, |address| {
            let pair = pairs.iter().find(|(to, _)| ip(to) == address);
            pair.and_then(|(_, from)| from.parse().ok())
        });
        addresses.iter().map(ToString::to_string).collect()
    }

    // S-A1: each pair in both orders, the one to try first in front. RFC 6724, section 10.2, and
    // one for each further rule.
    #[test]
    fn pairs_have_the_order_of_the_rfc() {
        for (first, second) in [
            // Rule 1.
            (("198.51.100.121", "198.51.100.117"), ("2001:db8:1::1", "-")),
            (("2001:db8:1::1", "2001:db8:1::2"), ("198.51.100.121", "-")),
            (("127.0.0.1", "127.0.0.1"), ("::1", "-")),
            // Rule 2.
            (
                ("2001:db8:1::1", "2001:db8:1::2"),
                ("198.51.100.121", "169.254.13.78"),
            ),
            (
                ("198.51.100.121", "198.51.100.117"),
                ("2001:db8:1::1", "fe80::1"),
            ),
            (("169.254.1.1", "169.254.1.2"), ("2001:db8:1::1", "fe80::1")),
            // Rule 5.
            (
                ("2002:c633:6401::1", "2002:c633:6401::2"),
                ("2001:db8:1::1", "2002:c633:6401::2"),
            ),
            (
                ("198.51.100.121", "198.51.100.117"),
                ("2001:db8:1::1", "2002:c633:6401::2"),
            ),
            (("198.51.100.121", "10.0.0.2"), ("2001:db8:1::1", "fd00::2")),
            // Rule 6.
            (("2001:db8:1::1", "2001:db8:1::2"), ("10.1.2.3", "10.1.2.4")),
            (
                ("2001:db8:1::1", "2001:db8:1::2"),
                ("2002:c633:6401::1", "2002:c633:6401::2"),
            ),
            (("10.1.2.3", "10.1.2.4"), ("fd00::1", "fd00::2")),
            (("10.1.2.3", "10.1.2.4"), ("2001:0:1::1", "2001:0:2::2")),
            (("::1", "::1"), ("127.0.0.1", "127.0.0.1")),
            (("2001:db8:1::1", "-"), ("198.51.100.121", "-")),
            // Rule 8.
            (("fe80::1", "fe80::2"), ("2001:db8:1::1", "2001:db8:1::2")),
            // Rule 9.
            (
                ("2001:db8:3ffe::1", "2001:db8:3f44::2"),
                ("2001:db8:1::1", "2001:db8:3f44::2"),
            ),
        ] {
            let expected = [first.0, second.0];
            assert_eq!(order(&[first, second]), expected);
            assert_eq!(order(&[second, first]), expected);
        }
    }

    // Rule 10: a round robin of DNS is kept.
    #[test]
    fn equal_addresses_stay_as_they_are() {
        for pairs in [
            [("10.9.0.1", "10.1.0.1"), ("10.1.0.2", "10.1.0.1")],
            [("10.1.0.2", "10.1.0.1"), ("10.9.0.1", "10.1.0.1")],
            // Beyond 64 bits, a common prefix is no network's.
            [
                ("2001:db8::1:1", "2001:db8::2"),
                ("2001:db8::3", "2001:db8::2"),
            ],
            [
                ("2001:db8::3", "2001:db8::2"),
                ("2001:db8::1:1", "2001:db8::2"),
            ],
        ] {
            assert_eq!(order(&pairs), pairs.map(|(to, _)| to));
        }
    }

    #[test]
    fn ipv4_alone_and_one_address_ask_for_no_route() {
        let mut v4 = [ip("192.0.2.1"), ip("127.0.0.1")];
        sort(&mut v4);
        assert_eq!(v4, [ip("192.0.2.1"), ip("127.0.0.1")]);
        sort(&mut []);
        sort(&mut [ip("::1")]);
    }

    #[test]
    fn loopback_is_reached_from_itself() {
        let v4 = ip("127.0.0.1");
        assert_eq!(source_of(v4), Some(v4));
        // Without IPv6, the machine has no such route.
        assert!(source_of(ip("::1")).is_none_or(|source| source == ip("::1")));
        // A link-local address without its scope is of no use.
        assert_eq!(source_of(ip("fe80::1")), None);
    }

    #[test]
    fn only_the_first_32_addresses_are_examined() {
        let mut addresses = vec![ip("192.0.2.1"); MAX_EXAMINED];
        addresses.extend([ip("::1"); 2]);
        let given = addresses.clone();
        sort_by_source(&mut addresses, Some);
        assert_eq!(addresses, given);
        addresses.swap(MAX_EXAMINED - 1, MAX_EXAMINED);
        sort_by_source(&mut addresses, Some);
        assert_eq!(addresses[0], ip("::1"));
    }

    #[test]
    fn route_is_forgotten_after_its_life_and_when_there_are_too_many() {
        let now = Instant::now();
        let source = Some(ip("::1"));
        let route = Route {
            source,
            found_at: now,
        };
        let mut routes = Routes(HashMap::default());
        routes.insert(ip("::1"), route);
        let get = |routes: &Routes, at| routes.get(ip("::1"), at).map(|route| route.source);
        assert_eq!(get(&routes, now), Some(source));
        assert_eq!(get(&routes, now + ROUTE_LIFE / 2), Some(source));
        assert_eq!(get(&routes, now + ROUTE_LIFE), None);
        for i in 0..10 * MAX_ROUTES {
            routes.insert(Ipv4Addr::from_bits(i as u32).into(), route);
            assert!(routes.0.len() <= MAX_ROUTES);
        }
        assert_eq!(get(&routes, now), None);
    }

    proptest! {
        #[test]
        fn sorted_addresses_are_those_that_were_given(
            mut addresses: Vec<IpAddr>,
            sources: Vec<Option<IpAddr>>,
        ) {
            let mut given = addresses.clone();
            sort_by_source(&mut addresses, |address| {
                let i = given.iter().position(|other| *other == address)?;
                *sources.get(i)?
            });
            addresses.sort();
            given.sort();
            prop_assert_eq!(addresses, given);
        }
    }
}
