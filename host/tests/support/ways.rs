//! A resolver that answers in each of the ways there are.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread;

use winsock_async_host::resolve::{Known, Lookup, Reply, Resolver};
use winsock_async_host::{HostEntry, Outcome};

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
    fn known(&self, lookup: &Lookup) -> Known {
        match self.way {
            Way::Known => Known::Now(self.resolve(lookup)),
            Way::Worker => Known::Later,
            Way::ReplyAtOnce | Way::ReplyFromElsewhere => Known::Asks,
        }
    }

    fn resolve(&self, lookup: &Lookup) -> Outcome {
        self.asked.lock().unwrap().push(lookup.clone());
        self.answer()
    }

    fn ask(&self, lookup: &Lookup, reply: Reply) {
        let outcome = self.resolve(lookup);
        match self.way {
            Way::ReplyFromElsewhere => {
                let elsewhere = thread::Builder::new().name("elsewhere".into());
                elsewhere.spawn(move || reply.send(outcome)).unwrap();
            }
            _ => reply.send(outcome),
        }
    }
}
