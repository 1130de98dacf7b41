//! Rules on the addresses in answers.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::networks::Networks;

/// The addresses that answers may have. Of all rules on an address, the one with the longest prefix
/// applies.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// Whether addresses of no public host are allowed.
    private: bool,
    allowed: Networks,
    denied: Networks,
}

impl Answers {
    pub(super) fn allow_private(&mut self) {
        self.private = true;
    }

    pub(super) fn allow(&mut self, network: Ipv4Net) {
        self.allowed.insert(network);
    }

    pub(super) fn deny(&mut self, network: Ipv4Net) {
        self.denied.insert(network);
    }

    /// Whether an answer may have this address. `to_localhost`: it answers a name that is this
    /// machine.
    pub(super) fn allows(&self, address: Ipv4Addr, to_localhost: bool) -> bool {
        let denied = self.denied.longest(address);
        let special = special(address)
            .filter(|_| !self.private)
            .filter(|_| !(to_localhost && address.is_loopback()));
        if denied.is_none() && special.is_none() {
            return true;
        }
        let allowed = self.allowed.longest(address);
        // At the same length the embedder's denial beats an allowing rule, which beats the table.
        (denied.is_none() || allowed > denied) && allowed >= special
    }
}

/// The length of the special-purpose prefix that the address has, if it has one: see the module's
/// table.
fn special(address: Ipv4Addr) -> Option<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// IANA's registry of special-purpose IPv4 addresses.
    const REGISTRY: &str = include_str!("../../tests/data/iana-ipv4-special-registry-1.csv");

    /// The registry's blocks, each with whether it is globally reachable. None if the registry has
    /// N/A.
    fn registry() -> Vec<(Ipv4Net, Option<bool>)> {
        let mut blocks = Vec::new();
        for row in REGISTRY.lines().skip(1) {
            let columns = columns(row);
            let reachable = match columns[8].split_whitespace().next() {
                Some("True") => Some(true),
                Some("False") => Some(false),
                Some("N/A") => None,
                _ => panic!("{row}"),
            };
            // A cell has one or two blocks, with the numbers of footnotes.
            for block in columns[0].split(',') {
                let block = block.split_whitespace().next().unwrap();
                blocks.push((block.parse().unwrap(), reachable));
            }
        }
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

    /// Whether the address is multicast, or the narrowest block of the registry that has it is not
    /// globally reachable.
    fn is_special(registry: &[(Ipv4Net, Option<bool>)], address: Ipv4Addr) -> bool {
        let blocks = registry
            .iter()
            .filter(|(block, _)| block.contains(&address));
        let narrowest = blocks.max_by_key(|(block, _)| block.prefix_len());
        address.is_multicast() || narrowest.is_some_and(|(_, reachable)| *reachable == Some(false))
    }

    // S-R16
    #[test]
    fn registry_and_multicast_are_denied_up_to_their_edges() {
        let registry = registry();
        assert_eq!(registry.len(), 26);
        let answers = Answers::default();
        let multicast = ("224.0.0.0/4".parse().unwrap(), None);
        for (block, _) in registry.iter().chain([&multicast]) {
            let (first, last) = (block.network(), block.broadcast());
            let edges = [
                first.to_bits(),
                last.to_bits(),
                first.to_bits().wrapping_sub(1),
                last.to_bits().wrapping_add(1),
            ];
            for edge in edges.map(Ipv4Addr::from_bits) {
                let allowed = !is_special(&registry, edge);
                assert_eq!(answers.allows(edge, false), allowed, "{edge}");
            }
        }
        assert!(!answers.allows(Ipv4Addr::new(192, 88, 99, 2), false));
    }

    // S-R16
    #[test]
    fn rule_of_a_block_that_is_not_reachable_allows_all_of_it() {
        for (block, reachable) in registry() {
            if reachable == Some(false) {
                let mut answers = Answers::default();
                answers.allow(block);
                let ends = [block.network(), block.broadcast()];
                // Narrower blocks may lie in a wider one, which the rule does not allow.
                let wider = registry()
                    .iter()
                    .any(|(other, _)| other != &block && other.contains(&block));
                let allowed = ends.map(|end| answers.allows(end, false));
                assert!(wider || allowed == [true; 2], "{block}");
            }
        }
    }

    #[test]
    fn the_longest_prefix_applies() {
        let network = |text: &str| text.parse::<Ipv4Net>().unwrap();
        let mut answers = Answers::default();
        answers.deny(network("0.0.0.0/0"));
        answers.allow(network("93.184.0.0/16"));
        answers.deny(network("93.184.216.0/24"));
        answers.allow(network("93.184.216.34/32"));
        answers.allow(network("10.0.0.0/8"));
        answers.deny(network("10.1.0.0/16"));
        answers.allow(network("10.1.0.0/16"));
        answers.allow(network("0.0.0.0/0"));
        for (address, allowed) in [
            ("8.8.8.8", false),
            ("93.184.1.1", true),
            ("93.184.216.1", false),
            ("93.184.216.34", true),
            ("10.2.0.1", true),
            ("10.1.0.1", false),
            ("192.168.0.1", false),
        ] {
            assert_eq!(
                answers.allows(address.parse().unwrap(), false),
                allowed,
                "{address}"
            );
        }
        answers.allow_private();
        assert!(!answers.allows(Ipv4Addr::new(10, 1, 0, 1), false));
    }

    #[test]
    fn loopback_is_allowed_for_localhost_unless_it_is_denied() {
        let mut answers = Answers::default();
        assert!(answers.allows(Ipv4Addr::LOCALHOST, true));
        assert!(!answers.allows(Ipv4Addr::LOCALHOST, false));
        assert!(!answers.allows(Ipv4Addr::new(10, 0, 0, 1), true));
        answers.deny("127.0.0.0/8".parse().unwrap());
        assert!(!answers.allows(Ipv4Addr::LOCALHOST, true));
    }

    proptest! {
        // S-R16
        #[test]
        fn an_address_is_denied_if_and_only_if_it_is_special(
            bits: u32,
            block in prop::sample::select(registry()),
        ) {
            // Anywhere, and in a block of the registry.
            let inside = block.0.network().to_bits() | (bits & block.0.hostmask().to_bits());
            let registry = registry();
            for address in [bits, inside].map(Ipv4Addr::from_bits) {
                let mut answers = Answers::default();
                let allowed = !is_special(&registry, address);
                prop_assert_eq!(answers.allows(address, false), allowed, "{}", address);
                answers.allow_private();
                prop_assert!(answers.allows(address, false));
            }
        }
    }
}
