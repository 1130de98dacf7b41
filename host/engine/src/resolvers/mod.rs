//! The resolvers that come with the engine.
//!
//! # DNS
//!
//! The feature `dns`, on by default, adds `Dns`, a DNS client.
//!
//! # A custom resolver
//!
//! ```
#![doc = include_str!("../../examples/resolver.rs")]
//! ```

mod chain;
mod deny;
#[cfg(feature = "dns")]
mod dns;
mod order;
#[cfg(any(feature = "dns", all(target_os = "linux", target_env = "gnu")))]
mod resolv_conf;
pub mod scripted;
#[cfg(any(feature = "dns", all(target_os = "linux", target_env = "gnu")))]
mod search;
#[cfg(any(feature = "dns", all(target_os = "linux", target_env = "gnu")))]
mod settings;
mod special;
#[cfg(not(target_family = "wasm"))]
mod system;
mod tables;
mod wait;
mod words;

pub use chain::Chain;
pub use deny::Deny;
#[cfg(feature = "dns")]
pub use dns::{Dns, DnsBuilder, DnsError};
#[cfg(feature = "dns")]
pub use resolv_conf::{ConfError, ConfProblem, WordProblem};
pub use scripted::{Rule, RuleError, Script, ScriptControl, ScriptError, Scripted};
pub use special::special_name;
#[cfg(not(target_family = "wasm"))]
pub use system::System;
pub use tables::{LineError, Problem, Tables, TablesBuilder, TablesError};
