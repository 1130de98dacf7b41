//! The six blocking calls.

use super::wait::block;
use crate::answer::{HostEntry, ProtocolEntry, ServiceEntry};
use crate::bindings::types::Query;
use crate::error::WsaError;
use crate::query;

/// gethostbyname: looks up a host's IPv4 addresses and other names, and waits for them.
///
/// `name` is as in [`wsa_async_get_host_by_name`](crate::wsa_async_get_host_by_name).
///
/// # All six blocking calls
/// They ask what their asynchronous siblings ask, with the same arguments, and return what came of it.
/// If the answer is not there at once, they call the blocking hook again and again until it is
/// (`S-B1`), and sleep in the host between. The default hook dispatches messages, so that windows live
/// on meanwhile, whatever the version; a program can have its own
/// ([`wsa_set_blocking_hook`](crate::wsa_set_blocking_hook)). Completions of other requests arrive as
/// ever.
///
/// While one blocks, every other call of Winsock in this thread fails with
/// [`WSAEINPROGRESS`](crate::WSAEINPROGRESS), but for
/// [`wsa_cancel_blocking_call`](crate::wsa_cancel_blocking_call),
/// [`wsa_is_blocking`](crate::wsa_is_blocking), [`wsa_get_last_error`](crate::wsa_get_last_error) and
/// [`wsa_set_last_error`](crate::wsa_set_last_error) (`S-B2`). Windows, messages, timers and
/// [`lookup`](crate::lookup) are no calls of Winsock, and work.
///
/// The answer owns its data, so it lives as long as the caller wants, not only until the next call
/// (`S-B5`).
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`).
/// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is or goes down (`S-R18`).
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while another blocks (`S-B2`).
/// - [`WSAEWOULDBLOCK`](crate::WSAEWOULDBLOCK) at a limit of the host, as for a request (`S-R2`).
/// - [`WSAEINTR`](crate::WSAEINTR) if it was cancelled (`S-B3`).
/// - Whatever a request's message can tell, such as [`WSAHOST_NOT_FOUND`](crate::WSAHOST_NOT_FOUND).
pub fn gethostbyname(name: impl AsRef<[u8]>) -> Result<HostEntry, WsaError> {
    block(Query::HostByName(name.as_ref()))
}

/// gethostbyaddr: looks up a host by its address, 4 bytes in network order of the family
/// [`AF_INET`](crate::AF_INET) (`S-R14`), and waits.
///
/// # Errors
/// As for [`gethostbyname`].
pub fn gethostbyaddr(address: &[u8], family: i32) -> Result<HostEntry, WsaError> {
    block(query::host_by_address(address, family))
}

/// getservbyname: looks up a service by its name or an alias, in any case, and waits. Without a
/// protocol, or with "", the first entry that matches is taken (`S-R4`, `S-R12`).
///
/// # Errors
/// As for [`gethostbyname`].
pub fn getservbyname(
    name: impl AsRef<[u8]>,
    protocol: Option<&str>,
) -> Result<ServiceEntry, WsaError> {
    block(query::service_by_name(
        name.as_ref(),
        protocol.map(str::as_bytes),
    ))
}

/// getservbyport: looks up a service by its port, which is in network byte order and of which the upper
/// 16 bits are ignored (`S-R11`), and waits. The protocol is as in [`getservbyname`].
///
/// # Errors
/// As for [`gethostbyname`].
pub fn getservbyport(port: i32, protocol: Option<&str>) -> Result<ServiceEntry, WsaError> {
    block(query::service_by_network_port(
        port,
        protocol.map(str::as_bytes),
    ))
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
