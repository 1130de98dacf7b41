//! A whole face without wasmtime: stand-ins for wasmtime, and for what `bindgen!` makes of `wit/`.

#![allow(
    unnameable_types,
    unreachable_pub,
    reason = "the real modules are public"
)]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use winsock_async_engine::resolvers::{Rule, Script, ScriptControl, Tables};
use winsock_async_engine::{self as engine, HostEntry, LookupEngine, Policy, Session};
use winsock_async_face::HasSession;

mod bindings;
mod wasmtime;
mod wasmtime_wasi_io;

use bindings::types::{
    AddressFamily, AddressList, AddressQuery, Answer, Completion, ErrorCode, IpAddress, NameQuery,
    ProtocolEntry, Query, ServiceEntry, ServiceNameQuery, ServicePortQuery,
};
use bindings::{completions, completions_sync, lifecycle, readiness, requests};
use wasmtime::component::ResourceTable;
use wasmtime_wasi_io::poll;

struct View<'a> {
    session: &'a mut Session,
    table: &'a mut ResourceTable,
}

impl HasSession for View<'_> {
    fn session(&mut self) -> &mut Session {
        self.session
    }
}

winsock_async_face::convert_types!(bindings::types);

winsock_async_face::serve! {
    View<'_>;
    lifecycle: lifecycle;
    requests: requests;
    completions: async completions;
    completions: sync completions_sync;
    readiness: readiness, |view| view.table;
}

const HOSTS: &str = "8.8.8.8 www.test web.test\n2001:4860:4860::8888 www.test";
const SERVICES: &str = "http 80/tcp www";
const PROTOCOLS: &str = "tcp 6 TCP";

fn tables() -> LookupEngine {
    let tables = Tables::builder()
        .hosts_text(HOSTS)
        .services_text(SERVICES)
        .protocols_text(PROTOCOLS);
    LookupEngine::builder()
        .resolver(tables.build().unwrap())
        .policy(Policy::allow_all())
        .build()
}

/// An engine whose lookups of `held.test` last until the control releases them.
fn held() -> (LookupEngine, ScriptControl) {
    let answer = HostEntry::new("held.test", [[8, 8, 8, 8].into()]);
    let rule = Rule::host("held.test").answer(answer).never();
    let scripted = Script::new().rule(rule).build().unwrap();
    let control = scripted.control();
    let engine = LookupEngine::builder()
        .resolver(scripted)
        .policy(Policy::allow_all());
    (engine.build(), control)
}

fn by_name(name: &str) -> Query {
    Query::HostByName(name.into())
}

/// A guest after its start-up.
fn start(engine: &LookupEngine) -> (Session, ResourceTable) {
    let (mut session, mut table) = (engine.session(), ResourceTable::default());
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    assert_eq!(lifecycle::Host::startup(&mut view).unwrap(), Ok(()));
    (session, table)
}

fn ask(view: &mut View<'_>, query: Query, tag: u64) -> Result<u64, ErrorCode> {
    requests::Host::async_request(view, query, tag).unwrap()
}

fn take(view: &mut View<'_>, max: u32) -> Vec<Completion> {
    completions_sync::Host::take(view, max).unwrap()
}

fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    pin!(future).poll(&mut context).is_pending()
}

#[test]
fn every_query_gets_its_answer() {
    let (mut session, mut table) = start(&tables());
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    let protocol = |name: &str| Some(name.into());
    let host = || {
        Answer::Host(bindings::types::HostEntry {
            name: "www.test".into(),
            aliases: vec!["web.test".into()],
            addresses: vec![0x0808_0808],
        })
    };
    let service = || {
        Answer::Service(ServiceEntry {
            name: "http".into(),
            aliases: vec!["www".into()],
            port: 80,
            protocol: "tcp".into(),
        })
    };
    let tcp = || {
        Answer::Protocol(ProtocolEntry {
            name: "tcp".into(),
            aliases: vec!["TCP".into()],
            number: 6,
        })
    };
    let v6 = IpAddress::Ipv6((0x2001_4860_4860_0000, 0x8888));
    let addresses = |addresses: &[IpAddress]| {
        Answer::Addresses(AddressList {
            canonical_name: Some("www.test".into()),
            addresses: addresses.to_vec(),
        })
    };
    let addresses_of = |family| {
        Query::Addresses(NameQuery {
            name: "www.test".into(),
            family,
        })
    };
    let v4 = IpAddress::Ipv4(0x0808_0808);
    for (query, answer) in [
        (by_name("web.test"), host()),
        (
            Query::HostByAddress(AddressQuery {
                address: vec![8, 8, 8, 8],
                family: 2,
            }),
            host(),
        ),
        (
            Query::ServiceByName(ServiceNameQuery {
                name: "www".into(),
                protocol: protocol("tcp"),
            }),
            service(),
        ),
        (
            Query::ServiceByPort(ServicePortQuery {
                port: 80,
                protocol: None,
            }),
            service(),
        ),
        (Query::ProtocolByName("TCP".into()), tcp()),
        (Query::ProtocolByNumber(6), tcp()),
        (addresses_of(Some(AddressFamily::Ipv4)), addresses(&[v4])),
        (addresses_of(Some(AddressFamily::Ipv6)), addresses(&[v6])),
        (Query::NameOf(v6), Answer::Name("www.test".into())),
        (Query::NameOf(v4), Answer::Name("www.test".into())),
    ] {
        let handle = ask(&mut view, query.clone(), 7).unwrap();
        let completion = Completion {
            handle,
            tag: 7,
            outcome: Ok(answer),
        };
        assert_eq!(take(&mut view, 9), [completion], "{query:?}");
    }
    let both = ask(&mut view, addresses_of(None), 0);
    both.unwrap();
    let taken = take(&mut view, 1);
    let Ok(Answer::Addresses(list)) = &taken[0].outcome else {
        panic!("{taken:?}");
    };
    assert!(list.addresses.contains(&v4) && list.addresses.contains(&v6));
}

