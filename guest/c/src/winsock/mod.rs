//! The functions of `winsock2.h`.
//!
//! They have the names of Winsock. A function that the C library has too is `ws2_32_NAME` here, and
//! the header maps its own name to that.

mod address;
mod blocking;
mod layout;
mod lifecycle;
mod request;

/// The result of most calls that fail.
const SOCKET_ERROR: i32 = -1;

/// Returns 0, or [`SOCKET_ERROR`] on failure. The guest library has already made the error the last
/// one.
fn status<T>(result: Result<T, winsock_async_guest::WsaError>) -> i32 {
    result.map_or(SOCKET_ERROR, |_| 0)
}
