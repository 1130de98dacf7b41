//! A name server on loopback that lies, for tests: a question's name selects the answer.
//!
//! The first label of a name, up to its first `-`, names a [`Lie`]. The rest of the label makes
//! names unique. A second label that begins with `v6-` names the lie for IPv6 addresses:
//! `good.v6-silent.test` has an A record, and no answer for AAAA. For a name under `in-addr.arpa`
//! or `ip6.arpa`, the last byte of the address selects the lie: see [`Lie::of_address`].

#[cfg(target_os = "linux")]
mod datagrams;
#[cfg(not(target_os = "linux"))]
#[path = "datagrams/one.rs"]
mod datagrams;
mod lie;
mod message;
mod server;

pub use self::lie::Lie;
pub use self::message::{CHAIN, MANY, MANY_IPV6};
pub use self::server::Server;
