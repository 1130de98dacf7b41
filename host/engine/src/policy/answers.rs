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
        // Protocol assignments (6890), benchmarks (2544), documentation (5737).
        [192, 0, 0, _] => Some(24),
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

    /// The table of the module's page.
    const SPECIAL: [&str; 15] = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
    ];

    fn special_networks() -> Vec<Ipv4Net> {
        SPECIAL.map(|network| network.parse().unwrap()).into()
    }

    // S-R16
    #[test]
    fn special_networks_are_denied_up_to_their_edges() {
        let networks = special_networks();
        let is_special = |a: Ipv4Addr| networks.iter().any(|network| network.contains(&a));
        let answers = Answers::default();
        for network in &networks {
            let (first, last) = (network.network(), network.broadcast());
            assert!(
                !answers.allows(first, false) && !answers.allows(last, false),
                "{network}"
            );
            let edges = [
                first.to_bits().wrapping_sub(1),
                last.to_bits().wrapping_add(1),
            ];
            for edge in edges.map(Ipv4Addr::from_bits) {
                assert_eq!(answers.allows(edge, false), !is_special(edge), "{edge}");
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
        fn an_address_is_denied_if_and_only_if_it_is_special(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let listed = special_networks().iter().any(|network| network.contains(&address));
            let mut answers = Answers::default();
            prop_assert_eq!(answers.allows(address, false), !listed);
            answers.allow_private();
            prop_assert!(answers.allows(address, false));
        }
    }
}
