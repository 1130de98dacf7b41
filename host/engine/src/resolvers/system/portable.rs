//! Hosts by `getaddrinfo` and `getnameinfo`, for systems without glibc. Answers have no aliases.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use dns_lookup::{AddrFamily, AddrInfoHints, LookupError, LookupErrorKind, SockType};

use crate::types::{ErrorCode, HostEntry, Outcome};

/// Looks a host up by name.
pub(super) fn host_by_name(name: &str) -> Outcome {
    let hints = AddrInfoHints {
        address: AddrFamily::Inet.into(),
        // One entry for each address, instead of one for each type of socket.
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let found = dns_lookup::getaddrinfo(Some(name), None, Some(hints)).map_err(error)?;
    let addresses: Vec<Ipv4Addr> = found
        .filter_map(|info| match info.ok()?.sockaddr.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        })
        .collect();
    if addresses.is_empty() {
        return Err(ErrorCode::NoData);
    }
    Ok(Arc::new(HostEntry::new(name, addresses).into()))
}

/// Looks a host up by address.
pub(super) fn host_by_address(address: Ipv4Addr) -> Outcome {
    let name = dns_lookup::lookup_addr(&IpAddr::V4(address)).map_err(error)?;
    // An address without a name comes back as text.
    if name.parse::<IpAddr>().is_ok() {
        return Err(ErrorCode::HostNotFound);
    }
    Ok(Arc::new(HostEntry::new(name, [address]).into()))
}

/// Maps an error to one of the four name errors (`S-R15`: they are told apart).
fn error(error: LookupError) -> ErrorCode {
    match error.kind() {
        LookupErrorKind::NoName => ErrorCode::HostNotFound,
        LookupErrorKind::NoData => ErrorCode::NoData,
        LookupErrorKind::Again | LookupErrorKind::Memory => ErrorCode::TryAgain,
        _ => ErrorCode::NoRecovery,
    }
}
