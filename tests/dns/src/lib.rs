//! A name server on loopback that lies, for tests: a question's name selects the answer.
//!
//! The first label of a name, up to its first `-`, names a [`Lie`]. The rest of the label makes
//! names unique. For a name under `in-addr.arpa`, the last number of the address selects the lie:
//! see [`Lie::of_address`].

#[cfg(target_os = "linux")]
mod datagrams;
#[cfg(not(target_os = "linux"))]
#[path = "datagrams/one.rs"]
mod datagrams;
mod lie;
mod message;
mod server;

pub use self::lie::Lie;
pub use self::message::{CHAIN, MANY};
pub use self::server::Server;
