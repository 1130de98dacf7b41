//! Addresses of both families (`S-A1`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bindings::types;

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressFamily {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl AddressFamily {
    pub(crate) fn of_interface(self) -> types::AddressFamily {
        match self {
            AddressFamily::Ipv4 => types::AddressFamily::Ipv4,
            AddressFamily::Ipv6 => types::AddressFamily::Ipv6,
        }
    }
}

/// The addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AddressList {
    /// The canonical name, where the resolver knows it.
    pub canonical_name: Option<String>,
    /// The addresses, at least one, in the order in which a program should try them.
    pub addresses: Vec<IpAddr>,
}

impl From<types::AddressList> for AddressList {
    fn from(list: types::AddressList) -> AddressList {
        AddressList {
            canonical_name: list.canonical_name,
            addresses: list.addresses.into_iter().map(ip_addr).collect(),
        }
    }
}

fn ip_addr(address: types::IpAddress) -> IpAddr {
    match address {
        types::IpAddress::Ipv4(bits) => Ipv4Addr::from_bits(bits).into(),
        types::IpAddress::Ipv6((upper, lower)) => {
            Ipv6Addr::from_bits((u128::from(upper) << 64) | u128::from(lower)).into()
        }
    }
}
