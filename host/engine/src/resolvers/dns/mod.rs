#![doc = include_str!("README.md")]

mod answer;
mod builder;
mod cache;
mod channel;
mod error;
mod event_loop;
mod fair_queue;
mod in_flight;
mod inbox;
mod lookup_queue;
#[allow(
    dead_code,
    unused_imports,
    reason = "the transport that uses it is to come"
)]
mod message;
mod poller;
mod question;
mod resolver;
mod server_selection;
#[cfg(test)]
mod waiter;

pub use self::builder::DnsBuilder;
pub use self::error::DnsError;
pub use self::resolver::Dns;
