//! Hosts by glibc's reentrant calls, whose answers have aliases, and addresses by `getaddrinfo`.

mod addresses;
mod call;
mod entry;
mod search;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use libc::{hostent, size_t, socklen_t};

use self::addresses::{AddressInfo, has_ipv4};
use self::call::{Call, ask_by_address, ask_by_name};
pub(super) use self::search::by_allowed_names;
use crate::lookup::Lookup;
use crate::types::{AddressList, ErrorCode, Outcome};

// Of <netdb.h>. The crate libc has `hostent` and not these functions.
unsafe extern "C" {
    fn gethostbyname2_r(
        name: *const c_char,
        family: c_int,
        entry: *mut hostent,
        buffer: *mut c_char,
        length: size_t,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const c_void,
        address_length: socklen_t,
        family: c_int,
        entry: *mut hostent,
        buffer: *mut c_char,
        length: size_t,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
}

/// Looks a host up by this name instead of the lookup's. The C library completes the name by its
/// search list.
pub(super) fn by_name(lookup: &Lookup, name: &str) -> Outcome {
    let Ok(name) = CString::new(name) else {
        return Err(ErrorCode::HostNotFound);
    };
    match lookup {
        Lookup::HostByName(_) => host_by_name(&name),
        Lookup::Addresses { family, .. } => {
            let found = AddressInfo::find(&name, *family)?;
            let list = AddressList::new(found.canonical_name(), found.addresses());
            lookup.checked(Ok(Arc::new(list.into())))
        }
        _ => Err(lookup.miss()),
    }
}

fn host_by_name(name: &CStr) -> Outcome {
    let outcome = ask_by_name(|call| {
        // SAFETY: `name` ends with a NUL and lives through the call. See `Call` for the others.
        unsafe {
            gethostbyname2_r(
                name.as_ptr(),
                libc::AF_INET,
                call.entry,
                call.buffer,
                call.length,
                call.result,
                call.h_errno,
            )
        }
    });
    // `gethostbyname2_r` does not tell an alias of a name without an address from a failure, and
    // `getaddrinfo` does (`S-R15`).
    match outcome {
        Err(ErrorCode::NoRecovery) if has_ipv4(name) == Err(ErrorCode::NoData) => {
            Err(ErrorCode::NoData)
        }
        other => other,
    }
}

/// Looks a host up by address.
pub(super) fn host_by_address(address: Ipv4Addr) -> Outcome {
    ask_by_address(entry::host, |call| by_address(call, address.into()))
}

/// Looks up the name of an address. `getnameinfo` asks by the same call, and does not tell a
/// failure from an address without a name (`S-R15`).
pub(super) fn name_of(address: IpAddr) -> Outcome {
    ask_by_address(entry::name, |call| by_address(call, address))
}

fn by_address(call: &Call, address: IpAddr) -> c_int {
    let (family, octets): (_, &[u8]) = match &address {
        IpAddr::V4(address) => (libc::AF_INET, &address.octets()),
        IpAddr::V6(address) => (libc::AF_INET6, &address.octets()),
    };
    // SAFETY: `octets` has `octets.len()` bytes and lives through the call. `Call` documents the
    // other pointers.
    unsafe {
        gethostbyaddr_r(
            octets.as_ptr().cast(),
            octets.len() as socklen_t,
            family,
            call.entry,
            call.buffer,
            call.length,
            call.result,
            call.h_errno,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_with_a_nul_is_not_found() {
        let addresses = Lookup::Addresses {
            name: "a".into(),
            family: None,
        };
        for lookup in [Lookup::HostByName("a".into()), addresses] {
            assert_eq!(by_name(&lookup, "a\0b"), Err(ErrorCode::HostNotFound));
        }
    }
}
