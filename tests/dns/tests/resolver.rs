//! `Dns` itself: its cache, coalescing, the search list, many queries at once, and its end.

mod support;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use winsock_async_dns_server::{Lie, Server};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Dns, Tables};
use winsock_async_engine::{ErrorCode, Limits, LookupEngine};
use winsock_async_engine::{Lookup, Resolution, Resolver, Responder};

use support::*;

fn lookup(name: &str) -> Lookup {
    Lookup::HostByName(name.into())
}

#[test]
fn cached_answer_is_immediate() {
    let mut fixture = fixture();
    assert_eq!(
        fixture.dns.try_resolve(&lookup("good.test")),
        Resolution::Async
    );
    for _ in 0..3 {
        assert_eq!(fixture.by_name("good.test"), good("good.test"));
    }
    assert!(matches!(
        fixture.dns.try_resolve(&lookup("good.test")),
        Resolution::ReadyUntil(Ok(_), expires) if expires > Instant::now()
    ));
    assert_eq!(fixture.server.asked(Lie::Good), 1);
}

#[test]
fn misses_are_cached_and_failures_are_not() {
    let mut fixture = fixture();
    for (lie, name, error) in [
        (Lie::Nobody, "nobody.test", ErrorCode::HostNotFound),
        (Lie::NoData, "nodata.test", ErrorCode::NoData),
    ] {
        assert_eq!(fixture.by_name(name), Err(error));
        assert_eq!(fixture.by_name(name), Err(error));
        assert_eq!(fixture.server.asked(lie), 1, "{name}");
        // Not `Ready`, so that a chain goes on to the next resolver.
        assert_eq!(fixture.dns.try_resolve(&lookup(name)), Resolution::Async);
    }
    for (lie, name) in [
        (Lie::ServFail, "servfail.test"),
        (Lie::Refused, "refused.test"),
    ] {
        assert!(fixture.by_name(name).is_err());
        assert!(fixture.by_name(name).is_err());
        assert_eq!(fixture.server.asked(lie), 2, "{name}");
    }
}

#[test]
fn equal_lookups_are_one_query() {
    let mut fixture = patient();
    let mut other = started(&fixture.engine);
    for _ in 0..100 {
        request(&mut fixture.session, "late.test");
        request(&mut other, "late.test");
    }
    fixture.server.wait_until_asked(Lie::Late, 1);
    assert_eq!(fixture.dns.in_flight(), 1);
    fixture.server.release();
    for _ in 0..100 {
        assert!(next_completion(&mut fixture.session).outcome.is_ok());
        assert!(next_completion(&mut other).outcome.is_ok());
    }
    assert_eq!(fixture.server.asked(Lie::Late), 1);
}

// S-C1, S-C6
#[test]
fn cancelled_request_leaves_a_query_that_others_wait_for() {
    let mut fixture = patient();
    let stays = request(&mut fixture.session, "late.test");
    fixture.server.wait_until_asked(Lie::Late, 1);
    let mut goes = started(&fixture.engine);
    for _ in 0..10_000 {
        let handle = request(&mut goes, "late.test");
        assert_eq!(goes.cancel(handle), Ok(()));
    }
    assert_eq!(fixture.dns.in_flight(), 1);
    fixture.server.release();
    assert_eq!(next_completion(&mut fixture.session).handle, stays);
    assert!(!goes.wait(None));
    assert_eq!(fixture.server.asked(Lie::Late), 1);
}

// S-C6: a cancel gives back at once what the request held.
#[test]
fn lookup_cancelled_while_it_waits_is_never_sent() {
    let mut fixture = fixture_with(|dns| dns.timeout(Duration::from_secs(600)).max_queries(1));
    let late = request(&mut fixture.session, "late.test");
    fixture.server.wait_until_asked(Lie::Late, 1);
    for n in 0..10_000 {
        let handle = request(&mut fixture.session, &format!("good-{n}.test"));
        assert_eq!(fixture.session.cancel(handle), Ok(()));
    }
    let last = request(&mut fixture.session, "good-last.test");
    fixture.server.release();
    assert_eq!(next_completion(&mut fixture.session).handle, late);
    assert_eq!(next_completion(&mut fixture.session).handle, last);
    assert_eq!(fixture.server.asked(Lie::Good), 1);
    assert_eq!(fixture.dns.in_flight(), 0);
}

