//! A guest that looks up the names of a test and asks what it may connect to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use winsock_async_engine::policy::{ConnectionUse, Policy};
use winsock_async_engine::{
    Connections, Lookup, LookupEngine, Query, Resolution, Resolver, Session,
};

/// Answers each name with the addresses that stand here, for this long.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<Mutex<Vec<Name>>>);

/// A name, its address, and until when the answer lives.
pub(crate) type Name = (String, SocketAddr, Option<Instant>);

impl Names {
    pub(crate) fn set(&self, name: &str, address: &str, until: Option<Instant>) {
        let address = SocketAddr::new(address.parse().unwrap(), 0);
        let mut names = self.0.lock().unwrap();
        names.retain(|(other, ..)| other != name);
        names.push((name.into(), address, until));
    }
}

impl Resolver for Names {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let names = self.0.lock().unwrap();
        let asked = lookup.host_name();
        match names.iter().find(|(name, ..)| Some(&**name) == asked) {
            None => Resolution::NotFound,
            Some((name, address, until)) => {
                let outcome = lookup.answer_host(name, [], [address.ip()]);
                match until {
                    None => Resolution::Ready(outcome),
                    Some(until) => Resolution::ReadyUntil(outcome, *until),
                }
            }
        }
    }
}

pub(crate) fn policy(connect: &[&str]) -> Policy {
    connect.iter().fold(Policy::deny_all(), |policy, pattern| {
        policy.connect(pattern.parse().unwrap())
    })
}

pub(crate) fn engine(names: &Names, policy: Policy) -> LookupEngine {
    let builder = LookupEngine::builder().resolver(names.clone());
    builder.policy(policy).build()
}

pub(crate) fn session(engine: &LookupEngine) -> (Session, Connections) {
    let mut session = engine.session();
    session.startup().unwrap();
    let connections = session.connections();
    (session, connections)
}

pub(crate) fn look_up(session: &mut Session, name: &str) {
    let query = Query::HostByName(name.as_bytes().into());
    session.request(query, 0).unwrap();
    assert!(session.take(1)[0].outcome.is_ok(), "{name}");
}

pub(crate) fn allows(connections: &Connections, usage: ConnectionUse, address: &str) -> bool {
    connections.check(usage, address.parse().unwrap()).is_ok()
}

/// The rule that a denial names.
pub(crate) fn suggested(connections: &Connections, usage: ConnectionUse, address: &str) -> String {
    let denied = connections.check(usage, address.parse().unwrap());
    denied.unwrap_err().rule.to_string()
}
