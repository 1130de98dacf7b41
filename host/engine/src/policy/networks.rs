//! A set of networks of both families with search for the longest matching prefix.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashSet;

/// Networks of each family by the length of their prefix. A single IPv4 address has 32 bits, an
/// IPv6 address 128.
#[derive(Clone, Debug, Default)]
pub(super) struct Networks {
    v4: BTreeMap<u8, FxHashSet<IpAddr>>,
    v6: BTreeMap<u8, FxHashSet<IpAddr>>,
}

impl Networks {
    pub(super) fn insert(&mut self, network: IpNet) {
        let family = match network {
            IpNet::V4(_) => &mut self.v4,
            IpNet::V6(_) => &mut self.v6,
        };
        let networks = family.entry(network.prefix_len()).or_default();
        networks.insert(network.network());
    }

    /// The length of the longest prefix of the address in the set. None is less than any length.
    pub(super) fn longest(&self, address: IpAddr) -> Option<u8> {
        let family = match address {
            IpAddr::V4(_) => &self.v4,
            IpAddr::V6(_) => &self.v6,
        };
        let has = |length, networks: &FxHashSet<_>| {
            IpNet::new(address, length).is_ok_and(|net| networks.contains(&net.network()))
        };
        let mut narrowest_first = family.iter().rev();
        let (&length, _) = narrowest_first.find(|(length, networks)| has(**length, networks))?;
        Some(length)
    }
}
