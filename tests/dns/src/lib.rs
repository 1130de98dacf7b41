//! A name server on loopback that lies, for tests: what it does with a question is in the name that is asked for.
//!
//! The first label of a name, up to its first `-`, names a [`Lie`]; what follows makes names unique. A name under
//! `in-addr.arpa` has the last number of its address for a lie: see [`Lie::of_address`].

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
