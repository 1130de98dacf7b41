//! The six questions in the words of the interface, with the arguments of Winsock.

use crate::bindings::types::{AddressQuery, Query, ServiceNameQuery, ServicePortQuery};

/// The number of the IPv4 address family, the only one that Winsock looks up (`S-R14`).
pub const AF_INET: i32 = 2;

/// htons: converts a number to network byte order, which ports have in Winsock (`S-R11`).
pub const fn htons(host: u16) -> u16 {
    host.to_be()
}

/// ntohs: converts a number from network byte order (`S-R11`).
pub const fn ntohs(network: u16) -> u16 {
    u16::from_be(network)
}

/// Asks for a host by its address: bytes in network order, and the number of their family
/// (`S-R14`).
pub(crate) fn host_by_address(address: &[u8], family: i32) -> Query<'_> {
    Query::HostByAddress(AddressQuery { address, family })
}

/// Asks for a service by its name.
pub(crate) fn service_by_name<'a>(name: &'a [u8], protocol: Option<&'a [u8]>) -> Query<'a> {
    Query::ServiceByName(ServiceNameQuery { name, protocol })
}

/// Asks for a service by its port, in host order.
pub(crate) fn service_by_port(port: u16, protocol: Option<&[u8]>) -> Query<'_> {
    Query::ServiceByPort(ServicePortQuery { port, protocol })
}

/// Asks for a service by its port in network byte order. The upper 16 bits are ignored (`S-R11`).
pub(crate) fn service_by_network_port(port: i32, protocol: Option<&[u8]>) -> Query<'_> {
    service_by_port(ntohs(port as u16), protocol)
}
