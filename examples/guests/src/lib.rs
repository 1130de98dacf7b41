//! Code that the example guests share: the queries and reports of `lookup`, and the exit status.

#![warn(missing_docs)]

mod plain;
mod query;
mod report;
mod status;

pub use plain::Plain;
pub use query::{BadQuery, Query};
pub use report::{Outcome, Report};
pub use status::{Status, exit};
