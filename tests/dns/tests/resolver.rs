//! `Dns` itself: its cache, equal questions, the search list, many at once, and its end.

mod support;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

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
fn what_was_answered_is_known_at_once() {
    let mut bench = bench();
    assert_eq!(
        bench.dns.try_resolve(&lookup("good.test")),
        Resolution::Async
    );
    for _ in 0..3 {
        assert_eq!(bench.by_name("good.test"), good("good.test"));
    }
    assert!(matches!(
        bench.dns.try_resolve(&lookup("good.test")),
        Resolution::Ready(Ok(_))
    ));
    assert_eq!(bench.server.asked(Lie::Good), 1);
}

#[test]
fn misses_are_kept_and_failures_are_not() {
    let mut bench = bench();
    for (lie, name, error) in [
        (Lie::Nobody, "nobody.test", ErrorCode::HostNotFound),
        (Lie::NoData, "nodata.test", ErrorCode::NoData),
    ] {
        assert_eq!(bench.by_name(name), Err(error));
        assert_eq!(bench.by_name(name), Err(error));
        assert_eq!(bench.server.asked(lie), 1, "{name}");
        // A chain is to go on from it.
        assert_eq!(bench.dns.try_resolve(&lookup(name)), Resolution::Async);
    }
    for (lie, name) in [
        (Lie::ServFail, "servfail.test"),
        (Lie::Refused, "refused.test"),
    ] {
        assert!(bench.by_name(name).is_err());
        assert!(bench.by_name(name).is_err());
        assert_eq!(bench.server.asked(lie), 2, "{name}");
    }
}

#[test]
fn equal_lookups_are_one_question() {
    let mut bench = patient();
    let mut other = started(&bench.engine);
    for _ in 0..100 {
        ask(&mut bench.session, "late.test");
        ask(&mut other, "late.test");
    }
    bench.server.wait_until_asked(Lie::Late, 1);
    assert_eq!(bench.dns.under_way(), 1);
    bench.server.release();
    for _ in 0..100 {
        assert!(one(&mut bench.session).outcome.is_ok());
        assert!(one(&mut other).outcome.is_ok());
    }
    assert_eq!(bench.server.asked(Lie::Late), 1);
}

// S-C1, S-C6
#[test]
fn whoever_cancels_drops_out_of_the_question() {
    let mut bench = patient();
    let stays = ask(&mut bench.session, "late.test");
    bench.server.wait_until_asked(Lie::Late, 1);
    let mut goes = started(&bench.engine);
    for _ in 0..10_000 {
        let handle = ask(&mut goes, "late.test");
        assert_eq!(goes.cancel(handle), Ok(()));
    }
    assert_eq!(bench.dns.under_way(), 1);
    bench.server.release();
    assert_eq!(one(&mut bench.session).handle, stays);
    assert!(!goes.wait(None));
    assert_eq!(bench.server.asked(Lie::Late), 1);
}

// S-C6: what waits for its turn and is cancelled is never asked.
#[test]
fn what_was_cancelled_before_its_turn_is_not_asked() {
    let mut bench = bench_with(|dns| dns.timeout(Duration::from_secs(600)).questions(1));
    let late = ask(&mut bench.session, "late.test");
    bench.server.wait_until_asked(Lie::Late, 1);
    for n in 0..10_000 {
        let handle = ask(&mut bench.session, &format!("good-{n}.test"));
        assert_eq!(bench.session.cancel(handle), Ok(()));
    }
    let last = ask(&mut bench.session, "good-last.test");
    bench.server.release();
    assert_eq!(one(&mut bench.session).handle, late);
    assert_eq!(one(&mut bench.session).handle, last);
    assert_eq!(bench.server.asked(Lie::Good), 1);
    assert_eq!(bench.dns.under_way(), 0);
}

#[test]
fn more_than_may_be_under_way_take_turns() {
    let mut bench = bench_with(|dns| dns.questions(3).timeout(Duration::from_secs(60)));
    for n in 0..1000 {
        ask(&mut bench.session, &format!("good-{n}.test"));
    }
    for _ in 0..1000 {
        assert!(one(&mut bench.session).outcome.is_ok());
    }
    assert_eq!(bench.dns.under_way(), 0);
}

#[test]
fn the_search_list_completes_names() {
    let mut bench = bench_with(|dns| dns.search(["nobody.test", "b.test"]));
    // "good" is good in any domain; "x" is nobody anywhere.
    assert_eq!(bench.by_name("good"), good("good.nobody.test"));
    assert_eq!(bench.by_name("good."), good("good"));
    assert_eq!(bench.by_name("good.x.test"), good("good.x.test"));
    assert_eq!(bench.by_name("x"), Err(ErrorCode::HostNotFound));
    assert_eq!(bench.server.asked(Lie::Nobody), 3);
    // S-R15: a server that is silent about one ends it.
    assert_eq!(bench.by_name("silent"), Err(ErrorCode::TryAgain));
    assert!(bench.server.asked(Lie::Silent) > 0);
}

