#![doc = include_str!("README.md")]

mod answer;
mod builder;
mod cache;
mod derived;
mod error;
mod event_loop;
mod fair_queue;
mod in_flight;
mod inbox;
mod keys;
mod lookup_queue;
mod memory;
mod message;
mod resolver;
mod server_selection;
mod transport;
#[cfg(test)]
mod waiter;

pub use self::builder::DnsBuilder;
pub use self::error::DnsError;
pub use self::resolver::Dns;
