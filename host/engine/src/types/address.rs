//! Addresses of both families (`S-A1`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[cfg(feature = "wasmtime")]
use wasmtime::component::{ComponentType, Lift, Lower};

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(enum))]
#[repr(u8)]
pub enum AddressFamily {
    /// IPv4.
    #[cfg_attr(feature = "wasmtime", component(name = "ipv4"))]
    Ipv4,
    /// IPv6.
    #[cfg_attr(feature = "wasmtime", component(name = "ipv6"))]
    Ipv6,
}

impl AddressFamily {
    /// Whether the family has this address.
    pub const fn has(self, address: &IpAddr) -> bool {
        match self {
            AddressFamily::Ipv4 => address.is_ipv4(),
            AddressFamily::Ipv6 => address.is_ipv6(),
        }
    }

    /// The name in the WIT interface, such as `ipv4`.
    pub const fn name(self) -> &'static str {
        match self {
            AddressFamily::Ipv4 => "ipv4",
            AddressFamily::Ipv6 => "ipv6",
        }
    }
}

/// An IPv4 or IPv6 address, as the interface passes it. It converts from and to [`IpAddr`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(variant))]
pub enum IpAddress {
    /// The number of an IPv4 address: 127.0.0.1 is 0x7f000001.
    #[cfg_attr(feature = "wasmtime", component(name = "ipv4"))]
    Ipv4(u32),
    /// The upper and the lower half of the number of an IPv6 address: ::1 is (0, 1).
    #[cfg_attr(feature = "wasmtime", component(name = "ipv6"))]
    Ipv6((u64, u64)),
}

impl From<IpAddr> for IpAddress {
    fn from(address: IpAddr) -> IpAddress {
        match address {
            IpAddr::V4(address) => IpAddress::Ipv4(address.to_bits()),
            IpAddr::V6(address) => {
                let bits = address.to_bits();
                IpAddress::Ipv6(((bits >> 64) as u64, bits as u64))
            }
        }
    }
}

impl From<IpAddress> for IpAddr {
    fn from(address: IpAddress) -> IpAddr {
        match address {
            IpAddress::Ipv4(bits) => Ipv4Addr::from_bits(bits).into(),
            IpAddress::Ipv6((upper, lower)) => {
                Ipv6Addr::from_bits((u128::from(upper) << 64) | u128::from(lower)).into()
            }
        }
    }
}

/// The addresses of a host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct AddressList {
    /// The canonical name, where the resolver knows it.
    #[cfg_attr(feature = "wasmtime", component(name = "canonical-name"))]
    pub canonical_name: Option<String>,
    /// As the interface passes them: one copy moves the whole list into the guest.
    pub(super) addresses: Vec<IpAddress>,
}

impl AddressList {
    /// Makes a list of addresses, in the order in which a program should try them.
    pub fn new(
        canonical_name: Option<String>,
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> AddressList {
        AddressList {
            canonical_name,
            addresses: addresses.into_iter().map(IpAddress::from).collect(),
        }
    }

    /// The addresses, in the order in which a program should try them.
    pub fn addresses(&self) -> impl ExactSizeIterator<Item = IpAddr> + '_ {
        self.addresses.iter().copied().map(IpAddr::from)
    }

    /// Bytes of the heap that the list holds.
    pub(super) fn heap_bytes(&self) -> usize {
        let name = self.canonical_name.as_ref().map_or(0, String::capacity);
        name + self.addresses.capacity() * size_of::<IpAddress>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        // S-A1
        #[test]
        fn an_address_converts_to_the_interface_and_back(address: IpAddr) {
            prop_assert_eq!(IpAddr::from(IpAddress::from(address)), address);
        }
    }

    #[test]
    fn numbers_of_addresses_are_those_of_the_interface() {
        let of = |text: &str| IpAddress::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(of("127.0.0.1"), IpAddress::Ipv4(0x7f00_0001));
        assert_eq!(of("::1"), IpAddress::Ipv6((0, 1)));
        assert_eq!(of("2001:db8::5"), IpAddress::Ipv6((0x2001_0db8 << 32, 5)));
    }
}
