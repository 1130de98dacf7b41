//! What `winsock2.h` declares.
//!
//! Functions have Winsock's names. Those that the C library has too are `ws2_32_NAME`, which the header
//! calls by their own names.

mod address;
mod blocking;
mod layout;
mod lifecycle;
mod request;

/// What most calls return when they fail.
const SOCKET_ERROR: i32 = -1;

/// 0, or [`SOCKET_ERROR`] with the error as the last one, where the guest library has put it.
fn status<T>(result: Result<T, winsock_async_guest::WsaError>) -> i32 {
    result.map_or(SOCKET_ERROR, |_| 0)
}
