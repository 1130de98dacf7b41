//! An engine whose hosts come from the lying server.
#![allow(dead_code, reason = "each test program uses a part")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use winsock_async_dns_server::Server;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Dns, DnsBuilder};
use winsock_async_engine::{
    AF_INET, AddressQuery, Answer, Completion, ErrorCode, HostEntry, Limits, LookupEngine, Query,
    Session, TaskHandle,
};

/// The server, the resolver that asks it, and a guest.
pub struct Bench {
    pub server: Server,
    pub dns: Arc<Dns>,
    pub engine: LookupEngine,
    pub session: Session,
}

/// One server, asked once, which is silent for as long as this before it is given up.
pub fn bench() -> Bench {
    bench_with(|dns| dns)
}

pub fn bench_with(set: impl FnOnce(DnsBuilder) -> DnsBuilder) -> Bench {
    bench_on(Server::start().unwrap(), |address| {
        // What waits for a time-out waits this long; nothing here is sooner than it by design.
        let dns = Dns::builder()
            .server(address)
            .tries(1)
            .timeout(Duration::from_millis(500));
        set(dns)
    })
}

/// With this server, and settings that may name others.
pub fn bench_on(server: Server, set: impl FnOnce(SocketAddr) -> DnsBuilder) -> Bench {
    let dns = Arc::new(set(server.address()).build().unwrap());
    let limits = Limits {
        // What the server says, uncut.
        answer_bytes: usize::MAX,
        ..Limits::default()
    };
    let engine = LookupEngine::builder()
        .limits(limits)
        .resolver(Arc::clone(&dns))
        .policy(Policy::allow_all().allow_private())
        .build();
    let session = started(&engine);
    Bench {
        server,
        dns,
        engine,
        session,
    }
}

/// A patient one, for what ends when the test says so.
pub fn patient() -> Bench {
    bench_with(|dns| dns.timeout(Duration::from_secs(600)))
}

pub fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    session
}

pub fn ask(session: &mut Session, name: &str) -> TaskHandle {
    session
        .request(Query::HostByName(name.as_bytes().into()), 0)
        .unwrap()
}

/// Waits for one completion and takes it.
pub fn one(session: &mut Session) -> Completion {
    // The bound only ends a test that would hang.
    assert!(
        session.wait(Some(Duration::from_secs(60))),
        "something is to come"
    );
    session.take(1).pop().expect("wait has promised one")
}

pub type Host = (String, Vec<String>, Vec<Ipv4Addr>);

fn host(completion: Completion) -> Result<Host, ErrorCode> {
    completion.outcome.map(|answer| match &*answer {
        Answer::Host(entry) => parts(entry),
        other => panic!("not a host: {other:?}"),
    })
}

fn parts(entry: &HostEntry) -> Host {
    let addresses = entry.addresses().collect();
    (entry.name.clone(), entry.aliases.clone(), addresses)
}

impl Bench {
    /// What comes of this name.
    pub fn by_name(&mut self, name: &str) -> Result<Host, ErrorCode> {
        ask(&mut self.session, name);
        self.end()
    }

    /// What comes of this address.
    pub fn by_address(&mut self, address: [u8; 4]) -> Result<Host, ErrorCode> {
        let query = Query::HostByAddress(AddressQuery {
            address: address.into(),
            family: AF_INET,
        });
        self.session.request(query, 0).unwrap();
        self.end()
    }

    /// The same, beside what is outstanding.
    pub fn by_name_beside(&mut self, name: &str) -> Result<Host, ErrorCode> {
        ask(&mut self.session, name);
        host(one(&mut self.session))
    }

    fn end(&mut self) -> Result<Host, ErrorCode> {
        let host = host(one(&mut self.session));
        assert_eq!(self.dns.under_way(), 0, "nothing is left of it");
        assert_eq!(
            (self.session.outstanding(), self.engine.outstanding()),
            (0, 0)
        );
        host
    }
}

/// The answer of an honest server.
pub fn good(name: &str) -> Result<Host, ErrorCode> {
    Ok((name.into(), vec![], vec![Ipv4Addr::new(192, 0, 2, 1)]))
}
