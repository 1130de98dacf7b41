//! Addresses of no public host, and IPv6 addresses that carry IPv4 addresses: see the module's
//! tables.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The length of the special-purpose prefix that the address has, if it has one.
pub(super) fn special(address: IpAddr) -> Option<u8> {
    match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    }
}

fn special_v4(address: Ipv4Addr) -> Option<u8> {
    match address.octets() {
        // This network (RFC 791), private (1918), loopback (1122), private.
        [0 | 10 | 127, ..] => Some(8),
        [172, 16..=31, ..] => Some(12),
        [192, 168, ..] => Some(16),
        // Shared by the customers of a carrier (6598), link-local (3927).
        [100, 64..=127, ..] => Some(10),
        [169, 254, ..] => Some(16),
        // Protocol assignments (6890), but PCP and TURN anycast (7723, 8155) are global.
        [192, 0, 0, 9 | 10] => None,
        [192, 0, 0, _] => Some(24),
        // 6a44 relay anycast (6751), benchmarks (2544), documentation (5737).
        [192, 88, 99, 2] => Some(32),
        [198, 18 | 19, ..] => Some(15),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some(24),
        // Multicast (5771), reserved (1112), limited broadcast (919).
        [224..=255, ..] => Some(4),
        _ => None,
    }
}

fn special_v6(address: Ipv6Addr) -> Option<u8> {
    match address.segments() {
        // Unspecified and loopback, IPv4-mapped (RFC 4291).
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Some(128),
        [0, 0, 0, 0, 0, 0xffff, ..] => Some(96),
        // NAT64 of a single network (8215), discard-only (6666), dummy (9780).
        [0x64, 0xff9b, 1, ..] => Some(48),
        [0x100, 0, 0, 0 | 1, ..] => Some(64),
        // Global: anycast of PCP, TURN and DNS-SD (7723, 8155, 9665), AMT (7450), AS112 (7535),
        // ORCHIDv2 (7343), tags of drones (9374). Other protocol assignments (2928) are not.
        [0x2001, 1, 0, 0, 0, 0, 0, 1..=3] => None,
        [0x2001, 3 | 0x20..=0x3f, ..] | [0x2001, 4, 0x112, ..] => None,
        [0x2001, 2, 0, ..] => Some(48),
        [0x2001, 0..=0x1ff, ..] => Some(23),
        // Documentation (3849, 9637), segment routing (9602).
        [0x2001, 0xdb8, ..] => Some(32),
        [0x3fff, 0..=0xfff, ..] => Some(20),
        [0x5f00, ..] => Some(16),
        // Unique local (4193), link-local (4291), site-local (3879), multicast (4291).
        [0xfc00..=0xfdff, ..] => Some(7),
        [0xfe80..=0xfeff, ..] => Some(10),
        [0xff00..=0xffff, ..] => Some(8),
        _ => None,
    }
}

/// The address, and every IPv4 address that it carries. A rule judges all of them (`S-A5`).
pub(super) fn readings(address: IpAddr) -> impl Iterator<Item = IpAddr> {
    let carried = match address {
        IpAddr::V4(_) => NONE,
        IpAddr::V6(address) => carried(address),
    };
    let carried = carried.into_iter().flatten().map(IpAddr::V4);
    std::iter::once(address).chain(carried)
}

/// IPv4 addresses that one IPv6 address carries.
type Carried = [Option<Ipv4Addr>; 4];

const NONE: Carried = [None; 4];

/// The IPv4 addresses that a host, a relay or a translator may read in the address.
fn carried(address: Ipv6Addr) -> Carried {
    let octets = address.octets();
    let at = |first: usize| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| octets[first + i]);
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => NONE,
        // IPv4-compatible and IPv4-mapped (RFC 4291), IPv4-translated (2765), NAT64 (6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0, 0, 0, 0, ..] => [Some(at(12)), None, None, None],
        [0x64, 0xff9b, 1, ..] => carried_by_local_nat64(octets),
        // 6to4 (3056).
        [0x2002, ..] => [Some(at(2)), None, None, None],
        // Teredo: the server, and the client with all its bits inverted (4380).
        [0x2001, 0, ..] => {
            let client = Ipv4Addr::from_bits(!at(12).to_bits());
            [Some(at(4)), Some(client), None, None]
        }
        _ => NONE,
    }
}

