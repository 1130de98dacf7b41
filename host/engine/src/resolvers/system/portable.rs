//! Hosts by `getaddrinfo` and `getnameinfo`, for systems without glibc. Answers have no aliases.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use dns_lookup::{AddrFamily, AddrInfoHints, LookupError, LookupErrorKind, SockType};

use crate::lookup::Lookup;
use crate::policy::Policy;
use crate::types::{ErrorCode, HostEntry, Outcome};

/// Looks a host up by name. The system completes the name by its search list.
pub(super) fn host_by_name(name: &str) -> Outcome {
    host(name, addresses(name)?)
}

/// Looks a host up by its name as it was given. A trailing dot turns the system's search list off,
/// whose names no policy judges (`S-R16`).
pub(super) fn host_by_allowed_names(lookup: &Lookup, _: Option<&Policy>) -> Outcome {
    let Lookup::HostByName(name) = lookup else {
        return Err(lookup.miss());
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    host(name, addresses(&format!("{name}."))?)
}

fn addresses(name: &str) -> Result<Vec<Ipv4Addr>, ErrorCode> {
    let hints = AddrInfoHints {
        address: AddrFamily::Inet.into(),
        // One entry for each address, instead of one for each type of socket.
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let found = dns_lookup::getaddrinfo(Some(name), None, Some(hints)).map_err(error)?;
    let addresses = found.filter_map(|info| match info.ok()?.sockaddr.ip() {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    });
    Ok(addresses.collect())
}

fn host(name: &str, addresses: Vec<Ipv4Addr>) -> Outcome {
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
