//! Queries of guests, unchecked.

#[cfg(feature = "wasmtime")]
use wasmtime::component::{ComponentType, Lift, Lower};

use super::address::{AddressFamily, IpAddress};

/// A query of a guest, unchecked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(variant))]
pub enum Query {
    /// A host by its name, or by an IPv4 address as text. "" is the machine's own name (`S-R13`).
    #[cfg_attr(feature = "wasmtime", component(name = "host-by-name"))]
    HostByName(Box<[u8]>),
    /// A host by its address.
    #[cfg_attr(feature = "wasmtime", component(name = "host-by-address"))]
    HostByAddress(AddressQuery),
    /// A service by its name.
    #[cfg_attr(feature = "wasmtime", component(name = "service-by-name"))]
    ServiceByName(ServiceNameQuery),
    /// A service by its port.
    #[cfg_attr(feature = "wasmtime", component(name = "service-by-port"))]
    ServiceByPort(ServicePortQuery),
    /// A protocol by its name.
    #[cfg_attr(feature = "wasmtime", component(name = "protocol-by-name"))]
    ProtocolByName(Box<[u8]>),
    /// A protocol by its number, in host order (`S-R11`).
    #[cfg_attr(feature = "wasmtime", component(name = "protocol-by-number"))]
    ProtocolByNumber(i32),
    /// The addresses of a host, of one family or of both (`S-A1`).
    #[cfg_attr(feature = "wasmtime", component(name = "addresses"))]
    Addresses(NameQuery),
    /// The name of a host, by an address of either family (`S-A1`).
    #[cfg_attr(feature = "wasmtime", component(name = "name-of"))]
    NameOf(IpAddress),
}

/// A query for a host by its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct AddressQuery {
    /// The address in network byte order. Any length but 4 bytes is WSAEINVAL (`S-R14`).
    pub address: Box<[u8]>,
    /// Winsock's number of the address family. Any but [`AF_INET`] is WSAEINVAL (`S-R14`).
    pub family: i32,
}

/// Winsock's number of the IPv4 address family.
pub const AF_INET: i32 = 2;

/// A query for the addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct NameQuery {
    /// The name, or an address as text (`S-A2`). "" is the machine's own name.
    pub name: Box<[u8]>,
    /// The family of the addresses. None asks for both.
    pub family: Option<AddressFamily>,
}

/// A query for a service by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ServiceNameQuery {
    /// The name or an alias, in upper or lower case.
    pub name: Box<[u8]>,
    /// The protocol. None or an empty one matches any: the first entry is the answer (`S-R4`,
    /// `S-R12`).
    pub protocol: Option<Box<[u8]>>,
}

/// A query for a service by its port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ServicePortQuery {
    /// The port as a number: 80 for http.
    pub port: u16,
    /// The protocol. None or an empty one matches any: the first entry is the answer (`S-R4`,
    /// `S-R12`).
    pub protocol: Option<Box<[u8]>>,
}
