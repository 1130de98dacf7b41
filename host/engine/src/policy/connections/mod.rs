//! Rules on connections, datagrams and listening (`S-W4`, `S-W6`).

mod denied;
mod pattern;
mod ports;

use std::net::IpAddr;

use rustc_hash::{FxHashMap, FxHashSet};

use self::ports::Ports;
use super::networks::Networks;
use super::pattern::{Kind, Pattern};

pub use self::denied::{ConnectionDenied, ConnectionRule, ConnectionUse};
pub use self::pattern::{ConnectPattern, ListenPattern, Transport};

/// What guests may connect to, and where they may listen.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    pub(super) tcp: Rules,
    pub(super) udp: Rules,
    /// Addresses and ports to listen at. No port is every port.
    pub(super) listen: FxHashSet<(Transport, IpAddr, Option<u16>)>,
}

/// The ports that guests may connect to with one transport, by host.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    all: Ports,
    names: FxHashMap<Box<str>, Ports>,
    /// Ports of the names under these.
    suffixes: FxHashMap<Box<str>, Ports>,
    networks: Networks<Ports>,
    pub(super) is_used: bool,
}

impl Connections {
    pub(super) fn rules(&self, transport: Transport) -> &Rules {
        match transport {
            Transport::Tcp => &self.tcp,
            Transport::Udp => &self.udp,
        }
    }
}

impl Rules {
    pub(super) fn insert(&mut self, host: Pattern, ports: &Ports) {
        self.is_used = true;
        let of_host = match host.0 {
            Kind::All => &mut self.all,
            Kind::Under(suffix) => self.suffixes.entry(suffix).or_default(),
            Kind::Name(name) => self.names.entry(name).or_default(),
            Kind::Network(network) => self.networks.insert(network),
        };
        of_host.extend(ports);
    }

    /// The ports of each rule that has the name. `*` has no name: it stands for public addresses.
    pub(super) fn of_name(&self, name: &str) -> impl Iterator<Item = &Ports> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let under = (!self.suffixes.is_empty()).then(|| name.match_indices('.'));
        let suffixes = under.into_iter().flatten();
        let suffixes = suffixes.filter_map(move |(dot, _)| self.suffixes.get(&name[dot + 1..]));
        self.names.get(name).into_iter().chain(suffixes)
    }

    /// The length of the longest prefix of a rule that has the address and port. `*` has length 0.
    pub(super) fn longest(&self, address: IpAddr, port: u16) -> Option<u8> {
        let mut matching = self.networks.matching(address);
        let narrowest = matching.find(|(_, ports)| ports.contains(port));
        let all = self.all.contains(port).then_some(0);
        narrowest.map(|(length, _)| length).or(all)
    }
}

/// Returns the text of a policy file that allows exactly these lookups, connections and places to
/// listen. [`Policy::parse`](crate::Policy::parse) reads it.
pub fn to_toml(allow: &[Pattern], connect: &[ConnectPattern], listen: &[ListenPattern]) -> String {
    let mut text = String::new();
    add_key(&mut text, "allow", allow);
    add_key(&mut text, "connect", connect);
    add_key(&mut text, "listen", listen);
    text
}

/// Adds a key with the patterns, sorted, each once.
fn add_key(text: &mut String, key: &str, patterns: &[impl ToString]) {
    let mut patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
    patterns.sort_unstable();
    patterns.dedup();
    text.push_str(key);
    text.push_str(" = [\n");
    for pattern in patterns {
        // A canonical name may have quotation marks.
        let escaped = pattern.replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str("    \"");
        text.push_str(&escaped);
        text.push_str("\",\n");
    }
    text.push_str("]\n");
}

#[cfg(test)]
mod tests;
