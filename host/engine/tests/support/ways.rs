//! A resolver that answers in each possible way.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread;

use winsock_async_engine::{HostEntry, Outcome};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

/// How a resolver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Known,
    Worker,
    RespondsAtOnce,
    RespondsFromElsewhere,
}

pub(crate) const WAYS: [Way; 4] = [
    Way::Known,
    Way::Worker,
    Way::RespondsAtOnce,
    Way::RespondsFromElsewhere,
];

/// Answers every host with the same addresses in one way, and records the lookups.
#[derive(Clone)]
pub(crate) struct Ways {
    way: Way,
    addresses: Vec<Ipv4Addr>,
    asked: Arc<Mutex<Vec<Lookup>>>,
}

impl Ways {
    pub(crate) fn new(way: Way, addresses: &[Ipv4Addr]) -> Ways {
        let addresses = addresses.to_vec();
        let asked = Arc::default();
        Ways {
            way,
            addresses,
            asked,
        }
    }

    /// The lookups that it answered.
    pub(crate) fn asked(&self) -> Vec<Lookup> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn answer(&self) -> Outcome {
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
            Way::RespondsAtOnce | Way::RespondsFromElsewhere => Resolution::Async,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        self.asked.lock().unwrap().push(lookup.clone());
        self.answer()
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        let outcome = self.resolve_blocking(lookup);
        match self.way {
            Way::RespondsFromElsewhere => {
                let elsewhere = thread::Builder::new().name("elsewhere".into());
                elsewhere.spawn(move || responder.send(outcome)).unwrap();
            }
            _ => responder.send(outcome),
        }
    }
}
