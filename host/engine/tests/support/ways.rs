//! A resolver that answers in each of the ways there are.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread;

use winsock_async_engine::{HostEntry, Outcome};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

/// How an answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Known,
    Worker,
    ReplyAtOnce,
    ReplyFromElsewhere,
}

pub const WAYS: [Way; 4] = [
    Way::Known,
    Way::Worker,
    Way::ReplyAtOnce,
    Way::ReplyFromElsewhere,
];

/// Gives every host the same addresses, in one way, and remembers what it was asked.
#[derive(Clone)]
pub struct Ways {
    way: Way,
    addresses: Vec<Ipv4Addr>,
    asked: Arc<Mutex<Vec<Lookup>>>,
}

impl Ways {
    pub fn new(way: Way, addresses: &[Ipv4Addr]) -> Ways {
        let addresses = addresses.to_vec();
        let asked = Arc::default();
        Ways {
            way,
            addresses,
            asked,
        }
    }

    /// The lookups that it knew of at once, or was asked for.
    pub fn asked(&self) -> Vec<Lookup> {
        self.asked.lock().unwrap().clone()
    }

    pub fn answer(&self) -> Outcome {
        let addresses = self.addresses.iter().copied();
        let host = HostEntry::new("official.test", addresses).with_aliases(["alias.test"]);
        Ok(Arc::new(host.into()))
    }
}

impl Resolver for Ways {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match self.way {
            Way::Known => Resolution::Ready(self.resolve_blocking(lookup)),
            Way::Worker => Resolution::Blocking,
            Way::ReplyAtOnce | Way::ReplyFromElsewhere => Resolution::Async,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        self.asked.lock().unwrap().push(lookup.clone());
        self.answer()
    }

    fn start(&self, lookup: &Lookup, reply: Responder) {
        let outcome = self.resolve_blocking(lookup);
        match self.way {
            Way::ReplyFromElsewhere => {
                let elsewhere = thread::Builder::new().name("elsewhere".into());
                elsewhere.spawn(move || reply.send(outcome)).unwrap();
            }
            _ => reply.send(outcome),
        }
    }
}
