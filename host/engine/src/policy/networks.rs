//! A set of networks with search for the longest matching prefix.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use rustc_hash::FxHashSet;

/// Networks by the length of their prefix. A single address has 32 bits.
#[derive(Clone, Debug, Default)]
pub(super) struct Networks(BTreeMap<u8, FxHashSet<Ipv4Addr>>);

impl Networks {
    pub(super) fn insert(&mut self, network: Ipv4Net) {
        let networks = self.0.entry(network.prefix_len()).or_default();
        networks.insert(network.network());
    }

    /// The length of the longest prefix of the address in the set. None is less than any length.
    pub(super) fn longest(&self, address: Ipv4Addr) -> Option<u8> {
        let has = |length, networks: &FxHashSet<_>| {
            Ipv4Net::new(address, length).is_ok_and(|net| networks.contains(&net.network()))
        };
        let mut narrowest_first = self.0.iter().rev();
        let (&length, _) = narrowest_first.find(|(length, networks)| has(**length, networks))?;
        Some(length)
    }
}
