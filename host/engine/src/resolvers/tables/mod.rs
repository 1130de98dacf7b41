//! Hosts, services and protocols in memory.

mod builder;
mod error;
mod hosts;
mod iana;
mod numbered;
mod parse;
mod resolver;

pub use self::builder::TablesBuilder;
pub use self::error::{LineError, Problem, TablesError};
pub use self::resolver::Tables;
