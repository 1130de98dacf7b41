//! Cancellable, policed name lookups for WebAssembly guests: the engine.
//!
//! A guest requests a lookup of a host, service or protocol and goes on with its work. Later it
//! takes the completion, or cancels the request. Each request is either cancelled, and has no
//! completion, or has exactly one completion (`S-C8`). Winsock's asynchronous calls, such as
//! `WSAAsyncGetHostByName`, are the oldest interface of this kind, and the names and errors here
//! are Winsock's.
//!
//! This crate depends on no WebAssembly runtime. `winsock-async-wasmtime` connects it to wasmtime,
//! and `winsock-async-core` to runtimes without components.
//! Names such as `S-C8` are rules of the reference semantics in `docs/semantics.md`.
//!
//! # Engine and sessions
//!
//! An embedder makes one [`LookupEngine`] for a process: a resolver, a policy, limits and worker
//! threads. Each guest gets a [`Session`], which one thread uses at a time:
//!
//! ```no_run
#![doc = include_str!("../examples/session.rs")]
//! ```
//!
//! # Lookups as futures
//!
//! [`Session::lookups`] gives [`Lookups`] for the other interfaces of the same guest, such as
//! WASI's own. [`LookupEngine::lookups`] gives them for a guest without a session.
//! [`Lookups::begin`] starts a lookup and returns a [`PendingLookup`], a future of its outcome that
//! any thread or task may await. Dropping it cancels the lookup (`S-W3`).
//!
//! All requests of a guest have the same policy and statistics, count for the same limits, and
//! share its workers (`S-W1`). A session's calls never show lookups, and its clean-up and its drop
//! do not end them.
//!
//! # Resolvers
//!
//! A [`Resolver`] answers lookups:
//!
//! | resolver | answers | how |
//! |---|---|---|
//! | [`System`](resolvers::System) | hosts, by the operating system's name service | blocking |
//! | [`Dns`](resolvers#dns) | hosts, by name servers; feature `dns` | asynchronously |
//! | [`Tables`](resolvers::Tables) | hosts, services, protocols, from files or IANA | at once |
//! | [`Chain`](resolvers::Chain) | what the first of several resolvers knows | as that one does |
//! | [`Deny`](resolvers::Deny) | WSAEACCES, to everything | at once |
//! | [`Scripted`](resolvers::Scripted) | what a script says, for tests | as the script says |
//!
//! The default is `Tables::system()`, then `System`. The trait [`Resolver`] shows how to write
//! another. An answer that is known at once is a completion too, never a result of the call
//! (`S-R5`).
//!
//! # Policy
//!
//! A new [`Policy`] allows no host. A lookup that it forbids completes with WSAEACCES and reaches
//! no resolver (`S-R16`). Answers lose addresses of no public host, such as loopback, unless the
//! policy allows them. Services and protocols are public data and always allowed. See [`policy`].
//!
//! An [`Inspector`] sees each question that the policy allows, and each outcome. It can answer,
//! change or refuse either; the policy applies to the result.
//!
//! # Limits
//!
//! [`Limits`] bound what a guest uses: outstanding requests, their rate and bytes, and worker
//! threads. A call past a limit begins no request and fails with WSAEWOULDBLOCK (`S-R2`).
//! [`Limits::most_bytes`] computes the memory that a number of guests can make the engine hold.
//!
//! # Errors
//!
//! [`ErrorCode`] has all of Winsock's errors. The engine returns these:
//!
//! | error | from | when |
//! |---|---|---|
//! | WSAEACCES | completion | the policy forbids the host, or every address of the answer |
//! | | | the inspector refuses, or the resolver is `Deny` |
//! | WSAEINVAL | cancel | no such handle is outstanding or recently completed (`S-C3`) |
//! | | completion | an address is not 4 bytes of AF_INET (`S-R14`) |
//! | WSAEWOULDBLOCK | request, lookup | a limit is reached (`S-R2`) |
//! | WSAEALREADY | cancel | the request's completion was taken (`S-C2`) |
//! | WSAENETDOWN | request, cancel, lookup | the engine is down, or has no worker (`S-R18`) |
//! | | completion | the engine went down while the request was pending |
//! | WSANOTINITIALISED | request, cancel | there was no start-up (`S-S5`) |
//! | | clean-up | there were as many clean-ups as start-ups (`S-S3`) |
//! | WSAHOST_NOT_FOUND | completion | there is no such host |
//! | | | the name is an address of the family that was not asked for (`S-A2`) |
//! | | | the name is too long, not UTF-8, or has a NUL |
//! | WSATRY_AGAIN | completion | a name server is silent or busy, or the request timed out |
//! | | | the machine is short of a resource |
//! | WSANO_RECOVERY | completion | a name server refuses or fails |
//! | | | the resolver or inspector panics, or answers another question |
//! | | | the answer is too large, even after trimming |
//! | WSANO_DATA | completion | the host has no address of the family |
//! | | | the name reads as an address, and is no IPv4 one (`S-R13`) |
//! | | | there is no such service or protocol |
//!
//! A lookup is a future, whose outcome has the errors of completions too. A resolver can return any
//! error in a completion. A request or cancel that fails changes nothing.
//!
//! # Taking the engine down
//!
//! [`LookupEngine::take_down`] completes all pending requests and lookups with WSAENETDOWN.
//! Requests and cancels fail with it until [`LookupEngine::bring_up`] (`S-R18`). Completions can
//! still be taken, and nothing hangs. Embedders call it when the network is lost, or before they
//! replace a name service.
//!
//! # Threads
//!
//! An engine starts [`Limits::workers`] worker threads, `winsock-0` and so on. A worker runs
//! lookups that block, and serves sessions in turn, so a guest with many requests does not delay
//! others.
//!
//! A lookup that runs in a resolver cannot be stopped. After a cancel its result is dropped
//! (`S-C1`), but its worker is *stuck* until the resolver returns. A worker is also stuck if its
//! lookup runs longer than [`Limits::stuck_after`]. While other lookups wait, extra workers replace
//! stuck and slow ones, up to [`Limits::max_extra_workers`] (`S-C7`). Past that limit, requests
//! that need a worker fail with WSAEWOULDBLOCK; requests that need none still work.
//!
//! The thread `winsock-watchdog` finds stuck workers and enforces [`Limits::request_timeout`]. It
//! starts when it is first needed. Threads end after the engine's last clone and its last session
//! are dropped. No thread is ever joined, because a resolver may never return.
//!
//! # Observability
//!
//! - [`Session::stats`] and [`LookupEngine::metrics`] return counts of requests by outcome, and
//!   latencies if [`measure_latency`](LookupEngineBuilder::measure_latency) is on.
//! - An [`Observer`](observe::Observer) is called for each step of each request.
//! - Feature `tracing`: each request has a span `lookup` with its session, handle and kind. Spans
//!   and events have the target `winsock_async` and the level info. Events of the level debug have
//!   the question and the answer, escaped, so that a guest cannot forge log lines. What a resolver
//!   logs on a worker is inside the span.
//! - Feature `prometheus`: metrics as text, or as a `Collector` of the crate `prometheus-client`.
//!
//! # Features
//!
//! `dns` is on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `dns` | the resolver `Dns` |
//! | `prometheus` | `Metrics::to_prometheus`, and the engine as a `Collector` |
//! | `tracing` | spans and events of `tracing` |
//! | `wasmtime` | `ComponentType`, `Lift` and `Lower` for the types of the interface |
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod engine;
mod files;
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
mod text;
pub mod types;

pub use self::engine::{LookupEngine, LookupEngineBuilder};
pub use self::judge::{Inspection, Inspector};
pub use self::limits::{Limits, Rate};
pub use self::lookup::{Lookup, Resolution, Resolver, Responder};
pub use self::metrics::{LatencyHistogram, Metrics, RequestStats};
pub use self::names::is_host;
pub use self::policy::{ConnectionDenied, ConnectionRule, ConnectionUse, Policy};
pub use self::session::{Connections, Lookups, PendingLookup, Readiness, Session};
pub use self::text::DisplayText;
pub use self::types::{
    AF_INET, AddressFamily, AddressList, AddressQuery, Answer, Completion, ErrorCode, HostEntry,
    IpAddress, NameQuery, Outcome, ProtocolEntry, Query, ServiceEntry, ServiceNameQuery,
    ServicePortQuery, TaskHandle,
};
