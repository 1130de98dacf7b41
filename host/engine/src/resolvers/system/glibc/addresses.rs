//! Addresses of either family by `getaddrinfo`.

use std::ffi::{CStr, c_int};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::{io, iter, mem, ptr};

use libc::{addrinfo, sockaddr, sockaddr_in, sockaddr_in6, socklen_t};

use super::call::system_error;
use super::entry::text;
use crate::types::{AddressFamily, ErrorCode};

/// The list that a call of `getaddrinfo` has made. It has one entry or more.
pub(super) struct AddressInfo {
    first: *mut addrinfo,
}

impl AddressInfo {
    /// Looks up the addresses of a name, and its canonical name. The C library completes the name
    /// by its search list.
    pub(super) fn find(
        name: &CStr,
        family: Option<AddressFamily>,
    ) -> Result<AddressInfo, ErrorCode> {
        let found = AddressInfo::ask(name, family, libc::AI_CANONNAME);
        // That is also its error for an alias of a name without an address, and for a name that
        // the hosts file has with addresses of the other family (`S-A2`).
        if let Err(ErrorCode::HostNotFound) = found
            && matches!(has_ipv4(name), Ok(()) | Err(ErrorCode::NoData))
        {
            return Err(ErrorCode::NoData);
        }
        found
    }

    fn ask(
        name: &CStr,
        family: Option<AddressFamily>,
        flags: c_int,
    ) -> Result<AddressInfo, ErrorCode> {
        // SAFETY: `addrinfo` consists of pointers and integers, for which all zeros is valid.
        let mut hints: addrinfo = unsafe { mem::zeroed() };
        hints.ai_flags = flags;
        hints.ai_family = match family {
            None => libc::AF_UNSPEC,
            Some(AddressFamily::Ipv4) => libc::AF_INET,
            Some(AddressFamily::Ipv6) => libc::AF_INET6,
        };
        // One entry for each address, instead of one for each type of socket.
        hints.ai_socktype = libc::SOCK_STREAM;
        let mut first = ptr::null_mut();
        // SAFETY: `name` ends with a NUL, and it, `hints` and `first` live through the call.
        let status = unsafe { libc::getaddrinfo(name.as_ptr(), ptr::null(), &hints, &mut first) };
        let errno = io::Error::last_os_error().raw_os_error();
        if status != 0 {
            return Err(error(status, errno.unwrap_or(0)));
        }
        Ok(AddressInfo { first })
    }

    /// The canonical name, if the C library tells it.
    pub(super) fn canonical_name(&self) -> Option<String> {
        // SAFETY: the list is alive, and so are its strings, which end with NUL.
        let name = unsafe { text(self.first.as_ref()?.ai_canonname) };
        (!name.is_empty()).then_some(name)
    }

    /// The addresses, in the C library's order (RFC 6724). A scope such as that of `fe80::1%2` is
    /// dropped.
    pub(super) fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        // SAFETY: the list is alive while it is borrowed, and each entry points to the next one.
        let first = unsafe { self.first.as_ref() };
        // SAFETY: as above.
        let entries = iter::successors(first, |entry| unsafe { entry.ai_next.as_ref() });
        // SAFETY: as above. An entry has the length of its address.
        entries.filter_map(|entry| unsafe { address(entry.ai_addr, entry.ai_addrlen) })
    }
}

impl Drop for AddressInfo {
    fn drop(&mut self) {
        // SAFETY: `getaddrinfo` has made the list, and nothing else refers to it.
        unsafe { libc::freeaddrinfo(self.first) };
    }
}

/// Whether a name has an IPv4 address. `NoData` if the name exists and has none, which
/// `getaddrinfo` tells for this family alone, and without the canonical name.
pub(super) fn has_ipv4(name: &CStr) -> Result<(), ErrorCode> {
    AddressInfo::ask(name, Some(AddressFamily::Ipv4), 0).map(drop)
}

