//! Hosts, services and protocols in memory.

mod builder;
mod error;
mod hosts;
mod iana;
mod index;
mod line;
mod protocols;
mod resolver;
mod services;
mod sources;
#[cfg(test)]
mod tests;

pub use self::builder::TablesBuilder;
pub use self::error::{LineError, Problem, TablesError};
pub use self::resolver::Tables;
