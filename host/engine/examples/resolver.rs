//! A custom resolver that uses all three ways to answer: at once, on a worker thread, and later.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use winsock_async_engine::{Answer, ErrorCode, HostEntry, LookupEngine, Outcome, Policy, Query};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

/// Knows one printer, asks a thread of its own for sensors, and the operating system for the rest.
struct Inventory {
    sensors: Sender<(Box<str>, Responder)>,
}

impl Inventory {
    fn new() -> Inventory {
        let (sensors, questions) = mpsc::channel::<(Box<str>, Responder)>();
        thread::spawn(move || {
            for (name, responder) in questions {
                // False after a cancel: the request no longer waits for the answer.
                if responder.is_wanted() {
                    responder.send(host(&name, [Ipv4Addr::new(192, 0, 2, 8)]));
                }
            }
        });
        Inventory { sensors }
    }
}

impl Resolver for Inventory {
    // On the guest's thread: must not block.
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if &**name == "printer.test" => {
                Resolution::Ready(host(name, [Ipv4Addr::new(192, 0, 2, 7)]))
            }
            Lookup::HostByName(name) if name.ends_with(".sensor.test") => Resolution::Async,
            Lookup::HostByName(_) => Resolution::Blocking,
            _ => Resolution::NotFound,
        }
    }

    // On a worker thread, after `Blocking`: may block.
    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        let Lookup::HostByName(name) = lookup else {
            return Err(lookup.miss());
        };
        // The standard library does not say why a lookup failed.
        let found = (&**name, 0)
            .to_socket_addrs()
            .map_err(|_| ErrorCode::TryAgain)?;
        host(
            name,
            found.filter_map(|address| match address {
                SocketAddr::V4(address) => Some(*address.ip()),
                SocketAddr::V6(_) => None,
            }),
        )
    }

    // On the guest's thread, after `Async`: must not block. The outcome follows through
    // `responder`.
    fn start(&self, lookup: &Lookup, responder: Responder) {
        if let Lookup::HostByName(name) = lookup {
            // If the thread is gone, the responder is dropped: the request fails with
            // WSANO_RECOVERY.
            let _ = self.sensors.send((name.clone(), responder));
        }
    }
}

fn host(name: &str, addresses: impl IntoIterator<Item = Ipv4Addr>) -> Outcome {
    Ok(Arc::new(Answer::Host(HostEntry::new(name, addresses))))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = Policy::deny_all()
        .allow("*.test".parse()?)
        .allow("localhost".parse()?)
        .allow_answers("192.0.2.0/24".parse()?);
    let engine = LookupEngine::builder()
        .resolver(Inventory::new())
        .policy(policy)
        .build();

    let mut session = engine.session();
    session.startup()?;
    let names = ["printer.test", "door.sensor.test", "localhost"];
    for (tag, name) in (0..).zip(names) {
        session.request(Query::HostByName(name.as_bytes().into()), tag)?;
    }
    let mut completions = Vec::new();
    while session.wait(None) {
        completions.extend(session.take(16));
    }
    completions.sort_by_key(|completion| completion.tag);
    for (completion, name) in completions.iter().zip(names) {
        match completion.outcome.as_deref() {
            Ok(Answer::Host(host)) => {
                println!("{name}: {:?}", host.addresses().collect::<Vec<_>>());
            }
            other => println!("{name}: {other:?}"),
        }
    }
    Ok(session.cleanup()?)
}
