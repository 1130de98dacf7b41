//! Texts in the format of `/etc/hosts`: a guest finds every name and address of an accepted text.

#![no_main]

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use libfuzzer_sys::fuzz_target;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{
    AF_INET, AddressQuery, Answer, Limits, Lookup, LookupEngine, Query, Resolution, Resolver,
    Session,
};
use winsock_async_fuzz::tables::{Built, check_refusal, lines};

fn build(text: &str) -> Built {
    // The other tables are empty: the embedded ones would take nearly all of the time.
    let builder = Tables::builder().services_text("").protocols_text("");
    builder.hosts_text(text).build()
}

fuzz_target!(|text: &str| {
    match build(text) {
        Ok(tables) => check(text, tables),
        Err(error) => check_refusal(text, error, build),
    }
});

struct Line<'a> {
    address: Ipv4Addr,
    blocks: bool,
    names: Vec<&'a str>,
}

fn check(text: &str, tables: Tables) {
    let lines: Vec<_> = lines(text)
        .filter_map(|mut words| {
            let word = words.remove(0);
            let address = ipv4(word)?;
            Some(Line {
                address,
                // Lists that block names may have words that no guest can ask for.
                blocks: address.is_loopback() || address.is_unspecified() || words.contains(&word),
                names: words,
            })
        })
        .collect();
    let mut session = session(tables);
    for line in lines.iter().filter(|line| !line.blocks) {
        let query = AddressQuery {
            address: line.address.octets().into(),
            family: AF_INET,
        };
        let by_address = names(&ask(&mut session, Query::HostByAddress(query)));
        let first = lines.iter().find(|l| l.address == line.address);
        let first = first.expect("a line matches itself");
        assert!(first.blocks || by_address == first.names);
        for name in &line.names {
            let answer = ask(&mut session, Query::HostByName(name.as_bytes().into()));
            let Answer::Host(host) = &*answer else {
                panic!("{name} has an answer of another kind");
            };
            assert!(host.addresses().any(|a| a == line.address), "{name}");
            // The check does not apply IDNA, so it does not know the first line with this name. The
            // answer is one of the lines.
            let names = names(&answer);
            let is_line = |l: &Line<'_>| l.blocks || l.names == names;
            assert!(lines.iter().any(is_line), "{name}: {names:?}");
        }
    }
}

/// The address of a line. None for IPv6 addresses that stand for none of IPv4: no question here is
/// for them, and their lines must not show in an answer.
fn ipv4(word: &str) -> Option<Ipv4Addr> {
    if let Ok(address) = word.parse() {
        return Some(address);
    }
    if word.contains('%') {
        return None;
    }
    let address: Ipv6Addr = word.parse().expect("an address");
    if address.is_loopback() {
        return Some(Ipv4Addr::LOCALHOST);
    }
    address.to_ipv4_mapped()
}

/// The official name and the aliases of a host.
fn names(answer: &Answer) -> Vec<String> {
    let Answer::Host(host) = answer else {
        panic!("an answer of another kind");
    };
    [&host.name]
        .into_iter()
        .chain(&host.aliases)
        .cloned()
        .collect()
}

/// Asks as a guest does: its names need not have the form that they have in tables.
fn ask(session: &mut Session, query: Query) -> Arc<Answer> {
    session.request(query.clone(), 0).expect("no limit is near");
    let completion = session.take(1).pop().expect("tables answer at once");
    match completion.outcome {
        Ok(answer) => answer,
        Err(error) => panic!("{query:?}: {error}"),
    }
}

/// A session whose answers come from these tables.
fn session(tables: Tables) -> Session {
    static CURRENT: LazyLock<Arc<Current>> = LazyLock::new(Default::default);
    static ENGINE: LazyLock<LookupEngine> = LazyLock::new(|| {
        let limits = Limits {
            // A line of a table may have longer names than the default limit.
            name_bytes: usize::MAX,
            workers: 1,
            ..Limits::default()
        };
        LookupEngine::builder()
            .resolver(CURRENT.clone())
            .policy(Policy::allow_all().allow_private())
            .limits(limits)
            .build()
    });
    *CURRENT.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tables);
    let mut session = ENGINE.session();
    session.startup().expect("start-up");
    session
}

/// The tables of this input. One engine, with one set of threads, serves every input.
#[derive(Default)]
struct Current(Mutex<Option<Tables>>);

impl Resolver for Current {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let tables = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tables
            .as_ref()
            .map_or(Resolution::NotFound, |tables| tables.try_resolve(lookup))
    }
}
