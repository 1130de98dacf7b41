//! The questions that take more than one argument, as Winsock's calls have them.

use crate::bindings::types::{AddressQuery, Query, ServiceNameQuery, ServicePortQuery};

/// A host by its address: bytes in network order, and the number of their family (`S-R14`).
pub(crate) fn host_by_address(address: &[u8], family: i32) -> Query<'_> {
    Query::HostByAddress(AddressQuery { address, family })
}

/// A service by its name.
pub(crate) fn service_by_name<'a>(name: &'a [u8], protocol: Option<&'a [u8]>) -> Query<'a> {
    Query::ServiceByName(ServiceNameQuery { name, protocol })
}

/// A service by its port, a plain number.
pub(crate) fn service_by_port(port: u16, protocol: Option<&[u8]>) -> Query<'_> {
    Query::ServiceByPort(ServicePortQuery { port, protocol })
}

/// A service by its port in network byte order, of which the upper 16 bits are ignored (`S-R11`).
pub(crate) fn service_by_network_port(port: i32, protocol: Option<&[u8]>) -> Query<'_> {
    service_by_port(u16::from_be(port as u16), protocol)
}
