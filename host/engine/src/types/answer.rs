//! Answers, and the memory that they hold.

use std::net::Ipv4Addr;

#[cfg(feature = "wasmtime")]
use wasmtime::component::{ComponentType, Lift, Lower};

use super::address::AddressList;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(variant))]
pub enum Answer {
    /// A host.
    #[cfg_attr(feature = "wasmtime", component(name = "host"))]
    Host(HostEntry),
    /// A service.
    #[cfg_attr(feature = "wasmtime", component(name = "service"))]
    Service(ServiceEntry),
    /// A protocol.
    #[cfg_attr(feature = "wasmtime", component(name = "protocol"))]
    Protocol(ProtocolEntry),
    /// The addresses of a host.
    #[cfg_attr(feature = "wasmtime", component(name = "addresses"))]
    Addresses(AddressList),
    /// The name of a host.
    #[cfg_attr(feature = "wasmtime", component(name = "name"))]
    Name(String),
}

impl Answer {
    /// Bytes of memory that the answer holds, itself included.
    pub(crate) fn bytes(&self) -> usize {
        let strings = |name: &String, aliases: &Vec<String>| {
            let aliases_own = aliases.iter().map(String::capacity).sum::<usize>();
            name.capacity() + aliases.capacity() * size_of::<String>() + aliases_own
        };
        size_of::<Self>()
            + match self {
                Answer::Host(e) => {
                    strings(&e.name, &e.aliases) + e.addresses.capacity() * size_of::<u32>()
                }
                Answer::Service(e) => strings(&e.name, &e.aliases) + e.protocol.capacity(),
                Answer::Protocol(e) => strings(&e.name, &e.aliases),
                Answer::Addresses(e) => e.heap_bytes(),
                Answer::Name(name) => name.capacity(),
            }
    }

    /// Trims the answer to `max_bytes`: removes its last addresses except the first one, and then
    /// its last aliases. An answer with a long name may still hold more.
    pub(crate) fn trim(&mut self, max_bytes: usize) {
        self.shrink();
        let over = self.bytes().saturating_sub(max_bytes);
        match self {
            Answer::Host(e) => cut(&mut e.addresses, over),
            Answer::Addresses(e) => cut(&mut e.addresses, over),
            _ => {}
        }
        let mut over = self.bytes().saturating_sub(max_bytes);
        if let Some(aliases) = self.aliases_mut() {
            while over > 0
                && let Some(alias) = aliases.pop()
            {
                over = over.saturating_sub(size_of::<String>() + alias.capacity());
            }
        }
        self.shrink();
    }

    /// Frees the unused capacity of the lists.
    fn shrink(&mut self) {
        match self {
            Answer::Host(e) => e.addresses.shrink_to_fit(),
            Answer::Addresses(e) => e.addresses.shrink_to_fit(),
            _ => {}
        }
        if let Some(aliases) = self.aliases_mut() {
            aliases.shrink_to_fit();
        }
    }

    fn aliases_mut(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Answer::Host(e) => Some(&mut e.aliases),
            Answer::Service(e) => Some(&mut e.aliases),
            Answer::Protocol(e) => Some(&mut e.aliases),
            Answer::Addresses(_) | Answer::Name(_) => None,
        }
    }
}

/// Removes the last items that have `over` bytes together, except the first item.
fn cut<T>(items: &mut Vec<T>, over: usize) {
    let kept = items.len().saturating_sub(over.div_ceil(size_of::<T>()));
    items.truncate(kept.max(1));
    items.shrink_to_fit();
}

impl From<HostEntry> for Answer {
    fn from(entry: HostEntry) -> Answer {
        Answer::Host(entry)
    }
}

impl From<ServiceEntry> for Answer {
    fn from(entry: ServiceEntry) -> Answer {
        Answer::Service(entry)
    }
}

impl From<ProtocolEntry> for Answer {
    fn from(entry: ProtocolEntry) -> Answer {
        Answer::Protocol(entry)
    }
}

impl From<AddressList> for Answer {
    fn from(list: AddressList) -> Answer {
        Answer::Addresses(list)
    }
}

/// A host's names and IPv4 addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct HostEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// Numbers, as in the WIT interface: one copy moves the whole list into the guest.
    addresses: Vec<u32>,
}

impl HostEntry {
    /// Makes an entry without aliases.
    pub fn new(
        name: impl Into<String>,
        addresses: impl IntoIterator<Item = Ipv4Addr>,
    ) -> HostEntry {
        let addresses = addresses.into_iter().map(Ipv4Addr::to_bits).collect();
        HostEntry {
            name: name.into(),
            aliases: Vec::new(),
            addresses,
        }
    }

    /// Replaces the aliases.
    #[must_use]
    pub fn with_aliases<S: Into<String>>(mut self, aliases: impl IntoIterator<Item = S>) -> Self {
        self.aliases = aliases.into_iter().map(Into::into).collect();
        self
    }

    /// The addresses, in the order of the answer.
    pub fn addresses(&self) -> impl ExactSizeIterator<Item = Ipv4Addr> + '_ {
        self.addresses.iter().copied().map(Ipv4Addr::from_bits)
    }
}

/// A service's names, port and protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ServiceEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The port as a number: 80 for http.
    pub port: u16,
    /// The name of its protocol, such as `tcp`.
    pub protocol: String,
}

/// A protocol's names and number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ProtocolEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The number, in host order (`S-R11`).
    pub number: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_the_addresses_and_aliases_that_it_was_given() {
        let addresses = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::LOCALHOST];
        let entry = HostEntry::new("a.test", addresses).with_aliases(["b.test"]);
        assert!(entry.addresses().eq(addresses));
        assert_eq!(entry.aliases, ["b.test"]);
    }
}