#[test]
fn queries_arrive_with_all_that_they_say() {
    let wrong_family = Query::HostByAddress(AddressQuery {
        address: vec![8, 8, 8, 8],
        family: 23,
    });
    let wrong_protocol = |query: fn(Option<Vec<u8>>) -> Query| query(Some("udp".into()));
    let by_name = wrong_protocol(|protocol| {
        Query::ServiceByName(ServiceNameQuery {
            name: "http".into(),
            protocol,
        })
    });
    let by_port =
        wrong_protocol(|protocol| Query::ServiceByPort(ServicePortQuery { port: 80, protocol }));
    let (mut session, mut table) = start(&tables());
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    for (query, error) in [
        (wrong_family, ErrorCode::InvalidArgument),
        (by_name, ErrorCode::NoData),
        (by_port, ErrorCode::NoData),
    ] {
        ask(&mut view, query, 0).unwrap();
        assert_eq!(take(&mut view, 1)[0].outcome, Err(error));
    }
}

#[test]
fn every_error_keeps_its_place_in_the_interface() {
    for (place, error) in engine::ErrorCode::ALL.into_iter().enumerate() {
        let converted = ErrorCode::from(error);
        assert_eq!(converted as usize, place);
        assert_eq!(format!("{converted:?}"), format!("{error:?}"));
    }
}

#[test]
fn calls_that_fail_say_why() {
    let (mut session, mut table) = (tables().session(), ResourceTable::default());
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    let not_initialised = Err(ErrorCode::NotInitialised);
    assert_eq!(
        lifecycle::Host::cleanup(&mut view).unwrap(),
        not_initialised
    );
    assert_eq!(
        ask(&mut view, by_name("www.test"), 0),
        Err(ErrorCode::NotInitialised)
    );
    assert_eq!(
        requests::Host::cancel(&mut view, 1).unwrap(),
        not_initialised
    );
}

#[test]
fn cancelled_request_has_no_completion() {
    let (engine, _control) = held();
    let (mut session, mut table) = start(&engine);
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    let handle = ask(&mut view, by_name("held.test"), 0).unwrap();
    assert_eq!(requests::Host::cancel(&mut view, handle).unwrap(), Ok(()));
    assert!(!completions_sync::Host::wait(&mut view, None).unwrap());
    assert_eq!(take(&mut view, u32::MAX), []);
    let again = requests::Host::cancel(&mut view, handle).unwrap();
    assert_eq!(again, Err(ErrorCode::InvalidArgument));
}

#[test]
fn wait_ends_with_a_completion_and_with_its_time() {
    let (engine, control) = held();
    let (mut session, mut table) = start(&engine);
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    ask(&mut view, by_name("held.test"), 0).unwrap();
    assert!(!completions_sync::Host::wait(&mut view, Some(1)).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for timeout in [0, 1] {
        let wait = completions::Host::wait(&mut view, Some(timeout));
        assert!(!runtime.block_on(wait).unwrap());
    }
    assert!(is_pending(completions::Host::wait(&mut view, None)));
    assert!(is_pending(completions::Host::wait(
        &mut view,
        Some(u64::MAX)
    )));
    control.release("held.test");
    let wait = completions::Host::wait(&mut view, Some(u64::MAX));
    assert!(runtime.block_on(wait).unwrap());
    assert_eq!(completions::Host::take(&mut view, 1).unwrap().len(), 1);
    assert!(
        !runtime
            .block_on(completions::Host::wait(&mut view, None))
            .unwrap()
    );
}

#[test]
fn pollable_is_ready_while_a_completion_can_be_taken() {
    let (engine, control) = held();
    let (mut session, mut table) = start(&engine);
    let mut view = View {
        session: &mut session,
        table: &mut table,
    };
    let first = readiness::Host::subscribe(&mut view).unwrap();
    let second = readiness::Host::subscribe(&mut view).unwrap();
    assert_ne!(first.0, second.0);
    ask(&mut view, by_name("held.test"), 0).unwrap();
    assert!(is_pending(poll::pollable(view.table, &first).ready()));
    control.release("held.test");
    assert!(completions_sync::Host::wait(&mut view, None).unwrap());
    for handle in [&first, &second] {
        assert!(!is_pending(poll::pollable(view.table, handle).ready()));
    }
    assert_eq!(take(&mut view, 1).len(), 1);
    assert!(is_pending(poll::pollable(view.table, &first).ready()));
}