// S-C1: what a search had come to when it was cancelled is not the outcome for others.
#[test]
fn a_search_that_was_cancelled_leaves_nothing_wrong() {
    let mut bench = bench_with(|dns| {
        let dns = dns.search(["x.test", "y.test"]);
        dns.timeout(Duration::from_secs(600))
    });
    let goes = ask(&mut bench.session, "elsewhere");
    bench.server.wait_until_asked(Lie::Elsewhere, 1);
    assert_eq!(bench.session.cancel(goes), Ok(()));
    bench.server.release();
    // Answers come in order, so that the late one is there before this.
    assert!(bench.by_name("good.test.").is_ok());
    let mut other = started(&bench.engine);
    ask(&mut other, "elsewhere");
    bench.server.wait_until_asked(Lie::Elsewhere, 2);
    bench.server.release();
    assert!(one(&mut other).outcome.is_ok());
}

#[test]
fn a_miss_that_is_kept_waits_for_no_turn() {
    let mut bench = bench_with(|dns| dns.questions(9).timeout(Duration::from_secs(600)));
    let miss = Err(ErrorCode::HostNotFound);
    assert_eq!(bench.by_name("nobody.test"), miss);
    // It holds the session's only place.
    ask(&mut bench.session, "silent.test");
    bench.server.wait_until_asked(Lie::Silent, 1);
    assert_eq!(bench.by_name_beside("nobody.test"), miss);
}

#[test]
fn the_second_server_is_asked_where_the_first_fails() {
    let first = Server::start().unwrap();
    let address = first.address();
    drop(first);
    let second = Server::start().unwrap();
    let dns = Dns::builder().server(address).server(second.address());
    let dns = dns.timeout(Duration::from_millis(500)).tries(1).build();
    let engine = LookupEngine::builder().resolver(dns.unwrap());
    let engine = engine.policy(Policy::allow_all().allow_private()).build();
    let mut session = started(&engine);
    ask(&mut session, "good.test");
    assert!(one(&mut session).outcome.is_ok());
    assert_eq!(second.asked(Lie::Good), 1);
}

#[test]
fn tcp_alone() {
    let mut bench = bench_with(|dns| dns.tcp(true));
    assert_eq!(bench.by_name("good.test"), good("good.test"));
    assert_eq!(bench.server.asked_over(Lie::Good, true), 1);
    assert_eq!(bench.server.asked_over(Lie::Good, false), 0);
}

#[test]
fn tables_come_first_and_keep_services() {
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
    ask(&mut session, "good-dns.test");
    assert!(one(&mut session).outcome.is_ok());
    assert_eq!(server.asked(Lie::Good), 1);
}

#[test]
fn a_thread_that_may_wait_gets_the_outcome_itself() {
    let bench = bench();
    assert!(bench.dns.resolve_blocking(&lookup("good.test")).is_ok());
    let miss = Err(ErrorCode::HostNotFound);
    assert_eq!(bench.dns.resolve_blocking(&lookup("nobody.test")), miss);
    let none = Lookup::ProtocolByNumber(6);
    assert_eq!(bench.dns.resolve_blocking(&none), Err(ErrorCode::NoData));
}

// S-C7: no worker is ever in it.
#[test]
fn silence_holds_up_no_worker() {
    let mut bench = patient();
    let handles: Vec<_> = (0..1000)
        .map(|n| ask(&mut bench.session, &format!("silent-{n}.test")))
        .collect();
    assert_eq!(bench.by_name_beside("good.test"), good("good.test"));
    for handle in handles {
        assert_eq!(bench.session.cancel(handle), Ok(()));
    }
    assert_eq!(
        (bench.engine.outstanding(), bench.engine.stuck_workers()),
        (0, 0)
    );
}

#[test]
fn dropping_it_waits_for_no_server() {
    let bench = patient();
    let (sender, replies) = channel();
    for n in 0..100 {
        let sender = sender.clone();
        let reply = Responder::new(move |outcome| sender.send(outcome).unwrap());
        bench.dns.start(&lookup(&format!("silent-{n}.test")), reply);
    }
    bench.server.wait_until_asked(Lie::Silent, 100);
    drop((bench.session, bench.engine, bench.dns));
    // The time-out is ten minutes.
    for _ in 0..100 {
        assert_eq!(replies.recv(), Ok(Err(ErrorCode::TryAgain)));
    }
}

// The resolver may go while a chain's search is with another: on c-ares' own thread.
#[test]
fn a_search_may_be_the_last_to_hold_it() {
    let server = Server::start().unwrap();
    let dns = || Dns::builder().server(server.address()).build().unwrap();
    let shared = Arc::new(dns());
    let chain = Chain::new()
        .then(Arc::clone(&shared))
        .then(dns())
        .then(shared);
    let (sender, replies) = channel();
    let reply = Responder::new(move |outcome| sender.send(outcome).unwrap());
    chain.start(&lookup("late.test"), reply);
    server.wait_until_asked(Lie::Late, 1);
    drop(chain);
    server.release();
    // It is answered, or its resolver was gone: either way it ends.
    drop(replies.recv().unwrap());
}

#[test]
fn thousands_at_once() {
    let server = Server::start().unwrap();
    // No more under way than the server has room for where it may not enlarge it: what is lost takes time.
    let dns = Dns::builder()
        .server(server.address())
        .questions(200)
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
            ask(&mut session, &format!("good-{round}-{n}.test"));
        }
        for _ in 0..2000 {
            assert!(one(&mut session).outcome.is_ok());
        }
    }
}
