//! The six requests and cancel, by their names in Winsock, and requests for either family.

use std::net::IpAddr;

use crate::address::AddressFamily;
use crate::bindings::types::Query;
use crate::checks::check_idle;
use crate::core::Route;
use crate::error::WsaError;
use crate::handle::{Hwnd, TaskHandle};
use crate::host::{self, Current, Host};
use crate::last_error::record;
use crate::query;

/// WSAAsyncGetHostByName: looks up the IPv4 addresses and other names of a host.
///
/// `name` is the name of a host, or an IPv4 address as text, which is its own answer (`S-R13`). An
/// empty name stands for the machine that runs the component. The answer is an
/// [`Answer::Host`](crate::Answer::Host).
///
/// # All six requests
/// A request returns at once. Its outcome comes in a message of number `message` to the window
/// `hwnd`, or to the thread if there is no window. The message does not come before the call has
/// returned (`S-R5`), and comes exactly once unless the request is cancelled (`S-R6`).
/// [`Message`](crate::Message) says what it contains. If the window does not exist by then, the
/// request ends silently (`S-M4`).
///
/// The arguments are copied (`S-R3`). An invalid argument is an error in the message, not of the
/// call (`S-R4`).
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) before start-up (`S-S5`).
/// - [`WSAEWOULDBLOCK`](crate::WSAEWOULDBLOCK) at a limit of the host. The same call works once
///   other requests end (`S-R2`).
/// - [`WSAENETDOWN`](crate::WSAENETDOWN) if the resolver side is down (`S-R18`).
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks (`S-B2`).
pub fn wsa_async_get_host_by_name(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, Query::HostByName(name.as_ref()))
}

/// WSAAsyncGetHostByAddr: looks up a host by its address: 4 bytes in network order, of the family
/// [`AF_INET`](crate::AF_INET) (`S-R14`). The answer is an [`Answer::Host`](crate::Answer::Host).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_host_by_addr(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    address: &[u8],
    family: i32,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, query::host_by_address(address, family))
}

/// WSAAsyncGetServByName: looks up a service by its name or an alias, in any case (`S-R12`).
/// Without a protocol, or with "", the first entry that matches is the answer (`S-R4`). The answer
/// is an [`Answer::Service`](crate::Answer::Service).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_serv_by_name(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
    protocol: Option<&str>,
) -> Result<TaskHandle, WsaError> {
    let query = query::service_by_name(name.as_ref(), protocol.map(str::as_bytes));
    start(hwnd, message, query)
}

/// WSAAsyncGetServByPort: looks up a service by its port in network byte order, such as
/// [`htons(80)`](crate::htons). The upper 16 bits are ignored (`S-R11`). The protocol and the
/// answer are as in [`wsa_async_get_serv_by_name`].
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_serv_by_port(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    port: i32,
    protocol: Option<&str>,
) -> Result<TaskHandle, WsaError> {
    let query = query::service_by_network_port(port, protocol.map(str::as_bytes));
    start(hwnd, message, query)
}

/// WSAAsyncGetProtoByName: looks up a protocol by its name or an alias, in any case (`S-R12`). The
/// answer is an [`Answer::Protocol`](crate::Answer::Protocol).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_proto_by_name(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, Query::ProtocolByName(name.as_ref()))
}

/// WSAAsyncGetProtoByNumber: looks up a protocol by its number, in host order (`S-R11`). The answer
/// is an [`Answer::Protocol`](crate::Answer::Protocol).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn wsa_async_get_proto_by_number(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    number: i32,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, Query::ProtocolByNumber(number))
}

/// Looks up the addresses of a host, of one family or of both, in the order in which to try them
/// (`S-A1`). Winsock has no such request; it is like its six, and the answer is an
/// [`Answer::Addresses`](crate::Answer::Addresses).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn request_addresses(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    name: impl AsRef<[u8]>,
    family: Option<AddressFamily>,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, query::addresses(name.as_ref(), family))
}

/// Looks up the name of a host by its IPv4 or IPv6 address (`S-A1`). Winsock has no such request;
/// it is like its six, and the answer is an [`Answer::Name`](crate::Answer::Name).
///
/// # Errors
/// As for [`wsa_async_get_host_by_name`].
pub fn request_name_of(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    address: impl Into<IpAddr>,
) -> Result<TaskHandle, WsaError> {
    start(hwnd, message, query::name_of(address.into()))
}

/// WSACancelAsyncRequest: cancels a request. After `Ok` its message never comes (`S-C1`). Never
/// waits, whatever a resolver is doing (`S-C6`).
///
/// A cancel in the handler that made the request is always in time, even if the host knows the
/// answer at once. There is no message before the library takes the completion (`S-C2`).
///
/// # Errors
/// - [`WSAEALREADY`](crate::WSAEALREADY) if the request has completed: its message was handled, or
///   waits in the queue, where it stays (`S-C2`).
/// - [`WSAEINVAL`](crate::WSAEINVAL) for any other number (`S-C3`).
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED), [`WSAENETDOWN`](crate::WSAENETDOWN) and
///   [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) as for the requests. They precede the errors of the
///   handle (`S-S5`, `S-C5`).
pub fn wsa_cancel_async_request(handle: TaskHandle) -> Result<(), WsaError> {
    // The host decides. The route is in the tag, so there is nothing to forget here.
    record(check_idle().and_then(|()| Current::cancel(handle)))
}

fn start(
    hwnd: impl Into<Option<Hwnd>>,
    message: u32,
    query: Query<'_>,
) -> Result<TaskHandle, WsaError> {
    let hwnd = hwnd.into();
    let tag = Route::Message { hwnd, message }.tag();
    record(check_idle().and_then(|()| host::request(query, tag)))
}
