//! Rules on the addresses in answers.

use std::net::IpAddr;

use ipnet::IpNet;

use super::networks::Networks;
use super::special::{readings, special};

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

    pub(super) fn allow(&mut self, network: IpNet) {
        self.allowed.insert(network);
    }

    pub(super) fn deny(&mut self, network: IpNet) {
        self.denied.insert(network);
    }

    /// Whether an answer may have this address. `to_localhost`: it answers a name that is this
    /// machine.
    pub(super) fn allows(&self, address: IpAddr, to_localhost: bool) -> bool {
        // What a translator makes of the address is not this machine.
        let is_this_machine = to_localhost && address.is_loopback();
        readings(address).all(|reading| self.allows_reading(reading, is_this_machine))
    }

    /// The length of the longest prefix of the address that is denied.
    pub(super) fn longest_denied(&self, address: IpAddr) -> Option<u8> {
        self.denied.longest(address)
    }

    /// Judges an address without the addresses that it carries.
    fn allows_reading(&self, address: IpAddr, is_this_machine: bool) -> bool {
        let denied = self.denied.longest(address);
        let special = special(address).filter(|_| !self.private && !is_this_machine);
        if denied.is_none() && special.is_none() {
            return true;
        }
        let allowed = self.allowed.longest(address);
        // At the same length the embedder's denial beats an allowing rule, which beats the table.
        (denied.is_none() || allowed > denied) && allowed >= special
    }
}

#[cfg(test)]
mod tests {
    use super::super::special::tests::{is_special, registry};
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn network(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    // S-R16, S-A5
    #[test]
    fn rule_of_a_block_that_is_not_reachable_allows_all_of_it() {
        for (block, reachable) in registry() {
            if reachable == Some(false) {
                let mut answers = Answers::default();
                answers.allow(block);
                if block.addr().is_ipv6() {
                    // What the ends of a block carry is allowed as well.
                    answers.allow(network("0.0.0.0/8"));
                    answers.allow(network("240.0.0.0/4"));
                }
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
        let mut answers = Answers::default();
        for net in [
            "0.0.0.0/0",
            "::/0",
            "93.184.216.0/24",
            "2a00:1:1::/48",
            "10.1.0.0/16",
        ] {
            answers.deny(network(net));
        }
        for net in [
            "93.184.0.0/16",
            "93.184.216.34/32",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "0.0.0.0/0",
            "::/0",
            "2a00:1::/32",
            "2a00:1:1::7/128",
            "fc00::/7",
        ] {
            answers.allow(network(net));
        }
        for (text, allowed) in [
            ("8.8.8.8", false),
            ("93.184.1.1", true),
            ("93.184.216.1", false),
            ("93.184.216.34", true),
            ("10.2.0.1", true),
            ("10.1.0.1", false),
            ("192.168.0.1", false),
            ("2a00:2::1", false),
            ("2a00:1:2::1", true),
            ("2a00:1:1::8", false),
            ("2a00:1:1::7", true),
            ("fd00::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(answers.allows(address(text), false), allowed, "{text}");
        }
        answers.allow_private();
        assert!(!answers.allows(address("10.1.0.1"), false));
    }

    #[test]
    fn loopback_is_allowed_for_localhost_unless_it_is_denied() {
        let mut answers = Answers::default();
        for loopback in ["127.0.0.1", "127.9.9.9", "::1"] {
            assert!(answers.allows(address(loopback), true), "{loopback}");
            assert!(!answers.allows(address(loopback), false), "{loopback}");
        }
        for other in [
            "10.0.0.1",
            "::",
            "::2",
            "::ffff:127.0.0.1",
            "64:ff9b::127.0.0.1",
        ] {
            assert!(!answers.allows(address(other), true), "{other}");
        }
        answers.deny(network("127.0.0.0/8"));
        assert!(!answers.allows(address("127.0.0.1"), true));
        assert!(answers.allows(address("::1"), true));
        answers.deny(network("::1/128"));
        assert!(!answers.allows(address("::1"), true));
    }

    // S-A5
    #[test]
    fn an_address_that_carries_another_needs_both_allowed() {
        let teredo = "2001:0:808:808:8000:63bf:f5ff:fffe";
        for (rules, text, allowed) in [
            (&[][..], "64:ff9b::8.8.8.8", true),
            (&[], "64:ff9b::10.0.0.1", false),
            (&["allow 10.0.0.0/8"], "64:ff9b::10.0.0.1", true),
            (&["deny 8.8.8.8/32"], "64:ff9b::8.8.8.8", false),
            (&["deny 64:ff9b::/96"], "64:ff9b::8.8.8.8", false),
            (&[], "2002:808:808::1", true),
            (&[], "2002:a00:1::1", false),
            (&["deny 8.0.0.0/8"], "2002:808:808::1", false),
            // Mapped and Teredo addresses are special themselves.
            (&[], "::ffff:8.8.8.8", false),
            (&["allow ::ffff:0:0/96"], "::ffff:8.8.8.8", true),
            (&["allow ::ffff:0:0/96"], "::ffff:10.0.0.1", false),
            (&["allow 10.0.0.0/8"], "::ffff:10.0.0.1", false),
            (
                &["allow ::ffff:0:0/96", "allow 10.0.0.0/8"],
                "::ffff:10.0.0.1",
                true,
            ),
            (&["allow ::/0"], "::ffff:8.8.8.8", false),
            (&[], "::8.8.8.8", true),
            (&[], "::10.0.0.1", false),
            // The server is 8.8.8.8, the client 10.0.0.1.
            (&["allow 2001::/32"], teredo, false),
            (&["allow 2001::/32", "allow 10.0.0.0/8"], teredo, true),
            (
                &["allow 2001::/32", "allow 10.0.0.0/8", "deny 8.8.8.8/32"],
                teredo,
                false,
            ),
            (&["allow 64:ff9b:1::/48"], "64:ff9b:1::8.8.8.8", true),
            (&["allow 64:ff9b:1::/48"], "64:ff9b:1::10.0.0.1", false),
            (&[], "64:ff9b:1::8.8.8.8", false),
        ] {
            let mut answers = Answers::default();
            for rule in rules {
                match rule.split_once(' ') {
                    Some(("allow", net)) => answers.allow(network(net)),
                    Some(("deny", net)) => answers.deny(network(net)),
                    _ => panic!("{rule}"),
                }
            }
            assert_eq!(
                answers.allows(address(text), false),
                allowed,
                "{rules:?}: {text}"
            );
        }
    }

    proptest! {
        // S-R16, S-A5
        #[test]
        fn an_address_is_denied_if_and_only_if_it_or_what_it_carries_is_special(bits: u128) {
            let registry = registry();
            let v4 = IpAddr::V4(Ipv4Addr::from_bits(bits as u32));
            let nat64 = u128::from_be_bytes([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            let carrier = Ipv6Addr::from_bits(nat64 | (bits & u128::from(u32::MAX)));
            let mut answers = Answers::default();
            let allowed = !is_special(&registry, v4);
            prop_assert_eq!(answers.allows(v4, false), allowed, "{}", v4);
            prop_assert_eq!(answers.allows(carrier.into(), false), allowed, "{}", carrier);
            answers.allow_private();
            prop_assert!(answers.allows(v4, false));
            prop_assert!(answers.allows(Ipv6Addr::from_bits(bits).into(), false));
        }
    }
}
