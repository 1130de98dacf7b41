//! Winsock's asynchronous lookups for WebAssembly components.
//!
//! A component starts lookups of hosts, services and protocols, goes on with its work, and learns
//! when each has completed. It can cancel a lookup that it no longer needs. Two faces share the
//! same requests: futures, and windows with messages.
//!
//! # Futures
//! [`lookup`] needs no knowledge of Winsock. A request is a future of its answer, and cancels when
//! it is dropped:
//!
//! ```no_run
#![doc = include_str!("../examples/first-future.rs")]
//! ```
//!
//! # Windows and messages
//! The calls of Winsock have their names here in Rust's spelling. A request names a window and a
//! message. When the request ends, that message comes to that window:
//!
//! ```no_run
#![doc = include_str!("../examples/first-message.rs")]
//! ```
//!
//! - Start up with the guard [`Winsock`], or with [`wsa_startup`] and [`wsa_cleanup`].
//! - Ask with [`wsa_async_get_host_by_name`], [`wsa_async_get_host_by_addr`],
//!   [`wsa_async_get_serv_by_name`], [`wsa_async_get_serv_by_port`],
//!   [`wsa_async_get_proto_by_name`] and [`wsa_async_get_proto_by_number`]. Each returns a
//!   [`TaskHandle`].
//! - Ask for addresses of both families with [`request_addresses`], and for the name of either with
//!   [`request_name_of`].
//! - Cancel with [`wsa_cancel_async_request`].
//! - Get messages with [`get_message`], [`peek_message`], [`dispatch_message`] and
//!   [`wait_message`], or with all of them in [`run_message_loop`]. [`Message::answer`] returns
//!   what was found.
//! - Send messages with [`post_message`], [`send_message`], [`post_quit_message`] and
//!   [`set_timer`].
//! - Or block until the answer is there, as in Winsock 1.1: [`gethostbyname`], [`gethostbyaddr`],
//!   [`getservbyname`], [`getservbyport`], [`getprotobyname`], [`getprotobynumber`]. While a call
//!   blocks, its hook keeps windows working ([`wsa_set_blocking_hook`],
//!   [`wsa_unhook_blocking_hook`], [`wsa_is_blocking`], [`wsa_cancel_blocking_call`]).
//!
//! Two things differ from C. Answers own their data, so no call takes a buffer; the `lparam` of a
//! [`Message`] still tells the size. Calls return `Result`s, whose errors are the last error too
//! ([`wsa_get_last_error`]).
//!
//! # Waiting
//! Nothing here spins. A call that waits sleeps in the host until a completion or the next timer.
//! While a call blocks, a hook of the program is called at least every [`HOOK_PERIOD`]. A wait that
//! could never end does not hang: it is an error of [`get_message`] and [`wait_message`], and a
//! panic of [`lookup::block_on`].
//!
//! # While a call blocks
//! A blocking call runs the blocking hook, which runs the procedures of windows. There, calls of
//! Winsock fail with [`WSAEINPROGRESS`], start-up and clean-up among them (`S-B2`). Four calls
//! work: [`wsa_is_blocking`], [`wsa_cancel_blocking_call`], [`wsa_get_last_error`] and
//! [`wsa_set_last_error`]. Windows, messages, timers and [`lookup`] are no calls of Winsock, and
//! work. A [`Winsock`] that is dropped there cleans up when the blocking call ends.
//!
//! Hooks belong to Winsock 1.1. After start-ups of version 2 alone no hook can be set, and blocking
//! calls run the default one (`S-B4`).
//!
//! # Order of errors
//! A call fails with the first that applies of [`WSANOTINITIALISED`], [`WSAENETDOWN`] and
//! [`WSAEINPROGRESS`]. Errors of its parameters come after these (`S-S5`, `S-C5`).
//!
//! # Threads
//! Windows, messages, requests and futures belong to the thread that made them; a component has one
//! thread. The host has one stream of completions for the whole component. So link one copy of this
//! library, and do not call `take` of the interface beside it.
//!
//! # Other faces
//! C programs use the library `libws2_32.a` with its headers, which the crate `winsock-async-c`
//! builds over this one. [`face`] has what such a face needs besides the calls above.
//!
//! # Rules
//! Names such as `S-C2` are rules of the reference semantics of this project, in
//! `docs/semantics.md` of its repository.
//!
//! # Features
//! - `readiness` (off by default): `subscribe()`, a WASI pollable, to wait for completions together
//!   with other things. The component then needs a host that has this interface.
//!
//! # Building
//! The target is `wasm32-wasip2`, or `wasm32-wasip1` for a core module that becomes a component
//! later. The crate compiles for other targets, so that tools and tests can read it, but there its
//! calls panic.

#![warn(missing_docs)]
#![deny(unsafe_code)]

// The floors of this crate, the lowest first. A module uses those below it, and none above.

// Values without state.
mod address;
mod answer;
#[allow(unsafe_code, reason = "wit-bindgen's calls into the host")]
#[cfg_attr(
    test,
    allow(dead_code, unused_imports, reason = "native tests run on a fake host")
)]
mod bindings;
mod error;
mod handle;
mod message;
mod query;

// The tables of a thread, and the calls of the host.
mod core;
mod host;

// The state of a thread, and helpers that the calls share.
mod checks;
mod last_error;
mod reactor;
mod runtime;
mod waiter;

// The calls.
mod blocking;
pub mod face;
pub mod lookup;
mod queue;
#[cfg(feature = "readiness")]
mod readiness;
mod request;
mod startup;
mod timer;
mod window;

#[cfg(test)]
mod tests;

pub use self::core::{MessagesOf, QUEUE_LIMIT, USER_TIMER_MINIMUM};
pub use address::{AddressFamily, AddressList};
pub use answer::{Answer, HostEntry, ProtocolEntry, ServiceEntry};
pub use blocking::{
    BlockingHook, HOOK_PERIOD, gethostbyaddr, gethostbyname, getprotobyname, getprotobynumber,
    getservbyname, getservbyport, wsa_cancel_blocking_call, wsa_is_blocking, wsa_set_blocking_hook,
    wsa_unhook_blocking_hook,
};
pub use error::*;
pub use handle::{Hwnd, TaskHandle};
pub use last_error::{wsa_get_last_error, wsa_set_last_error};
pub use message::{
    LResult, Message, WM_APP, WM_NULL, WM_QUIT, WM_TIMER, WM_USER, hiword, loword, makelparam,
    wsa_get_async_buflen, wsa_get_async_error,
};
pub use query::{AF_INET, htons, ntohs};
pub use queue::{
    Retrieved, get_message, peek_message, post_message, post_quit_message, run_message_loop,
    wait_message,
};
#[cfg(feature = "readiness")]
pub use readiness::subscribe;
pub use request::{
    request_addresses, request_name_of, wsa_async_get_host_by_addr, wsa_async_get_host_by_name,
    wsa_async_get_proto_by_name, wsa_async_get_proto_by_number, wsa_async_get_serv_by_name,
    wsa_async_get_serv_by_port, wsa_cancel_async_request,
};
pub use startup::{Winsock, WsaData, makeword, wsa_cleanup, wsa_startup};
pub use timer::{kill_timer, set_timer};
pub use window::{Window, destroy_window, dispatch_message, is_window, send_message};
