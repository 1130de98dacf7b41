//! Networks of both families with search for the longest matching prefix.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashMap;

/// Values of networks, by family and length of the prefix. A single IPv4 address has 32 bits, an
/// IPv6 address 128.
#[derive(Clone, Debug, Default)]
pub(super) struct Networks<V = ()> {
    v4: BTreeMap<u8, FxHashMap<IpAddr, V>>,
    v6: BTreeMap<u8, FxHashMap<IpAddr, V>>,
}

impl<V: Default> Networks<V> {
    /// The value of the network, which is added if it is new.
    pub(super) fn insert(&mut self, network: IpNet) -> &mut V {
        let family = match network {
            IpNet::V4(_) => &mut self.v4,
            IpNet::V6(_) => &mut self.v6,
        };
        let networks = family.entry(network.prefix_len()).or_default();
        networks.entry(network.network()).or_default()
    }

    /// The networks that have the address: lengths of their prefixes and values, longest first.
    pub(super) fn matching(&self, address: IpAddr) -> impl Iterator<Item = (u8, &V)> {
        let family = match address {
            IpAddr::V4(_) => &self.v4,
            IpAddr::V6(_) => &self.v6,
        };
        family.iter().rev().filter_map(move |(&length, networks)| {
            let network = IpNet::new(address, length).ok()?.network();
            Some((length, networks.get(&network)?))
        })
    }

    /// The length of the longest prefix of the address in the set. None is less than any length.
    pub(super) fn longest(&self, address: IpAddr) -> Option<u8> {
        self.matching(address).next().map(|(length, _)| length)
    }
}
