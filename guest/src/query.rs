//! Queries in the words of the interface, the six of Winsock with Winsock's arguments.

use std::net::IpAddr;

use crate::address::AddressFamily;
use crate::bindings::types::{
    self, AddressQuery, NameQuery, Query, ServiceNameQuery, ServicePortQuery,
};

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

/// Asks for the addresses of a host (`S-A1`).
pub(crate) fn addresses(name: &[u8], family: Option<AddressFamily>) -> Query<'_> {
    let family = family.map(AddressFamily::of_interface);
    Query::Addresses(NameQuery { name, family })
}

/// Asks for the name of a host by its address (`S-A1`).
pub(crate) fn name_of(address: IpAddr) -> Query<'static> {
    Query::NameOf(match address {
        IpAddr::V4(address) => types::IpAddress::Ipv4(address.to_bits()),
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            types::IpAddress::Ipv6(((bits >> 64) as u64, bits as u64))
        }
    })
}

/// The most bytes of an argument that reaches the host. No name that can exist is longer.
pub(crate) const MAX_ARGUMENT_BYTES: usize = 65_536;

/// Replaces each argument over [`MAX_ARGUMENT_BYTES`] bytes by a short one that the host refuses
/// too. The message then has the error of an argument that is too long (`S-R4`).
pub(crate) fn bounded(query: Query<'_>) -> Query<'_> {
    match query {
        Query::HostByName(name) => Query::HostByName(bounded_name(name)),
        // Only 4 bytes are an address (S-R14).
        Query::HostByAddress(AddressQuery { address, family })
            if address.len() > MAX_ARGUMENT_BYTES =>
        {
            host_by_address(&[], family)
        }
        Query::ServiceByName(ServiceNameQuery { name, protocol }) => {
            service_by_name(bounded_name(name), protocol.map(bounded_name))
        }
        Query::ServiceByPort(ServicePortQuery { port, protocol }) => {
            service_by_port(port, protocol.map(bounded_name))
        }
        Query::ProtocolByName(name) => Query::ProtocolByName(bounded_name(name)),
        Query::Addresses(NameQuery { name, family }) => Query::Addresses(NameQuery {
            name: bounded_name(name),
            family,
        }),
        Query::HostByAddress(_) | Query::ProtocolByNumber(_) | Query::NameOf(_) => query,
    }
}

fn bounded_name(name: &[u8]) -> &[u8] {
    // The host refuses a name with a NUL just like one that is too long.
    if name.len() > MAX_ARGUMENT_BYTES {
        b"\0"
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the arguments of these questions are short when they reach the host.
    fn are_short(questions: [Query<'_>; 7]) -> [bool; 7] {
        questions.map(|query| format!("{:?}", bounded(query)).len() < 1000)
    }

    /// Questions with one long argument each.
    fn questions(long: &[u8]) -> [Query<'_>; 7] {
        [
            Query::HostByName(long),
            host_by_address(long, AF_INET),
            service_by_name(long, Some(b"tcp")),
            service_by_name(b"http", Some(long)),
            service_by_port(80, Some(long)),
            Query::ProtocolByName(long),
            addresses(long, None),
        ]
    }

    #[test]
    fn argument_over_64_kib_does_not_reach_the_host() {
        assert_eq!(
            are_short(questions(&vec![b'a'; MAX_ARGUMENT_BYTES + 1])),
            [true; 7]
        );
    }

    #[test]
    fn argument_of_64_kib_is_passed_as_it_is() {
        assert_eq!(
            are_short(questions(&vec![b'a'; MAX_ARGUMENT_BYTES])),
            [false; 7]
        );
    }

    #[test]
    fn long_protocol_leaves_the_name_and_the_port() {
        let long = vec![b'a'; MAX_ARGUMENT_BYTES + 1];
        let Query::ServiceByName(query) = bounded(service_by_name(b"http", Some(&long))) else {
            panic!("another question");
        };
        assert_eq!(
            (query.name, query.protocol),
            (&b"http"[..], Some(&b"\0"[..]))
        );
        let Query::ServiceByPort(query) = bounded(service_by_port(80, Some(&long))) else {
            panic!("another question");
        };
        assert_eq!((query.port, query.protocol), (80, Some(&b"\0"[..])));
    }
}
