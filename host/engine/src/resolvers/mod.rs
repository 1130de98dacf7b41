//! The resolvers that come with the engine.
//!
//! # DNS
//!
//! With the feature `dns` there is `Dns`, which speaks DNS itself.
//!
//! # A custom resolver
//!
//! ```
#![doc = include_str!("../../examples/resolver.rs")]
//! ```

#[cfg(all(feature = "dns", not(unix)))]
compile_error!("the feature `dns` waits for sockets as Unix does: build without it");

mod chain;
mod deny;
#[cfg(feature = "dns")]
mod dns;
pub mod scripted;
mod system;
mod tables;

pub use chain::Chain;
pub use deny::Deny;
#[cfg(feature = "dns")]
pub use dns::{ConfError, ConfProblem, Dns, DnsBuilder, DnsError};
pub use scripted::{Rule, RuleError, Script, ScriptControl, ScriptError, Scripted};
pub use system::System;
pub use tables::{LineError, Problem, Tables, TablesBuilder, TablesError};
