//! An engine whose resolver asks the lying name server.
#![allow(dead_code, reason = "each test program uses a part")]

pub(crate) mod peer;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use winsock_async_dns_server::Server;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Dns, DnsBuilder};
use winsock_async_engine::{
    AF_INET, AddressFamily, AddressQuery, Answer, Completion, ErrorCode, HostEntry, Limits,
    LookupEngine, NameQuery, Query, Session, TaskHandle,
};

/// A server, a resolver that asks it, and a session.
pub(crate) struct Fixture {
    pub server: Server,
    pub dns: Arc<Dns>,
    pub engine: LookupEngine,
    pub session: Session,
}

/// A resolver with one server, one try and a time-out of 500 ms.
pub(crate) fn fixture() -> Fixture {
    fixture_with(|dns| dns)
}

/// Like [`fixture`], with further settings.
pub(crate) fn fixture_with(set: impl FnOnce(DnsBuilder) -> DnsBuilder) -> Fixture {
    fixture_on(Server::start().unwrap(), |address| {
        // Tests of silent servers wait this long. No other outcome depends on the time.
        let dns = Dns::builder()
            .server(address)
            .tries(1)
            .timeout(Duration::from_millis(500));
        set(dns)
    })
}

/// A fixture with this server, and settings that may name further servers.
pub(crate) fn fixture_on(server: Server, set: impl FnOnce(SocketAddr) -> DnsBuilder) -> Fixture {
    let dns = Arc::new(set(server.address()).build().unwrap());
    let limits = Limits {
        // The engine cuts no answer.
        answer_bytes: usize::MAX,
        ..Limits::default()
    };
    let engine = LookupEngine::builder()
        .limits(limits)
        .resolver(Arc::clone(&dns))
        .policy(Policy::allow_all().allow_private())
        .build();
    let session = started(&engine);
    Fixture {
        server,
        dns,
        engine,
        session,
    }
}

/// A resolver with a time-out of ten minutes, for queries that the test ends.
pub(crate) fn patient() -> Fixture {
    fixture_with(|dns| dns.timeout(Duration::from_secs(600)))
}

/// A session that has called start-up.
pub(crate) fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    session
}

/// Requests the addresses of a name.
pub(crate) fn request(session: &mut Session, name: &str) -> TaskHandle {
    session
        .request(Query::HostByName(name.as_bytes().into()), 0)
        .unwrap()
}

/// Waits for a completion and takes it.
pub(crate) fn next_completion(session: &mut Session) -> Completion {
    // The bound only ends a test that hangs.
    assert!(
        session.wait(Some(Duration::from_secs(60))),
        "no completion comes"
    );
    session.take(1).pop().expect("wait has returned true")
}

/// Name, aliases and addresses.
pub(crate) type Host = (String, Vec<String>, Vec<Ipv4Addr>);

/// Canonical name and addresses.
pub(crate) type Addresses = (String, Vec<String>);

/// Requests the addresses of a name, of one family or of both.
pub(crate) fn request_addresses(
    session: &mut Session,
    name: &str,
    family: Option<AddressFamily>,
) -> TaskHandle {
    let name = name.as_bytes().into();
    let query = Query::Addresses(NameQuery { name, family });
    session.request(query, 0).unwrap()
}

pub(crate) fn addresses(completion: Completion) -> Result<Addresses, ErrorCode> {
    completion.outcome.map(|answer| match &*answer {
        Answer::Addresses(list) => {
            let addresses = list.addresses().map(|address| address.to_string());
            let name = list.canonical_name.clone().expect("a name");
            (name, addresses.collect())
        }
        other => panic!("not addresses: {other:?}"),
    })
}

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

impl Fixture {
    /// Looks a name up. Nothing else may be outstanding.
    pub(crate) fn by_name(&mut self, name: &str) -> Result<Host, ErrorCode> {
        request(&mut self.session, name);
        self.end()
    }

    /// Looks an address up. Nothing else may be outstanding.
    pub(crate) fn by_address(&mut self, address: [u8; 4]) -> Result<Host, ErrorCode> {
        let query = Query::HostByAddress(AddressQuery {
            address: address.into(),
            family: AF_INET,
        });
        self.session.request(query, 0).unwrap();
        self.end()
    }

    /// Looks a name up while other queries are in flight.
    pub(crate) fn by_name_beside(&mut self, name: &str) -> Result<Host, ErrorCode> {
        request(&mut self.session, name);
        host(next_completion(&mut self.session))
    }

    /// Looks up the addresses of a name, and returns its canonical name too. Nothing else may be
    /// outstanding.
    pub(crate) fn addresses(
        &mut self,
        name: &str,
        family: Option<AddressFamily>,
    ) -> Result<Addresses, ErrorCode> {
        request_addresses(&mut self.session, name, family);
        let completion = self.end_completion();
        addresses(completion)
    }

    /// Looks up the name of an address. Nothing else may be outstanding.
    pub(crate) fn name_of(&mut self, address: &str) -> Result<String, ErrorCode> {
        let address: IpAddr = address.parse().unwrap();
        self.session
            .request(Query::NameOf(address.into()), 0)
            .unwrap();
        let completion = self.end_completion();
        completion.outcome.map(|answer| match &*answer {
            Answer::Name(name) => name.clone(),
            other => panic!("not a name: {other:?}"),
        })
    }

    fn end(&mut self) -> Result<Host, ErrorCode> {
        host(self.end_completion())
    }

    fn end_completion(&mut self) -> Completion {
        let completion = next_completion(&mut self.session);
        assert_eq!(self.dns.in_flight(), 0, "no query is left");
        assert_eq!(
            (self.session.outstanding(), self.engine.outstanding()),
            (0, 0)
        );
        completion
    }
}

/// The answer of a server that does not lie.
pub(crate) fn good(name: &str) -> Result<Host, ErrorCode> {
    Ok((name.into(), vec![], vec![Ipv4Addr::new(192, 0, 2, 1)]))
}
