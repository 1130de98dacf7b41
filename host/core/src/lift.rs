//! Arguments: flat values and memory become the engine's types.

use winsock_async_engine::{
    AddressFamily, AddressQuery, IpAddress, NameQuery, Query, ServiceNameQuery, ServicePortQuery,
};

use crate::error::{Error, Trap};
use crate::guest::Guest;
use crate::memory::Memory;

/// The flat values of a query: the number of its case, and the values of any case.
pub(crate) type FlatQuery = (i32, i32, i64, i64, i32, i32);

/// Reads a query. A value that is wider than its field is cut, as the canonical ABI does.
pub(crate) fn query<G: Guest>(
    memory: &mut Memory<'_, G>,
    (case, a, b, c, d, e): FlatQuery,
) -> Result<Query, Error<G::Error>> {
    Ok(match case as u32 {
        0 => Query::HostByName(memory.bytes(a as u32, b as u32)?),
        1 => Query::HostByAddress(AddressQuery {
            address: memory.bytes(a as u32, b as u32)?,
            family: c as i32,
        }),
        2 => Query::ServiceByName(ServiceNameQuery {
            name: memory.bytes(a as u32, b as u32)?,
            protocol: optional_bytes(memory, c as u32, d as u32, e as u32)?,
        }),
        3 => Query::ServiceByPort(ServicePortQuery {
            port: a as u16,
            protocol: optional_bytes(memory, b as u32, c as u32, d as u32)?,
        }),
        4 => Query::ProtocolByName(memory.bytes(a as u32, b as u32)?),
        5 => Query::ProtocolByNumber(a),
        6 => Query::Addresses(NameQuery {
            name: memory.bytes(a as u32, b as u32)?,
            family: match is_some(c as u32)? {
                true => Some(family(d as u32)?),
                false => None,
            },
        }),
        7 => Query::NameOf(match a as u32 {
            0 => IpAddress::Ipv4(b as u32),
            1 => IpAddress::Ipv6((b as u64, c as u64)),
            number => return Err(no_case("ip-address", number).into()),
        }),
        number => return Err(no_case("query", number).into()),
    })
}

/// Whether an option has a value, by the number of its case.
pub(crate) fn is_some(case: u32) -> Result<bool, Trap> {
    match case {
        0 => Ok(false),
        1 => Ok(true),
        number => Err(no_case("option", number)),
    }
}

fn optional_bytes<G: Guest>(
    memory: &mut Memory<'_, G>,
    case: u32,
    address: u32,
    bytes: u32,
) -> Result<Option<Box<[u8]>>, Error<G::Error>> {
    match is_some(case)? {
        true => memory.bytes(address, bytes).map(Some),
        false => Ok(None),
    }
}

fn family(case: u32) -> Result<AddressFamily, Trap> {
    match case {
        0 => Ok(AddressFamily::Ipv4),
        1 => Ok(AddressFamily::Ipv6),
        number => Err(no_case("address-family", number)),
    }
}

fn no_case(kind: &'static str, number: u32) -> Trap {
    Trap::NoSuchCase { kind, number }
}
