//! Winsock's asynchronous lookups for WebAssembly components.
//!
//! A component asks its host for hosts, services and protocols, goes on with its work, and is told
//! when each is found; whatever it no longer wants it cancels. There are two faces over the same
//! requests.
//!
//! # Futures
//! For those who never saw Winsock there is [`lookup`]. A request is a value that is a future, and
//! cancels when it is dropped:
//!
//! ```no_run
#![doc = include_str!("../examples/first-future.rs")]
//! ```
//!
//! # Windows and messages
//! For those who did, the calls have Winsock's names in Rust's spelling. A request names a window and
//! a message; when it ends, that message comes to that window:
//!
//! ```no_run
#![doc = include_str!("../examples/first-message.rs")]
//! ```
//!
//! - Start up with the guard [`Winsock`], or [`wsa_startup`] and [`wsa_cleanup`].
//! - Ask: [`wsa_async_get_host_by_name`], [`wsa_async_get_host_by_addr`],
//!   [`wsa_async_get_serv_by_name`], [`wsa_async_get_serv_by_port`],
//!   [`wsa_async_get_proto_by_name`], [`wsa_async_get_proto_by_number`]. Each returns a
//!   [`TaskHandle`].
//! - Change your mind: [`wsa_cancel_async_request`].
//! - Get messages: [`get_message`], [`peek_message`], [`dispatch_message`], [`wait_message`], or all in
//!   one, [`run_message_loop`]. [`Message::answer`] is what was found.
//! - Or wait for the answer on the spot, as Winsock 1.1 has it: [`gethostbyname`], [`gethostbyaddr`],
//!   [`getservbyname`], [`getservbyport`], [`getprotobyname`], [`getprotobynumber`]. Windows live on
//!   meanwhile, by the blocking hook ([`wsa_set_blocking_hook`], [`wsa_unhook_blocking_hook`],
//!   [`wsa_is_blocking`], [`wsa_cancel_blocking_call`]).
//! - Send them: [`post_message`], [`send_message`], [`post_quit_message`], [`set_timer`].
//!
//! What differs from C: answers own their data, so no call takes a buffer and none is too small;
//! [`Message`] says what its `lparam` tells all the same. Calls return `Result`s, whose errors are
//! the last error too ([`wsa_get_last_error`]).
//!
//! # Waiting
//! Nothing here spins. What waits sleeps in the host until a completion or the next timer; only a
//! blocking hook of the program's own is called by the clock too, each [`HOOK_PERIOD`]. Waiting for what
//! can never come is an error of [`get_message`] and [`wait_message`] and a panic of
//! [`lookup::block_on`], and no hang.
//!
//! # While a call blocks
//! The blocking calls run the blocking hook, and that the windows' procedures. What these call of
//! Winsock fails with [`WSAEINPROGRESS`], start-up and clean-up too; four calls work:
//! [`wsa_is_blocking`], [`wsa_cancel_blocking_call`], [`wsa_get_last_error`] and
//! [`wsa_set_last_error`] (`S-B2`). Windows, messages, timers and [`lookup`] are no calls of Winsock,
//! and work. A [`Winsock`] that is dropped then cleans up when the blocking call ends.
//!
//! Hooks are Winsock 1.1's: after start-ups of version 2 alone they cannot be set, and blocking calls
//! run the default one (`S-B4`).
//!
//! # Order of errors
//! Each call fails with the first that holds of [`WSANOTINITIALISED`], [`WSAENETDOWN`],
//! [`WSAEINPROGRESS`], and only then with what is wrong with its parameters (`S-S5`, `S-C5`).
//!
//! # Threads
//! Windows, messages, requests and futures belong to the thread that made them, as a component has
//! one. The host's stream of completions is one for the whole component: link one copy of this
//! library, and leave `take` of the interface to it.
//!
//! # Other faces
//! C programs have one of their own, the library `libws2_32.a` with its headers, over this crate:
//! `guest/c`. What such a face needs besides the calls above is in [`face`].
//!
//! # Rules
//! Names such as `S-C2` in these pages are rules of the project's reference semantics.
//!
//! # Features
//! - `readiness`: `subscribe()`, a WASI pollable, to wait for completions together with other things.
//!   The component then needs a host that has it.
//!
//! # Building
//! The target is `wasm32-wasip2`, or `wasm32-wasip1` for a core module that becomes a component later. The
//! crate compiles for others, so that tools and tests can read it, but its calls panic there.

#![warn(missing_docs)]
#![deny(unsafe_code)]

mod answer;
#[allow(unsafe_code, reason = "wit-bindgen's calls into the host")]
#[cfg_attr(
    test,
    allow(
        dead_code,
        unused_imports,
        reason = "native tests have a host of their own"
    )
)]
mod bindings;
mod blocking;
mod error;
pub mod face;
#[cfg(test)]
mod fake;
mod host;
pub mod lookup;
mod message;
mod query;
mod queue;
mod reactor;
#[cfg(feature = "readiness")]
mod readiness;
mod request;
mod route;
mod startup;
mod state;
#[cfg(test)]
mod testing;
mod timer;
mod waiter;
mod window;

pub use answer::{Answer, HostEntry, ProtocolEntry, ServiceEntry};
pub use blocking::{
    BlockingHook, HOOK_PERIOD, gethostbyaddr, gethostbyname, getprotobyname, getprotobynumber,
    getservbyname, getservbyport, wsa_cancel_blocking_call, wsa_is_blocking, wsa_set_blocking_hook,
    wsa_unhook_blocking_hook,
};
pub use error::*;
pub use message::{
    LResult, Message, WM_APP, WM_NULL, WM_QUIT, WM_TIMER, WM_USER, hiword, loword, makelparam,
    wsa_get_async_buflen, wsa_get_async_error,
};
pub use queue::{
    MessagesOf, QUEUE_LIMIT, Retrieved, get_message, peek_message, post_message, post_quit_message,
    run_message_loop, wait_message,
};
#[cfg(feature = "readiness")]
pub use readiness::subscribe;
pub use request::{
    AF_INET, TaskHandle, htons, ntohs, wsa_async_get_host_by_addr, wsa_async_get_host_by_name,
    wsa_async_get_proto_by_name, wsa_async_get_proto_by_number, wsa_async_get_serv_by_name,
    wsa_async_get_serv_by_port, wsa_cancel_async_request,
};
pub use startup::{Winsock, WsaData, makeword, wsa_cleanup, wsa_startup};
pub use timer::{USER_TIMER_MINIMUM, kill_timer, set_timer};
pub use window::{Hwnd, Window, destroy_window, dispatch_message, is_window, send_message};