#[test]
fn lookups_beyond_max_queries_wait_and_are_answered() {
    let mut fixture = fixture_with(|dns| dns.max_queries(3).timeout(Duration::from_secs(60)));
    for n in 0..1000 {
        request(&mut fixture.session, &format!("good-{n}.test"));
    }
    for _ in 0..1000 {
        assert!(next_completion(&mut fixture.session).outcome.is_ok());
    }
    assert_eq!(fixture.dns.in_flight(), 0);
}

#[test]
fn search_list_completes_names() {
    let mut fixture = fixture_with(|dns| dns.search(["nobody.test", "b.test"]));
    // "good" has an address in any domain, and "x" in none.
    assert_eq!(fixture.by_name("good"), good("good.nobody.test"));
    assert_eq!(fixture.by_name("good."), good("good"));
    assert_eq!(fixture.by_name("good.x.test"), good("good.x.test"));
    assert_eq!(fixture.by_name("x"), Err(ErrorCode::HostNotFound));
    assert_eq!(fixture.server.asked(Lie::Nobody), 3);
    // S-R15: a silent server does not make the name unknown.
    assert_eq!(fixture.by_name("silent"), Err(ErrorCode::TryAgain));
    assert!(fixture.server.asked(Lie::Silent) > 0);
}

// S-R15, and the cache: with `ndots:5` a public name resolves beside a domain that fails.
#[test]
fn domain_whose_server_fails_does_not_end_the_search() {
    let mut fixture = fixture_with(|dns| dns.search(["servfail.test", "b.test"]).ndots(5));
    // The label before a domain selects the lie, so a name under the first one fails by itself.
    assert_eq!(fixture.by_name("servfail"), Err(ErrorCode::TryAgain));
    assert_eq!(fixture.server.asked(Lie::ServFail), 3);
}

// S-R16: a name that the list makes is asked only if the policy allows it.
#[test]
fn name_that_the_search_list_makes_is_judged_before_it_is_asked() {
    let server = Server::start().unwrap();
    let dns = Dns::builder().server(server.address());
    let dns = Arc::new(dns.search(["x.test"]).ndots(2).build().unwrap());
    let session = |patterns: &[&str]| {
        let policy = Policy::deny_all().allow_private();
        let policy = patterns
            .iter()
            .fold(policy, |policy, p| policy.allow(p.parse().unwrap()));
        let engine = LookupEngine::builder().resolver(Arc::clone(&dns));
        started(&engine.policy(policy).build())
    };
    let ask = |mut session: winsock_async_engine::Session| {
        request(&mut session, "good.test");
        match next_completion(&mut session).outcome.as_deref() {
            Ok(winsock_async_engine::Answer::Host(host)) => host.name.clone(),
            other => panic!("{other:?}"),
        }
    };
    // Neither engine gets the other's answer from the cache.
    assert_eq!(ask(session(&["*"])), "good.test.x.test");
    assert_eq!(ask(session(&["good.test"])), "good.test");
    assert_eq!(ask(session(&["good.test", "*.x.test"])), "good.test.x.test");
    assert_eq!(server.asked(Lie::Good), 2);
    // The same where a worker asks, as in a chain with a resolver that blocks.
    let chain = Chain::new()
        .then(Arc::clone(&dns))
        .then(winsock_async_engine::resolvers::System::new());
    let policy = Policy::deny_all().allow("good-2.test".parse().unwrap());
    let engine = LookupEngine::builder().resolver(chain);
    let mut blocking = started(&engine.policy(policy.allow_private()).build());
    request(&mut blocking, "good-2.test");
    let Ok(answer) = next_completion(&mut blocking).outcome else {
        panic!("no answer");
    };
    assert!(
        matches!(&*answer, winsock_async_engine::Answer::Host(host) if host.name == "good-2.test")
    );
    assert_eq!(server.asked(Lie::Good), 3);
}

