//! Cancellable, policed name lookups for components of wasmCloud: a plugin for its hosts.
//!
//! [`WinsockPlugin`] serves `winsock:async-lookup` in a host of `wash-runtime`. One engine serves
//! the host. Each component is a tenant of it, with the policy and the limits of its
//! [configuration](#configuration), and each instance of a component has a session.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use wash_runtime::host::HostBuilder;
//! use winsock_async_wasmcloud::WinsockPlugin;
//! use winsock_async_wasmcloud::engine::LookupEngine;
//!
//! # async fn start() -> anyhow::Result<()> {
//! let winsock = Arc::new(WinsockPlugin::new(LookupEngine::new()));
//! let host = HostBuilder::new()
//!     .with_plugin(Arc::clone(&winsock))?
//!     .build()?
//!     .start()
//!     .await?;
//! // The counts of all components.
//! println!("{}", winsock.metrics().total.requests);
//! host.stop().await
//! # }
//! ```
//!
//! A workload lists the interfaces that its components import in `host_interfaces`. For most
//! guests that is `winsock:async-lookup/lifecycle,requests,completions@0.1.0`. wash-runtime 0.1.0
//! binds plugins to the components of a workload alone, and not to its service.
//!
//! # Configuration
//!
//! The keys may stand in the configuration of the interface, for every component of the workload,
//! and in that of a component, `local_resources.config`. For each key, the component's value takes
//! the place of the workload's. Other keys that begin with `winsock.` are refused.
//!
//! | key | value | default |
//! |---|---|---|
//! | `winsock.policy` | TOML, as [`Policy::parse`] reads it | denies every host |
//! | `winsock.max-requests` | [`max_requests`] | 65,536 |
//! | `winsock.requests-per-component` | see below | 1,048,576 |
//! | `winsock.bytes-per-session` | [`bytes_per_session`] | 33,554,432 |
//! | `winsock.answer-bytes` | [`answer_bytes`] | 8,192 |
//! | `winsock.name-bytes` | [`name_bytes`] | 255 |
//! | `winsock.max-rate` | [`max_rate`]: `N` or `N/BURST` | none |
//! | `winsock.request-timeout` | [`request_timeout`]: `5s`, `1m 30s` | none |
//!
//! A session is an instance's. `winsock.requests-per-component` bounds the outstanding requests of
//! all instances of the component on one host.
//!
//! The defaults are those of [`WinsockPlugin::with_limits`]. A workload with a malformed value does
//! not start: the error names the key, and the line of a policy.
//!
//! The configuration is in the hands of those who deploy a component. To hold all components to a
//! bound, build the engine with limits for all of them, and with an
//! [`Inspector`](engine::Inspector), which every component shares.
//!
//! [`Policy::parse`]: engine::Policy::parse
//! [`max_requests`]: engine::Limits::max_requests
//! [`bytes_per_session`]: engine::Limits::bytes_per_session
//! [`answer_bytes`]: engine::Limits::answer_bytes
//! [`name_bytes`]: engine::Limits::name_bytes
//! [`max_rate`]: engine::Limits::max_rate
//! [`request_timeout`]: engine::Limits::request_timeout
//!
//! # Life
//!
//! - An instance's requests end with its store.
//! - When a workload stops, the pending requests of its instances complete with WSAENETDOWN, and
//!   new ones fail. Instances that wait wake up. Other components go on.
//! - When the host stops, the same happens to all components.
//!
//! # Features
//!
//! - `dns`: the resolver `engine::resolvers::Dns`.
//! - `tracing`: spans and events of `tracing`.
//! - `prometheus`: metrics for the crate `prometheus-client`, whose `Collector` the engine is.

#![deny(unsafe_code)]

mod bindings;
mod config;
mod guest;
mod linker;
mod plugin;

pub use winsock_async_engine as engine;

pub use self::config::ConfigError;
pub use self::plugin::{ComponentMetrics, PLUGIN_ID, WinsockPlugin};
