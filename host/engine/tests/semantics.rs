//! Rules of `docs/semantics.md` at a session, with a resolver that records what it is asked.

use std::net::Ipv4Addr;
use std::time::Duration;

use proptest::prelude::*;
use winsock_async_engine::Lookup;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Script, ScriptControl, Tables};
use winsock_async_engine::{
    AF_INET, AddressQuery, Answer, Completion, ErrorCode, Limits, LookupEngine, Outcome, Query,
    ServiceNameQuery, ServicePortQuery, Session, TaskHandle,
};

const SCRIPT: &str = r#"
    rule = [
        { host = "quick.test", addresses = ["192.0.2.1"] },
        { host = "held.test", addresses = ["192.0.2.3"], never = true },
    ]
"#;
const TABLE: &str = "echo 7/tcp\necho 7/udp\n";

/// Makes an engine with one worker, hosts by the script and services by the table.
fn engine(limits: Limits) -> (LookupEngine, ScriptControl) {
    let script = Script::parse(SCRIPT, "the test").unwrap();
    let control = script.control();
    let tables = Tables::builder().services_text(TABLE).build().unwrap();
    let builder = LookupEngine::builder()
        .resolver(Chain::new().then(script).then(tables))
        .policy(Policy::allow_all().allow_private())
        .limits(Limits {
            workers: 1,
            stuck_after: Duration::MAX,
            ..limits
        });
    (builder.build(), control)
}

fn started(engine: &LookupEngine) -> Session {
    let mut session = engine.session();
    session.startup().unwrap();
    session
}

fn host(name: &str) -> Query {
    Query::HostByName(name.as_bytes().into())
}

fn ask(session: &mut Session, name: &str) -> TaskHandle {
    session.request(host(name), 0).unwrap()
}

/// Waits for all outstanding requests and takes them.
fn all(session: &mut Session) -> Vec<Completion> {
    let mut taken = Vec::new();
    while session.outstanding() > 0 {
        // The bound only ends a test that would hang.
        let bound = Some(Duration::from_secs(60));
        assert!(session.wait(bound), "something is to come");
        taken.extend(session.take(usize::MAX));
    }
    taken
}

/// The outcome of a query that needs no worker.
fn at_once(session: &mut Session, query: Query) -> Outcome {
    let handle = session.request(query, 0).unwrap();
    let mut taken = session.take(usize::MAX);
    assert_eq!((taken.len(), taken[0].handle), (1, handle));
    taken.remove(0).outcome
}

// S-S3, S-S5, S-C5: as many clean-ups as start-ups, and all calls fail without a start-up.
#[test]
fn calls_fail_after_as_many_clean_ups_as_start_ups() {
    let (engine, _control) = engine(Limits::default());
    let mut session = engine.session();
    for startups in [1, 2, 3] {
        for _ in 0..startups {
            session.startup().unwrap();
        }
        let handle = ask(&mut session, "held.test");
        for _ in 1..startups {
            assert_eq!(session.cleanup(), Ok(()));
            assert_eq!(session.outstanding(), 1, "not the last clean-up");
        }
        assert_eq!(session.cleanup(), Ok(()));
        assert_eq!(session.cleanup(), Err(ErrorCode::NotInitialised));
        for number in [handle, 0, u64::MAX] {
            assert_eq!(session.cancel(number), Err(ErrorCode::NotInitialised));
        }
        for name in ["quick.test", "", "::1"] {
            let refused = session.request(host(name), 0);
            assert_eq!(refused, Err(ErrorCode::NotInitialised));
        }
        assert!(session.take(usize::MAX).is_empty());
        assert_eq!((session.outstanding(), engine.outstanding()), (0, 0));
    }
}

// S-S4: an answer of before the last clean-up does not arrive after the next start-up.
#[test]
fn an_answer_after_the_last_clean_up_is_dropped() {
    let (engine, control) = engine(Limits::default());
    let mut session = started(&engine);
    let held = ask(&mut session, "held.test");
    let queued = ask(&mut session, "quick.test");
    control.wait_until_started("held.test");
    session.cleanup().unwrap();
    assert_eq!(engine.outstanding(), 0);
    session.startup().unwrap();
    for old in [held, queued] {
        assert_eq!(session.cancel(old), Err(ErrorCode::InvalidArgument));
    }
    control.release("held.test");
    let new = ask(&mut session, "quick.test");
    let taken: Vec<_> = all(&mut session).into_iter().map(|c| c.handle).collect();
    assert_eq!(taken, [new]);
    assert_eq!(session.stats().cancelled, 2);
}