// RFC 6761, RFC 7686
#[test]
fn special_names_never_leave_the_machine() {
    let mut fixture = fixture_with(|dns| dns.search(["test"]).ndots(5));
    let localhost = |name: &str| Ok((name.into(), vec![], vec![std::net::Ipv4Addr::LOCALHOST]));
    assert_eq!(fixture.by_name("localhost"), localhost("localhost"));
    assert_eq!(
        fixture.by_name("good.localhost."),
        localhost("good.localhost")
    );
    for name in ["good.invalid", "good.onion", "good.onion."] {
        assert_eq!(
            fixture.by_name(name),
            Err(ErrorCode::HostNotFound),
            "{name}"
        );
    }
    assert_eq!(fixture.server.asked(Lie::Good), 0);
}

// S-C1: the partial result of a cancelled search is no outcome for others.
#[test]
fn cancelled_search_is_not_cached() {
    let mut fixture = fixture_with(|dns| {
        let dns = dns.search(["x.test", "y.test"]);
        dns.timeout(Duration::from_secs(600))
    });
    let goes = request(&mut fixture.session, "elsewhere");
    fixture.server.wait_until_asked(Lie::Elsewhere, 1);
    assert_eq!(fixture.session.cancel(goes), Ok(()));
    fixture.server.release();
    // Answers come in order, so the late one comes before this one.
    assert!(fixture.by_name("good.test.").is_ok());
    let mut other = started(&fixture.engine);
    request(&mut other, "elsewhere");
    fixture.server.wait_until_asked(Lie::Elsewhere, 2);
    fixture.server.release();
    assert!(next_completion(&mut other).outcome.is_ok());
}

#[test]
fn cached_miss_waits_for_no_permit() {
    let mut fixture = fixture_with(|dns| dns.max_queries(9).timeout(Duration::from_secs(600)));
    let miss = Err(ErrorCode::HostNotFound);
    assert_eq!(fixture.by_name("nobody.test"), miss);
    // This request holds the session's only permit.
    request(&mut fixture.session, "silent.test");
    fixture.server.wait_until_asked(Lie::Silent, 1);
    assert_eq!(fixture.by_name_beside("nobody.test"), miss);
}

#[test]
fn second_server_is_asked_when_the_first_is_gone() {
    let first = Server::start().unwrap();
    let address = first.address();
    drop(first);
    let second = Server::start().unwrap();
    let dns = Dns::builder().server(address).server(second.address());
    let dns = dns.timeout(Duration::from_millis(500)).tries(1).build();
    let engine = LookupEngine::builder().resolver(dns.unwrap());
    let engine = engine.policy(Policy::allow_all().allow_private()).build();
    let mut session = started(&engine);
    request(&mut session, "good.test");
    assert!(next_completion(&mut session).outcome.is_ok());
    assert_eq!(second.asked(Lie::Good), 1);
}

#[test]
fn tcp_setting_sends_no_question_over_udp() {
    let mut fixture = fixture_with(|dns| dns.tcp(true));
    assert_eq!(fixture.by_name("good.test"), good("good.test"));
    assert_eq!(fixture.server.asked_over(Lie::Good, true), 1);
    assert_eq!(fixture.server.asked_over(Lie::Good, false), 0);
}

