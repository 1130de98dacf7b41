//! `wasi:http` for guests: requests by the guest's own lookups and the policy's rules.
//!
//! Guests in JavaScript, and many in Python and Rust, never open a socket. They send requests with
//! `wasi:http`. [`HttpHooks`] sends them, in place of the default hooks of `wasmtime_wasi_http`:
//!
//! - The host's name is looked up by the guest's session, under its policy, limits and statistics
//!   (`S-W1`).
//! - A connection goes only to an address of that answer. The policy must have a rule for that name
//!   and port, or for that address and port (`S-W4`). A rule for another name with the same address
//!   does not count.
//! - Each request has a connection of its own. The hooks follow no redirect and use no proxy.
//! - `https` is TLS 1.2 or 1.3 with the certificate authorities of [`tls_config`], or others.
//!
//! The hooks that `wasmtime_wasi_http` has by default look names up and connect by themselves, past
//! every rule. Do not use them for a guest that the policy is to hold.
//!
//! | the guest gets | when |
//! |---|---|
//! | `HTTP-request-denied` | the policy forbids the lookup, or the connection |
//! | `HTTP-request-URI-invalid` | the URI has more than a host and a port, or its host can be none |
//! | `DNS-error` with `NXDOMAIN` | there is no such name |
//! | `DNS-error` with `NOERROR` | the name has no address |
//! | `DNS-error` with `SERVFAIL` | a name server refuses or fails |
//! | `DNS-timeout` | a name server is silent or busy |
//! | `connection-limit-reached` | the guest may begin no more lookups, or the host has no port |
//! | `internal-error` | the host itself cannot connect, as without a free descriptor |
//! | `connection-timeout` | lookup, connection and TLS exceed the guest's connect-timeout |
//! | `connection-read-timeout` | the answer, or more of it, did not come in the guest's time |
//! | `TLS-certificate-error` | no authority vouches for the server's certificate and name |
//!
//! A time-out that the guest does not set is 600 s, as in `wasmtime_wasi_http`.
//!
//! ```
//! use wasmtime::component::{Linker, ResourceTable};
//! use wasmtime_wasi::WasiCtx;
//! use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
//! use winsock_async_wasmtime::WinsockCtx;
//! use winsock_async_wasmtime::engine::{LookupEngine, Policy};
//! use winsock_async_wasmtime::http::HttpHooks;
//!
//! struct State {
//!     table: ResourceTable,
//!     wasi: WasiCtx,
//!     winsock: WinsockCtx,
//!     http: WasiHttpCtx,
//!     hooks: HttpHooks,
//! }
//!
//! impl WasiHttpView for State {
//!     fn http(&mut self) -> WasiHttpCtxView<'_> {
//!         WasiHttpCtxView {
//!             ctx: &mut self.http,
//!             table: &mut self.table,
//!             hooks: &mut self.hooks,
//!         }
//!     }
//! }
//! # impl wasmtime_wasi::WasiView for State {
//! #     fn ctx(&mut self) -> wasmtime_wasi::WasiCtxView<'_> {
//! #         wasmtime_wasi::WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
//! #     }
//! # }
//!
//! let policy = Policy::deny_all().connect("api.example.com:443".parse()?);
//! let lookups = LookupEngine::builder().policy(policy).build();
//! let mut linker = Linker::<State>::new(&wasmtime::Engine::default());
//! wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
//! wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
//!
//! let winsock = WinsockCtx::new(&lookups);
//! let state = State {
//!     hooks: HttpHooks::new(&winsock),
//!     http: WasiHttpCtx::new(),
//!     table: ResourceTable::new(),
//!     wasi: WasiCtx::builder().build(),
//!     winsock,
//! };
//! # let _ = (linker, state);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod client;
mod error;
mod target;
mod tls;

use std::sync::Arc;

use rustls::ClientConfig;
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpHooks};

use self::client::{Client, Driver, Sent};
use crate::ctx::WinsockCtx;

pub use self::tls::tls_config;
pub use rustls;

/// Sends one guest's requests of `wasi:http`. A store's data has it beside its [`WinsockCtx`], and
/// names it in `WasiHttpView::http`.
#[derive(Clone, Debug)]
pub struct HttpHooks {
    client: Client,
}

impl HttpHooks {
    /// Creates the hooks of the guest whose context this is, with the public certificate
    /// authorities.
    pub fn new(winsock: &WinsockCtx) -> HttpHooks {
        let tls = tls_config([]).expect("public authorities have certificates");
        HttpHooks::with_tls(winsock, tls)
    }

    /// Creates hooks with another configuration of TLS, which hooks may share.
    pub fn with_tls(winsock: &WinsockCtx, tls: Arc<ClientConfig>) -> HttpHooks {
        HttpHooks {
            client: Client::new(winsock.lookups(), winsock.connections(), tls),
        }
    }
}

impl WasiHttpHooks for HttpHooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Driver,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let client = self.client.clone();
        let options = options.unwrap_or_default();
        Box::new(async move { client.send(request, options).await })
    }
}