// S-R2: a refused request has no lookup and no completion.
#[test]
fn a_refused_request_reaches_no_resolver() {
    let (engine, control) = engine(Limits {
        max_requests: 1,
        ..Limits::default()
    });
    let mut session = started(&engine);
    let held = ask(&mut session, "held.test");
    let refused = session.request(host("quick.test"), 0);
    assert_eq!(refused, Err(ErrorCode::WouldBlock));
    control.wait_until_started("held.test");
    control.release("held.test");
    let taken = all(&mut session);
    assert_eq!((taken.len(), taken[0].handle), (1, held));
    // The only worker would have run a lookup of the refused request first.
    ask(&mut session, "quick.test");
    assert!(all(&mut session)[0].outcome.is_ok());
    let quick = Lookup::HostByName("quick.test".into());
    let times = control
        .asked()
        .iter()
        .filter(|asked| **asked == quick)
        .count();
    assert_eq!(times, 1);
}

// S-R4, S-R12: an empty protocol is the same as none, by name and by port.
#[test]
fn an_empty_protocol_matches_any() {
    let (engine, _control) = engine(Limits::default());
    let mut session = started(&engine);
    let mut found = |by_port, protocol: Option<&str>| {
        let protocol = protocol.map(|protocol| protocol.as_bytes().into());
        let query = if by_port {
            Query::ServiceByPort(ServicePortQuery { port: 7, protocol })
        } else {
            let name = b"echo"[..].into();
            Query::ServiceByName(ServiceNameQuery { name, protocol })
        };
        match at_once(&mut session, query).as_deref() {
            Ok(Answer::Service(entry)) => entry.protocol.clone(),
            other => panic!("{other:?}"),
        }
    };
    for by_port in [false, true] {
        assert_eq!(found(by_port, None), "tcp");
        assert_eq!(found(by_port, Some("")), "tcp");
        assert_eq!(found(by_port, Some("udp")), "udp");
    }
}

// S-R13: a dotted address needs no resolver, not even a stuck one, and keeps its text.
#[test]
fn a_dotted_address_is_answered_without_the_resolver() {
    let (engine, control) = engine(Limits::default());
    let mut session = started(&engine);
    ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    let before = control.asked().len();
    let texts = ["0.0.0.0", "127.0.0.1", "203.0.113.254"];
    for text in texts {
        let outcome = at_once(&mut session, host(text));
        let Ok(Answer::Host(entry)) = outcome.as_deref() else {
            panic!("{outcome:?}");
        };
        assert_eq!(entry.name, text);
        let address: Ipv4Addr = text.parse().unwrap();
        assert!(entry.addresses().eq([address]));
    }
    for text in ["::1", "256.0.0.1", "127.1"] {
        assert_eq!(at_once(&mut session, host(text)), Err(ErrorCode::NoData));
    }
    assert_eq!(control.asked().len(), before);
}

// S-R13: "" is the machine's own name.
#[test]
fn the_empty_name_is_the_machines_name() {
    let (engine, control) = engine(Limits::default());
    let mut session = started(&engine);
    let name = gethostname::gethostname().into_string().expect("a name");
    let outcomes = ["", &name].map(|name| {
        ask(&mut session, name);
        all(&mut session).remove(0).outcome
    });
    assert_eq!(outcomes[0], outcomes[1]);
    let asked = control.asked();
    let (own, named) = asked.split_at(asked.len() / 2);
    assert_eq!(own, named);
}

// S-C3: a handle of another session, a cancelled one, and one from before the clean-up.
#[test]
fn cancel_of_a_foreign_or_dead_handle_is_invalid() {
    let (engine, _control) = engine(Limits::default());
    let (mut a, mut b) = (started(&engine), started(&engine));
    // Each is the first request of its session, so the tables' keys are equal.
    let (of_a, of_b) = (ask(&mut a, "held.test"), ask(&mut b, "held.test"));
    let done = a.request(host("192.0.2.7"), 0).unwrap();
    assert_eq!(a.take(1)[0].handle, done);
    let invalid = Err(ErrorCode::InvalidArgument);
    for other in [of_a, done, 0] {
        assert_eq!(b.cancel(other), invalid);
    }
    assert_eq!((a.outstanding(), b.outstanding()), (1, 1));
    for (session, own) in [(&mut a, of_a), (&mut b, of_b)] {
        assert_eq!(session.cancel(own), Ok(()));
        assert_eq!(session.cancel(own), invalid);
    }
    let old = ask(&mut a, "held.test");
    a.cleanup().unwrap();
    a.startup().unwrap();
    for handle in [old, done] {
        assert_eq!(a.cancel(handle), invalid);
    }
}