#[test]
fn chain_asks_tables_first_and_keeps_services() {
    let server = Server::start().unwrap();
    let dns = Dns::builder().server(server.address()).build().unwrap();
    let tables = Tables::builder().hosts_text("192.0.2.77 good-table.test");
    let chain = Chain::new().then(tables.build().unwrap()).then(dns);
    assert!(matches!(
        chain.try_resolve(&lookup("good-table.test")),
        Resolution::Ready(Ok(_))
    ));
    assert_eq!(
        chain.try_resolve(&lookup("good-dns.test")),
        Resolution::Async
    );
    let service = Lookup::ProtocolByNumber(6);
    assert!(matches!(
        chain.try_resolve(&service),
        Resolution::Ready(Ok(_))
    ));
    let engine = LookupEngine::builder().resolver(chain);
    let engine = engine.policy(Policy::allow_all().allow_private()).build();
    let mut session = started(&engine);
    request(&mut session, "good-dns.test");
    assert!(next_completion(&mut session).outcome.is_ok());
    assert_eq!(server.asked(Lie::Good), 1);
}

#[test]
fn resolve_blocking_returns_the_outcome() {
    let fixture = fixture();
    assert!(fixture.dns.resolve_blocking(&lookup("good.test")).is_ok());
    let miss = Err(ErrorCode::HostNotFound);
    assert_eq!(fixture.dns.resolve_blocking(&lookup("nobody.test")), miss);
    let none = Lookup::ProtocolByNumber(6);
    assert_eq!(fixture.dns.resolve_blocking(&none), Err(ErrorCode::NoData));
}

// S-C7: no worker waits for a server.
#[test]
fn silent_server_takes_no_worker() {
    let mut fixture = patient();
    let handles: Vec<_> = (0..1000)
        .map(|n| request(&mut fixture.session, &format!("silent-{n}.test")))
        .collect();
    assert_eq!(fixture.by_name_beside("good.test"), good("good.test"));
    for handle in handles {
        assert_eq!(fixture.session.cancel(handle), Ok(()));
    }
    assert_eq!(
        (fixture.engine.outstanding(), fixture.engine.stuck_workers()),
        (0, 0)
    );
}

#[test]
fn drop_waits_for_no_server() {
    let fixture = patient();
    let (sender, outcomes) = channel();
    for n in 0..100 {
        let sender = sender.clone();
        let responder = Responder::new(move |outcome| sender.send(outcome).unwrap());
        fixture
            .dns
            .start(&lookup(&format!("silent-{n}.test")), responder);
    }
    fixture.server.wait_until_asked(Lie::Silent, 100);
    drop((fixture.session, fixture.engine, fixture.dns));
    // The time-out is ten minutes.
    for _ in 0..100 {
        assert_eq!(outcomes.recv(), Ok(Err(ErrorCode::TryAgain)));
    }
}

// A chain's search may drop the last reference to a resolver on another resolver's event loop.
#[test]
fn search_may_drop_the_last_reference_to_a_resolver() {
    let server = Server::start().unwrap();
    let dns = || Dns::builder().server(server.address()).build().unwrap();
    let shared = Arc::new(dns());
    let chain = Chain::new()
        .then(Arc::clone(&shared))
        .then(dns())
        .then(shared);
    let (sender, outcomes) = channel();
    let responder = Responder::new(move |outcome| sender.send(outcome).unwrap());
    chain.start(&lookup("late.test"), responder);
    server.wait_until_asked(Lie::Late, 1);
    drop(chain);
    server.release();
    // The lookup is answered, or fails because its resolver is gone. Either way it ends.
    drop(outcomes.recv().unwrap());
}

#[test]
fn ten_thousand_names_are_answered() {
    let server = Server::start().unwrap();
    // No more questions in flight than fit in the server's default receive buffer, because a lost
    // question costs a time-out.
    let dns = Dns::builder()
        .server(server.address())
        .max_queries(200)
        .timeout(Duration::from_secs(10))
        .tries(4);
    let engine = LookupEngine::builder()
        .resolver(dns.build().unwrap())
        .policy(Policy::allow_all().allow_private())
        .limits(Limits {
            workers: 1,
            ..Limits::default()
        })
        .build();
    let mut session = started(&engine);
    for round in 0..5 {
        for n in 0..2000 {
            request(&mut session, &format!("good-{round}-{n}.test"));
        }
        for _ in 0..2000 {
            assert!(next_completion(&mut session).outcome.is_ok());
        }
    }
}