/// The IPv4 addresses of `64:ff9b:1::/48`. A translator has a prefix of 48, 56, 64 or 96 bits of
/// it. Up to 64 bits the IPv4 address skips octet 8, and zeros follow it (RFC 6052, 2.2).
fn carried_by_local_nat64(octets: [u8; 16]) -> Carried {
    let layouts = [
        ([6, 7, 9, 10], 11),
        ([7, 9, 10, 11], 12),
        ([9, 10, 11, 12], 13),
        ([12, 13, 14, 15], 16),
    ];
    layouts.map(|(places, end): ([usize; 4], usize)| {
        let [a, b, c, d] = places.map(|place| octets[place]);
        let address = Ipv4Addr::new(a, b, c, d);
        let has_layout = octets[end..].iter().all(|&octet| octet == 0);
        // 0.0.0.0 is what other layouts leave in the places of this one.
        Some(address).filter(|address| has_layout && !address.is_unspecified())
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ipnet::{IpNet, Ipv6Net};
    use proptest::prelude::*;

    /// IANA's registries of special-purpose addresses.
    const REGISTRIES: [&str; 2] = [
        include_str!("../../tests/data/iana-ipv4-special-registry-1.csv"),
        include_str!("../../tests/data/iana-ipv6-special-registry-1.csv"),
    ];

    /// What the registries do not have: multicast (RFC 5771, 4291) and site-local (3879).
    const OTHERS: [&str; 3] = ["224.0.0.0/4", "ff00::/8", "fec0::/10"];

    /// The blocks of both registries and [`OTHERS`], each with whether it is globally reachable.
    /// None if the registry has N/A or nothing.
    pub(in super::super) fn registry() -> Vec<(IpNet, Option<bool>)> {
        let mut blocks = Vec::new();
        for row in REGISTRIES.iter().flat_map(|text| text.lines().skip(1)) {
            let columns = columns(row);
            let reachable = match columns[8].split_whitespace().next() {
                Some("True") => Some(true),
                Some("False") => Some(false),
                Some("N/A") | None => None,
                _ => panic!("{row}"),
            };
            // A cell has one or two blocks, with the numbers of footnotes.
            for block in columns[0].split(',') {
                let block = block.split_whitespace().next().unwrap();
                blocks.push((block.parse().unwrap(), reachable));
            }
        }
        let others = OTHERS.map(|block| (block.parse().unwrap(), Some(false)));
        blocks.extend(others);
        blocks
    }

    /// The columns of a row. A column in quotation marks may have commas.
    fn columns(row: &str) -> Vec<String> {
        let mut columns = vec![String::new()];
        let mut is_quoted = false;
        for c in row.chars() {
            match c {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => columns.push(String::new()),
                c => columns.last_mut().unwrap().push(c),
            }
        }
        columns
    }

    /// Whether the narrowest block of the registry that has the address, and has it reachable or
    /// not, is not globally reachable.
    pub(in super::super) fn is_special(
        registry: &[(IpNet, Option<bool>)],
        address: IpAddr,
    ) -> bool {
        let blocks = registry
            .iter()
            .filter(|(block, reachable)| reachable.is_some() && block.contains(&address));
        let narrowest = blocks.max_by_key(|(block, _)| block.prefix_len());
        narrowest.is_some_and(|(_, reachable)| *reachable == Some(false))
    }

    /// The address, as far from another one as the number says.
    fn moved(address: IpAddr, by: i32) -> IpAddr {
        match address {
            IpAddr::V4(a) => Ipv4Addr::from_bits(a.to_bits().wrapping_add_signed(by)).into(),
            IpAddr::V6(a) => Ipv6Addr::from_bits(a.to_bits().wrapping_add_signed(by.into())).into(),
        }
    }

    // S-A5, S-R16
    #[test]
    fn registries_and_multicast_are_special_up_to_their_edges() {
        let registry = registry();
        assert_eq!(registry.len(), 26 + 25 + 3);
        for (block, _) in &registry {
            let (first, last) = (block.network(), block.broadcast());
            for edge in [first, last, moved(first, -1), moved(last, 1)] {
                let expected = is_special(&registry, edge);
                assert_eq!(special(edge).is_some(), expected, "{edge}");
            }
        }
        for special_one in ["192.88.99.2", "2001::1", "2001:10::1", "fec0::1"] {
            assert!(
                special(special_one.parse().unwrap()).is_some(),
                "{special_one}"
            );
        }
    }

    // S-A5
    #[test]
    fn an_address_is_read_as_itself_and_as_what_it_carries() {
        for (address, carries) in [
            ("10.0.0.1", &[][..]),
            ("::", &[]),
            ("::1", &[]),
            ("2001:db8::1", &[]),
            ("2606:4700::7f00:1", &[]),
            ("::2", &["0.0.0.2"]),
            ("::127.0.0.1", &["127.0.0.1"]),
            ("::ffff:127.0.0.1", &["127.0.0.1"]),
            ("::ffff:0:127.0.0.1", &["127.0.0.1"]),
            ("::1:7f00:1", &[]),
            ("64:ff9b::127.0.0.1", &["127.0.0.1"]),
            ("64:ff9b::1:127.0.0.1", &[]),
            // The prefix has 96, 64, 56 and 48 bits.
            ("64:ff9b:1::127.0.0.1", &["127.0.0.1"]),
            ("64:ff9b:1::7f:0:100:0", &["127.0.0.1", "1.0.0.0"]),
            ("64:ff9b:1:7f:0:1::", &["127.0.0.1", "0.0.1.0"]),
            (
                "64:ff9b:1:7f00:0:100::",
                &["127.0.0.1", "0.0.1.0", "0.1.0.0"],
            ),
            ("64:ff9b:2::127.0.0.1", &[]),
            ("2002:7f00:1::1", &["127.0.0.1"]),
            ("2003:7f00:1::1", &[]),
            (
                "2001:0:a00:1:8000:63bf:80ff:fffe",
                &["10.0.0.1", "127.0.0.1"],
            ),
            ("2001:1:a00:1:8000:63bf:80ff:fffe", &[]),
        ] {
            let address: IpAddr = address.parse().unwrap();
            let mut all = readings(address);
            assert_eq!(all.next(), Some(address));
            let mut found: Vec<_> = all.collect();
            let mut expected: Vec<IpAddr> = carries.iter().map(|a| a.parse().unwrap()).collect();
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{address}");
        }
    }

    proptest! {
        // S-A5, S-R16
        #[test]
        fn an_address_is_special_if_and_only_if_its_block_is(
            bits: u128,
            block in prop::sample::select(registry()),
        ) {
            let registry = registry();
            // Anywhere, and in a block of a registry.
            let inside: IpAddr = match block.0 {
                IpNet::V4(net) => {
                    let bits = bits as u32 & net.hostmask().to_bits();
                    Ipv4Addr::from_bits(net.network().to_bits() | bits).into()
                }
                IpNet::V6(net) => {
                    let bits = bits & net.hostmask().to_bits();
                    Ipv6Addr::from_bits(net.network().to_bits() | bits).into()
                }
            };
            for address in [inside, Ipv4Addr::from_bits(bits as u32).into(), Ipv6Addr::from(bits).into()] {
                prop_assert_eq!(special(address).is_some(), is_special(&registry, address), "{}", address);
            }
        }

        #[test]
        fn every_carrier_carries_every_address(
            bits: u32,
            base in prop::sample::select(&[
                ("::", 0), ("::ffff:0:0", 0), ("::ffff:0:0:0", 0), ("64:ff9b::", 0), ("64:ff9b:1::", 0),
                ("2002::", 80), ("2001::", 64),
            ][..]),
        ) {
            prop_assume!(bits > 1);
            let base_bits = base.0.parse::<Ipv6Addr>().unwrap().to_bits();
            let carrier = Ipv6Addr::from_bits(base_bits | u128::from(bits) << base.1);
            let carried = IpAddr::V4(Ipv4Addr::from_bits(bits));
            prop_assert!(readings(carrier.into()).any(|reading| reading == carried), "{carrier}");
        }

        #[test]
        fn an_address_outside_the_carrying_prefixes_carries_nothing(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            let carriers = ["::/79", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"];
            let is_carrier = |net: &&str| net.parse::<Ipv6Net>().unwrap().contains(&address);
            prop_assume!(!carriers.iter().any(is_carrier));
            prop_assert_eq!(readings(address.into()).count(), 1);
        }
    }
}