/// The address of a socket's address. `None` if its family is neither IPv4 nor IPv6.
///
/// # Safety
///
/// `pointer` is null, or points to a socket's address of `len` bytes.
unsafe fn address(pointer: *const sockaddr, len: socklen_t) -> Option<IpAddr> {
    let has = |bytes: usize| !pointer.is_null() && len as usize >= bytes;
    if !has(size_of::<sockaddr_in>()) {
        return None;
    }
    // SAFETY: by the caller's promise, and the length has room for the family.
    match unsafe { (*pointer).sa_family } as c_int {
        libc::AF_INET => {
            // SAFETY: the family is IPv4, and the length has room for its address.
            let address = unsafe { pointer.cast::<sockaddr_in>().read_unaligned() };
            let bits = u32::from_be(address.sin_addr.s_addr);
            Some(Ipv4Addr::from_bits(bits).into())
        }
        libc::AF_INET6 if has(size_of::<sockaddr_in6>()) => {
            // SAFETY: the family is IPv6, and the length has room for its address.
            let address = unsafe { pointer.cast::<sockaddr_in6>().read_unaligned() };
            Some(Ipv6Addr::from(address.sin6_addr.s6_addr).into())
        }
        _ => None,
    }
}

/// Maps an error to one of the four name errors (`S-R15`: they are told apart).
fn error(status: c_int, errno: c_int) -> ErrorCode {
    match status {
        libc::EAI_NONAME => ErrorCode::HostNotFound,
        libc::EAI_NODATA => ErrorCode::NoData,
        libc::EAI_AGAIN | libc::EAI_MEMORY => ErrorCode::TryAgain,
        libc::EAI_SYSTEM => system_error(errno),
        _ => ErrorCode::NoRecovery,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<T>(address: &T) -> Option<IpAddr> {
        // SAFETY: the address has the size of its type, and lives through the call.
        unsafe { super::address(ptr::from_ref(address).cast(), size_of::<T>() as socklen_t) }
    }

    #[test]
    fn address_of_a_socket_has_no_scope() {
        // SAFETY: these consist of integers, for which all zeros is valid.
        let (mut v4, mut v6): (sockaddr_in, sockaddr_in6) = unsafe { mem::zeroed() };
        v4.sin_family = libc::AF_INET as _;
        v4.sin_addr.s_addr = u32::from_ne_bytes([192, 0, 2, 1]);
        assert_eq!(of(&v4), Some("192.0.2.1".parse().unwrap()));
        v6.sin6_family = libc::AF_INET6 as _;
        v6.sin6_addr.s6_addr[..2].copy_from_slice(&[0xfe, 0x80]);
        v6.sin6_addr.s6_addr[15] = 1;
        v6.sin6_scope_id = 2;
        assert_eq!(of(&v6), Some("fe80::1".parse().unwrap()));
    }

    #[test]
    fn other_families_and_short_lengths_have_no_address() {
        // SAFETY: as above.
        let (mut v4, v6): (sockaddr_in, sockaddr_in6) = unsafe { mem::zeroed() };
        assert_eq!((of(&v4), of(&v6)), (None, None));
        v4.sin_family = libc::AF_INET6 as _;
        assert_eq!(of(&v4), None);
        assert_eq!(of(&[0u8; 2]), None);
        // SAFETY: null is allowed.
        assert_eq!(unsafe { address(ptr::null(), 28) }, None);
    }

    // S-R15
    #[test]
    fn each_error_of_getaddrinfo_has_its_error() {
        for (status, errno, expected) in [
            (libc::EAI_NONAME, 0, ErrorCode::HostNotFound),
            (libc::EAI_NODATA, 0, ErrorCode::NoData),
            (libc::EAI_AGAIN, 0, ErrorCode::TryAgain),
            (libc::EAI_MEMORY, 0, ErrorCode::TryAgain),
            (libc::EAI_SYSTEM, libc::EMFILE, ErrorCode::TryAgain),
            (libc::EAI_SYSTEM, libc::EIO, ErrorCode::NoRecovery),
            (libc::EAI_FAIL, 0, ErrorCode::NoRecovery),
            (libc::EAI_FAMILY, libc::EMFILE, ErrorCode::NoRecovery),
        ] {
            assert_eq!(error(status, errno), expected, "{status} {errno}");
        }
    }
}
