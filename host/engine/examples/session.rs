//! The engine without wasmtime, as another runtime embeds it: each guest has a session, whose
//! functions are those of the interface.

use std::time::Duration;

use winsock_async_engine::resolvers::{Chain, Tables};
use winsock_async_engine::{Answer, LookupEngine, Outcome, Policy, Query, ServiceNameQuery};
use winsock_async_engine::{Lookup, Resolution, Resolver};

/// A name server that never answers.
struct Silent;

impl Resolver for Silent {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Blocking
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        loop {
            std::thread::park();
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tables = Tables::builder()
        .hosts_text("192.0.2.7 printer.test printer")
        .build()?;
    // The names that a guest may look up, and the special addresses that answers may have.
    let policy = Policy::deny_all()
        .allow("*.test".parse()?)
        .allow_answers("192.0.2.0/24".parse()?);
    let engine = LookupEngine::builder()
        .resolver(Chain::new().then(tables).then(Silent))
        .policy(policy)
        .build();

    // A session lives on its guest's thread, and ends with it. The tag comes back with the
    // completion.
    let mut session = engine.session();
    session.startup()?;
    let http = ServiceNameQuery {
        name: (*b"http").into(),
        protocol: None,
    };
    session.request(Query::HostByName((*b"printer.test").into()), 1)?;
    session.request(Query::ServiceByName(http), 2)?;
    let silent = session.request(Query::HostByName((*b"silent.test").into()), 3)?;

    // Cancel does not wait, and request 3 has no completion. The worker thread stays in the
    // resolver, which keeps neither the session nor the process alive.
    session.cancel(silent)?;

    // `wait` returns false when no request is outstanding, so the loop ends.
    while session.wait(Some(Duration::from_secs(10))) {
        for completion in session.take(16) {
            match completion.outcome {
                Ok(answer) => println!("{}: {}", completion.tag, describe(&answer)),
                Err(error) => println!("{}: {error}", completion.tag),
            }
        }
    }
    println!(
        "{} outstanding, {} cancelled",
        engine.outstanding(),
        session.stats().cancelled
    );
    Ok(session.cleanup()?)
}

fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Host(host) => {
            let addresses: Vec<String> = host.addresses().map(|a| a.to_string()).collect();
            format!(
                "{} is {}, aliases {:?}",
                host.name,
                addresses.join(" "),
                host.aliases
            )
        }
        Answer::Service(service) => {
            format!(
                "{} is port {}/{}",
                service.name, service.port, service.protocol
            )
        }
        Answer::Protocol(protocol) => format!("{} is {}", protocol.name, protocol.number),
        Answer::Addresses(list) => format!("{:?}", list.addresses().collect::<Vec<_>>()),
        Answer::Name(name) => name.clone(),
    }
}
