//! Hosts by `getaddrinfo` and `getnameinfo`, for systems without glibc. Answers have no aliases.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use dns_lookup::{AddrFamily, AddrInfoHints, LookupError, LookupErrorKind, SockType};

use crate::lookup::Lookup;
use crate::policy::Policy;
use crate::types::{AddressFamily, AddressList, Answer, ErrorCode, HostEntry, Outcome};

/// Asks for the canonical name. Linux, BSD, macOS and Windows have this value.
const AI_CANONNAME: i32 = 2;

/// Looks a host up by this name instead of the lookup's. The system completes the name by its
/// search list.
pub(super) fn by_name(lookup: &Lookup, name: &str) -> Outcome {
    by_full_name(lookup, name, name)
}

/// Looks a host up by its name as it was given. A trailing dot turns the system's search list off,
/// whose names no policy judges (`S-R16`).
pub(super) fn by_allowed_names(lookup: &Lookup, _: Option<&Policy>) -> Outcome {
    let name = lookup.host_name().unwrap_or_default();
    let name = name.strip_suffix('.').unwrap_or(name);
    by_full_name(lookup, name, &format!("{name}."))
}

/// Looks a host up by a name, and shows another name in the answer.
fn by_full_name(lookup: &Lookup, shown: &str, name: &str) -> Outcome {
    let asked = match lookup {
        Lookup::HostByName(_) => Some(AddressFamily::Ipv4),
        Lookup::Addresses { family, .. } => *family,
        _ => return Err(lookup.miss()),
    };
    let hints = AddrInfoHints {
        address: match asked {
            // AF_UNSPEC.
            None => 0,
            Some(AddressFamily::Ipv4) => AddrFamily::Inet.into(),
            Some(AddressFamily::Ipv6) => AddrFamily::Inet6.into(),
        },
        flags: AI_CANONNAME,
        // One entry for each address, instead of one for each type of socket.
        socktype: SockType::Stream.into(),
        ..AddrInfoHints::default()
    };
    let found = dns_lookup::getaddrinfo(Some(name), None, Some(hints)).map_err(error)?;
    let (mut canonical_name, mut addresses) = (None, Vec::new());
    for info in found.flatten() {
        canonical_name = canonical_name.or(info.canonname);
        // Without the scope of an address such as `fe80::1%2`.
        addresses.push(info.sockaddr.ip());
    }
    match lookup {
        Lookup::Addresses { .. } => {
            let name = canonical_name.map(|name| name.trim_end_matches('.').into());
            let name = name.filter(|name: &String| !name.is_empty());
            lookup.checked(Ok(Arc::new(AddressList::new(name, addresses).into())))
        }
        _ => lookup.answer_host(shown, [], addresses),
    }
}

/// Looks a host up by address.
pub(super) fn host_by_address(address: Ipv4Addr) -> Outcome {
    let name = name(address.into())?;
    Ok(Arc::new(HostEntry::new(name, [address]).into()))
}

/// Looks up the name of an address.
pub(super) fn name_of(address: IpAddr) -> Outcome {
    Ok(Arc::new(Answer::Name(name(address)?)))
}

fn name(address: IpAddr) -> Result<String, ErrorCode> {
    let name = dns_lookup::lookup_addr(&address).map_err(error)?;
    // An address without a name comes back as text, maybe with its scope.
    let text = name.split('%').next().unwrap_or_default();
    if text.parse::<IpAddr>().is_ok() {
        return Err(ErrorCode::HostNotFound);
    }
    Ok(name)
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
