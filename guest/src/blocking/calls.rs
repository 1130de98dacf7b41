//! The six blocking calls.

use super::wait::block;
use crate::answer::{HostEntry, ProtocolEntry, ServiceEntry};
use crate::bindings::types::Query;
use crate::error::WsaError;
use crate::query;

/// gethostbyname: looks up the IPv4 addresses and other names of a host, and waits for them.
///
/// `name` is as in [`wsa_async_get_host_by_name`](crate::wsa_async_get_host_by_name).
///
/// # All six blocking calls
/// A blocking call takes the arguments of the request of the same kind, waits, and returns the
/// outcome. If the answer is not there at once, the call repeatedly calls the blocking hook
/// (`S-B1`). Between two calls of the hook it sleeps in the host. Completions of other requests
/// arrive during that time.
///
/// The default hook dispatches messages, so windows keep working, whatever the version. A program
/// can set another hook with [`wsa_set_blocking_hook`](crate::wsa_set_blocking_hook).
///
/// While a call blocks, every other call of Winsock in this thread fails with
/// [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) (`S-B2`), except
/// [`wsa_cancel_blocking_call`](crate::wsa_cancel_blocking_call),
/// [`wsa_is_blocking`](crate::wsa_is_blocking), [`wsa_get_last_error`](crate::wsa_get_last_error)
/// and [`wsa_set_last_error`](crate::wsa_set_last_error). Windows, messages, timers and
/// [`lookup`](crate::lookup) are no calls of Winsock, and work.
///
/// The answer owns its data: the next call does not overwrite it (`S-B5`).
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`).
/// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down or goes down (`S-R18`).
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while another call blocks (`S-B2`).
/// - [`WSAEWOULDBLOCK`](crate::WSAEWOULDBLOCK) at a limit of the host, as for a request (`S-R2`).
/// - [`WSAEINTR`](crate::WSAEINTR) if the call was cancelled (`S-B3`).
/// - Every error that the message of a request can have, such as
///   [`WSAHOST_NOT_FOUND`](crate::WSAHOST_NOT_FOUND).
pub fn gethostbyname(name: impl AsRef<[u8]>) -> Result<HostEntry, WsaError> {
    block(Query::HostByName(name.as_ref()))
}

/// gethostbyaddr: looks up a host by its address, and waits. The address is 4 bytes in network
/// order, of the family [`AF_INET`](crate::AF_INET) (`S-R14`).
///
/// # Errors
/// As for [`gethostbyname`].
pub fn gethostbyaddr(address: &[u8], family: i32) -> Result<HostEntry, WsaError> {
    block(query::host_by_address(address, family))
}

/// getservbyname: looks up a service by its name or an alias, in any case (`S-R12`), and waits.
/// Without a protocol, or with "", the first entry that matches is the answer (`S-R4`).
///
/// # Errors
/// As for [`gethostbyname`].
pub fn getservbyname(
    name: impl AsRef<[u8]>,
    protocol: Option<&str>,
) -> Result<ServiceEntry, WsaError> {
    let protocol = protocol.map(str::as_bytes);
    block(query::service_by_name(name.as_ref(), protocol))
}

/// getservbyport: looks up a service by its port in network byte order, and waits. The upper 16
/// bits are ignored (`S-R11`). The protocol is as in [`getservbyname`].
///
/// # Errors
/// As for [`gethostbyname`].
pub fn getservbyport(port: i32, protocol: Option<&str>) -> Result<ServiceEntry, WsaError> {
    let protocol = protocol.map(str::as_bytes);
    block(query::service_by_network_port(port, protocol))
}

/// getprotobyname: looks up a protocol by its name or an alias, in any case (`S-R12`), and waits.
///
/// # Errors
/// As for [`gethostbyname`].
pub fn getprotobyname(name: impl AsRef<[u8]>) -> Result<ProtocolEntry, WsaError> {
    block(Query::ProtocolByName(name.as_ref()))
}

/// getprotobynumber: looks up a protocol by its number, in host order (`S-R11`), and waits.
///
/// # Errors
/// As for [`gethostbyname`].
pub fn getprotobynumber(number: i32) -> Result<ProtocolEntry, WsaError> {
    block(Query::ProtocolByNumber(number))
}
