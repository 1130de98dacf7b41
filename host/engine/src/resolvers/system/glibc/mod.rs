//! Hosts by glibc's reentrant calls, whose answers have aliases.

mod call;
mod entry;
mod search;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::net::Ipv4Addr;
use std::{mem, ptr};

use libc::{hostent, size_t, socklen_t};

use self::call::{alias_is_no_data, ask, ask_with};
pub(super) use self::search::host_by_allowed_names;
use crate::types::{ErrorCode, Outcome};

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

/// Looks a host up by name. The C library completes the name by its search list.
pub(super) fn host_by_name(name: &str) -> Outcome {
    let Ok(name) = CString::new(name) else {
        return Err(ErrorCode::HostNotFound);
    };
    let outcome = ask(|call| {
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
        Err(ErrorCode::NoRecovery) if has_no_address(&name) => Err(ErrorCode::NoData),
        other => other,
    }
}

/// Whether `getaddrinfo` says that the name exists, and has no IPv4 address.
fn has_no_address(name: &CStr) -> bool {
    // SAFETY: `addrinfo` consists of pointers and integers, for which all zeros is valid.
    let mut hints: libc::addrinfo = unsafe { mem::zeroed() };
    hints.ai_family = libc::AF_INET;
    hints.ai_socktype = libc::SOCK_STREAM;
    let mut list = ptr::null_mut();
    // SAFETY: `name` ends with a NUL, and the pointers to `hints` and `list` live through the call.
    let status = unsafe { libc::getaddrinfo(name.as_ptr(), ptr::null(), &hints, &mut list) };
    if status == 0 {
        // SAFETY: the call succeeded, so `list` is its list, which nothing else refers to.
        unsafe { libc::freeaddrinfo(list) };
    }
    status == libc::EAI_NODATA
}

/// Looks a host up by address.
pub(super) fn host_by_address(address: Ipv4Addr) -> Outcome {
    let octets = address.octets();
    ask_with(alias_is_no_data, |call| {
        // SAFETY: `octets` has `octets.len()` bytes and lives through the call. `Call` documents
        // the other pointers.
        unsafe {
            gethostbyaddr_r(
                octets.as_ptr().cast(),
                octets.len() as socklen_t,
                libc::AF_INET,
                call.entry,
                call.buffer,
                call.length,
                call.result,
                call.h_errno,
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_with_a_nul_is_not_found() {
        assert_eq!(host_by_name("a\0b"), Err(ErrorCode::HostNotFound));
    }
}
