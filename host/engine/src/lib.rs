//! Winsock's asynchronous lookups for WebAssembly guests: the host's side.
//!
//! A guest asks for hosts, services and protocols, goes on with its work, and takes each answer
//! later, or cancels. A request is either cancelled, and then nothing of it arrives, or completed,
//! and then it arrives exactly once; the guest is told which (`S-C8`).
//!
//! This crate knows no runtime; `winsock-async-wasmtime` is its face for wasmtime. Names such as `S-C8` in these pages are rules of the project's
//! reference semantics; `docs/semantics.md` lists them, and `cargo xtask rules` the tests of each.
//!
//! # The engine
//!
//! A [`LookupEngine`] is made once for a process: a resolver, a policy, limits, and the threads that
//! wait for answers. Each guest gets a [`Session`] of it, which is used by one thread at a time, that of
//! the guest, and whose calls are those of the interface:
//!
//! ```no_run
#![doc = include_str!("../examples/embed.rs")]
//! ```
//!
//! # Resolvers
//!
//! Answers come from a [`Resolver`](Resolver):
//!
//! | resolver | what it answers | how |
//! |---|---|---|
//! | [`System`](resolvers::System) | hosts, by the operating system's name service | on a worker thread |
//! | [`Dns`](resolvers#dns) | hosts, by name servers; with the feature `dns` | later, on no worker thread |
//! | [`Tables`](resolvers::Tables) | hosts, services and protocols, from the files in `/etc`, files of one's own, or IANA's registries | at once |
//! | [`Chain`](resolvers::Chain) | what the first of several resolvers has | as they do |
//! | [`Deny`](resolvers::Deny) | WSAEACCES, to everything | at once |
//! | [`Scripted`](resolvers::Scripted) | what a script says: answers, delays, errors, or nothing ever | as the script says |
//!
//! The default is `Tables::system()`, then `System`. One of one's own says what it knows at once in
//! `try_resolve`, on the guest's thread, and looks up what takes time in `resolve_blocking`, on a worker; or, if it has threads of its own,
//! begins in `start` and sends a [`Responder`](Responder) when it knows. What is known at once arrives as a completion too, never
//! before the call has returned (`S-R5`).
//!
//! # Policy and limits
//!
//! No host may be looked up unless the embedder's [`Policy`] allows it; services and protocols are
//! public data (`S-R16`). An answer has no loopback, private or other address of no public host unless the policy
//! allows that. See [`policy`] for the patterns, and for what they do not cover.
//!
//! An [`Inspector`](Inspector) of the embedder's own sees each question that the policy allows, and each
//! outcome, and may answer, change or refuse either; the policy holds whatever it does.
//!
//! [`Limits`] bound the outstanding requests of a session and of the engine, how fast a session begins
//! them, the bytes that it holds, the length of a name, the size of an answer, and the worker threads. Past a limit a request is
//! not begun: WSAEWOULDBLOCK, never a trap (`S-R2`). A name that is too long is one that no host has. An answer that is too
//! large is cut. [`Limits::most_bytes`] is the memory that all of this comes to at most, for so many guests.
//!
//! # Errors
//!
//! [`ErrorCode`] has Winsock's names and numbers. This engine gives these:
//!
//! | Winsock's | number | from | when |
//! |---|---|---|---|
//! | WSAEACCES | 10013 | a completion | the policy forbids the host, or every address of the answer, or the resolver is `Deny` |
//! | WSAEINVAL | 10022 | cancel | it is no handle of this session that is outstanding or completed lately (`S-C3`) |
//! | | | a completion | an address that is not 4 bytes of AF_INET (`S-R14`) |
//! | WSAEWOULDBLOCK | 10035 | a request | a limit is reached; the same call works once others end |
//! | WSAEALREADY | 10037 | cancel | the request has completed (`S-C2`) |
//! | WSAENETDOWN | 10050 | a request, cancel | the engine was taken down, or has no worker thread (`S-R18`) |
//! | | | a completion | the engine was taken down while the request was pending |
//! | WSANOTINITIALISED | 10093 | a request, cancel | there was no start-up (`S-S5`) |
//! | | | clean-up | there was one clean-up too many (`S-S3`) |
//! | WSAHOST_NOT_FOUND | 11001 | a completion | no such host, or a name that no host can have: not UTF-8, a NUL, too long |
//! | WSATRY_AGAIN | 11002 | a completion | a name server was silent or busy, the machine is short of something, or the deadline has passed |
//! | WSANO_RECOVERY | 11003 | a completion | a name server refused or is broken, or the resolver or the inspector panicked, answered something else, or an answer that is too large even when cut |
//! | WSANO_DATA | 11004 | a completion | a host without an IPv4 address, text that reads as an address and is no IPv4 one (`S-R13`), no such service or protocol |
//!
//! In a completion a resolver of one's own, or a script, may give any other. An `async-request` or a
//! cancel that fails has changed nothing.
//!
//! # Going down
//!
//! [`LookupEngine::take_down`] ends what is pending in every session, with WSAENETDOWN, and has new
//! requests and cancels fail with it until [`LookupEngine::bring_up`] (`S-R18`). Guests run on: what has
//! completed can be taken, and nothing hangs. An embedder does so when the network goes, or before a
//! name service is exchanged.
//!
//! # Threads
//!
//! An engine starts its workers when it is built: `winsock-0` and so on, [`Limits::workers`] of them. They
//! take sessions in turn, one job each, so that one guest's million requests do not hold up another's
//! first. They are detached and never joined, and end when the last clone of the engine and its last
//! session are gone.
//!
//! A lookup that has begun cannot be stopped. When it is cancelled the session forgets it at once, and
//! what the resolver says later is dropped. The worker that is in it counts as stuck
//! ([`LookupEngine::stuck_workers`]), as does one that is in any lookup for longer than [`Limits::stuck_after`], and a
//! spare takes its place while others wait, up to [`Limits::max_extra_workers`] (`S-C7`); so it does for one that is
//! merely slow, for more than some 10 ms, that others need not wait for it. While all of these are stuck, or
//! [`Limits::max_workers_per_session`] for this guest, what needs a worker is refused with WSAEWOULDBLOCK at the call; what
//! waits can be cancelled, and what is known at once is answered as ever.
//!
//! [`Limits::request_timeout`] is a deadline for each request, past which it completes with WSATRY_AGAIN. One more thread,
//! `winsock-watchdog`, is started when it has something to do: it tells sessions of deadlines, and finds workers that
//! are stuck.
//!
//! # To see what goes on
//!
//! [`LookupEngine::metrics`] is a snapshot: how requests of all sessions ended, what is outstanding and queued, workers
//! that are busy or stuck, and latencies if [`measure_latency`](LookupEngineBuilder::measure_latency) is on. A session's own
//! counts are [`Session::stats`].
//!
//! An [`Observer`](observe::Observer) is told of each step of each request, as it happens. With the feature `tracing`
//! there is one that makes a span `lookup` of each request, with its session, handle and kind, and in it events
//! `request`, `start`, `finish`, and `answer`, `denial` or `cancel`; what resolvers log on workers is in it too. All have the
//! target `winsock_async` and the level info. What is asked and answered is in events of the level debug alone, escaped,
//! so that a guest cannot write lines of its own. While nobody listens this costs some nanoseconds a request.
//!
//! # Features
//!
//! - `wasmtime`: derives `ComponentType`, `Lift` and `Lower` for the interface's types, which
//!   `winsock-async-wasmtime` needs. Without this feature the crate depends on no runtime.
//! - `tracing`: spans and events of `tracing`.
//! - `prometheus`: `Metrics::to_prometheus`, and the engine as a `Collector` of the crate `prometheus-client`.
//! - `dns`: the resolver `Dns`, on the library c-ares, whose C source is built with it: that takes a C compiler, CMake and make. On Unix.
//!
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod engine;
mod judge;
mod limits;
mod lookup;
mod metrics;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
mod names;
pub mod observe;
mod panics;
pub mod policy;
mod pool;
#[cfg(feature = "prometheus")]
mod prometheus;
mod registry;
pub mod resolvers;
mod session;
mod shared;
mod sync;
pub mod types;

pub use self::engine::{LookupEngine, LookupEngineBuilder};
pub use self::judge::{Inspection, Inspector};
pub use self::limits::{Limits, Rate};
pub use self::lookup::{Lookup, Resolution, Resolver, Responder};
pub use self::metrics::{LatencyHistogram, Metrics, SessionStats};
pub use self::policy::Policy;
pub use self::session::{Readiness, Session};
pub use self::types::{
    AF_INET, AddressQuery, Answer, Completion, ErrorCode, HostEntry, Outcome, ProtocolEntry, Query,
    ServiceEntry, ServiceNameQuery, ServicePortQuery, TaskHandle,
};