// S-C2, S-C9: the last 65,536 completions are remembered. Requests that are cancelled in between do
// not count.
#[test]
fn cancel_of_the_last_65536_completions_is_already_completed() {
    let (engine, control) = engine(Limits::default());
    let mut session = started(&engine);
    ask(&mut session, "held.test");
    control.wait_until_started("held.test");
    let handles: Vec<_> = (0..=65_536)
        .map(|_| {
            let cancelled = ask(&mut session, "quick.test");
            assert_eq!(session.cancel(cancelled), Ok(()));
            let handle = ask(&mut session, "192.0.2.7");
            assert_eq!(session.take(1)[0].handle, handle);
            handle
        })
        .collect();
    assert_eq!(session.cancel(handles[0]), Err(ErrorCode::InvalidArgument));
    for handle in [handles[1], handles[2], handles[65_536]] {
        assert_eq!(session.cancel(handle), Err(ErrorCode::AlreadyCompleted));
    }
    // One more completes, and the oldest is forgotten.
    at_once(&mut session, host("192.0.2.7")).unwrap();
    assert_eq!(session.cancel(handles[1]), Err(ErrorCode::InvalidArgument));
    assert_eq!(session.cancel(handles[2]), Err(ErrorCode::AlreadyCompleted));
}

fn bytes() -> impl Strategy<Value = Box<[u8]>> {
    let text = "[a-z0-9.:%\\[\\]\u{fc}-]{0,20}".prop_map(String::into_bytes);
    prop_oneof![text, any::<Vec<u8>>(), Just(vec![b'a'; 300])].prop_map(Into::into)
}

fn query() -> impl Strategy<Value = Query> {
    let protocol = || prop::option::of(bytes());
    prop_oneof![
        bytes().prop_map(Query::HostByName),
        (
            prop::collection::vec(any::<u8>(), 0..6),
            prop_oneof![Just(AF_INET), any::<i32>()]
        )
            .prop_map(|(address, family)| (address.into(), family))
            .prop_map(|(address, family)| Query::HostByAddress(AddressQuery { address, family })),
        (bytes(), protocol())
            .prop_map(|(name, protocol)| Query::ServiceByName(ServiceNameQuery { name, protocol })),
        (any::<u16>(), protocol())
            .prop_map(|(port, protocol)| Query::ServiceByPort(ServicePortQuery { port, protocol })),
        bytes().prop_map(Query::ProtocolByName),
        any::<i32>().prop_map(Query::ProtocolByNumber),
    ]
}

proptest! {
    // S-R1, S-R4, S-R6, S-R14: any query begins a request, which has one completion: an answer or
    // an error that its kind can have.
    #[test]
    fn any_query_is_accepted_and_completes_once(query in query()) {
        let (engine, _control) = engine(Limits::default());
        let mut session = started(&engine);
        let handle = session.request(query.clone(), 7);
        prop_assert!(handle.is_ok(), "{handle:?}");
        let taken = all(&mut session);
        prop_assert_eq!(taken.len(), 1);
        prop_assert_eq!((Ok(taken[0].handle), taken[0].tag), (handle, 7));
        use ErrorCode::{HostNotFound, InvalidArgument, NoData};
        let outcome = taken[0].outcome.as_ref().map(|_| ()).map_err(|error| *error);
        match query {
            Query::HostByName(_) => prop_assert!(matches!(outcome, Ok(()) | Err(HostNotFound | NoData))),
            Query::HostByAddress(q) if q.family == AF_INET && q.address.len() == 4 => {
                prop_assert!(matches!(outcome, Ok(()) | Err(HostNotFound)));
            }
            Query::HostByAddress(_) => prop_assert_eq!(outcome, Err(InvalidArgument)),
            _ => prop_assert!(matches!(outcome, Ok(()) | Err(NoData))),
        }
    }

    // S-C3: no invented number traps or cancels a request.
    #[test]
    fn cancel_of_a_forged_handle_is_invalid(forged: u64, flip in 0..64u32) {
        let (engine, _control) = engine(Limits::default());
        let mut session = started(&engine);
        let live = ask(&mut session, "held.test");
        for number in [forged, live ^ (1 << flip), live.swap_bytes()] {
            if number != live {
                prop_assert_eq!(session.cancel(number), Err(ErrorCode::InvalidArgument));
            }
        }
        prop_assert_eq!(session.outstanding(), 1);
        prop_assert_eq!(session.cancel(live), Ok(()));
    }
}
