//! Requests that limits refuse, and hosts that the policy denies.

mod support;

use std::net::Ipv4Addr;

use winsock_async_engine::resolvers::{Rule, Script};
use winsock_async_engine::{
    Answer, ErrorCode, HostEntry, Limits, LookupEngine, Policy, Rate, Session,
};

use support::*;

// S-R2, S-C6: the limits of a session and of the engine.
#[test]
fn a_request_past_a_limit_is_refused_until_others_end() {
    let (engine, control) = engine(Limits {
        max_requests: 3,
        requests_per_engine: 5,
        ..workers(1)
    });
    let (mut a, mut b) = (started(&engine), started(&engine));
    let of_a: Vec<_> = (0..3).map(|_| ask(&mut a, "stuck.test")).collect();
    assert_eq!(a.request(host("known.test"), 0), Err(ErrorCode::WouldBlock));
    ask(&mut b, "known.test");
    ask(&mut b, "stuck.test");
    // The engine's limit: the session is below its own.
    assert_eq!(b.request(host("known.test"), 0), Err(ErrorCode::WouldBlock));
    assert_eq!(a.stats().refused + b.stats().refused, 2);
    // A completed request is outstanding until it is taken.
    assert_eq!(b.take(1).len(), 1);
    ask(&mut b, "known.test");
    assert_eq!(a.cancel(of_a[0]), Ok(()));
    ask(&mut a, "known.test");
    assert_eq!(engine.outstanding(), 5);
    drop(a);
    assert_eq!(engine.outstanding(), 2);
    b.cleanup().unwrap();
    assert_eq!(engine.outstanding(), 0);
    drop(control);
}

// S-R2: the limit on the rate.
#[test]
fn a_session_past_its_rate_is_refused_and_another_is_not() {
    let number = |n: u32| n.try_into().unwrap();
    let (engine, _) = engine(Limits {
        max_rate: Some(Rate {
            per_second: number(1),
            burst: number(3),
        }),
        ..Limits::default()
    });
    let (mut fast, mut other) = (started(&engine), started(&engine));
    let outcomes: Vec<_> = (0..100)
        .map(|_| fast.request(host("known.test"), 0))
        .collect();
    assert!(outcomes[..3].iter().all(Result::is_ok));
    // At this rate 100 requests would take a minute and a half.
    let refused = outcomes
        .iter()
        .filter(|o| **o == Err(ErrorCode::WouldBlock));
    let refused = refused.count() as u64;
    assert!(refused > 0);
    assert_eq!(fast.stats().refused, refused);
    assert_eq!(fast.outstanding() as u64, 100 - refused);
    ask(&mut other, "known.test");
}

// S-R2: a call that another limit refuses leaves the whole burst.
#[test]
fn a_request_that_another_limit_refuses_uses_nothing_of_the_rate() {
    let number = |n: u32| n.try_into().unwrap();
    let (engine, control) = engine(Limits {
        max_rate: Some(Rate {
            per_second: number(1),
            burst: number(2),
        }),
        requests_per_engine: 2,
        max_extra_workers: 0,
        ..workers(1)
    });
    let (mut session, mut other) = (started(&engine), started(&engine));
    let refusals = |session: &mut Session, name| {
        for _ in 0..50 {
            assert_eq!(session.request(host(name), 0), Err(ErrorCode::WouldBlock));
        }
    };
    // The engine's limit.
    let stuck = ask(&mut other, "stuck.test");
    control.wait_until_started("stuck.test");
    ask(&mut other, "known.test");
    refusals(&mut session, "known.test");
    other.take(1);
    // No worker is left.
    other.cancel(stuck).unwrap();
    refusals(&mut session, "stuck.test");
    ask(&mut session, "known.test");
    ask(&mut session, "known.test");
}

// S-R2: the limit on bytes.
#[test]
fn a_request_past_the_byte_limit_is_refused_until_bytes_are_free() {
    let (engine, _) = engine(Limits {
        bytes_per_session: 10_000,
        ..workers(1)
    });
    let mut session = started(&engine);
    let mut handles = Vec::new();
    ask(&mut session, "stuck.test");
    let refused = loop {
        match session.request(host("stuck.test"), 0) {
            Ok(handle) => handles.push(handle),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, ErrorCode::WouldBlock);
    assert!((20..200).contains(&handles.len()), "{}", handles.len());
    assert_eq!(session.cancel(handles[0]), Ok(()));
    ask(&mut session, "stuck.test");
    assert_eq!(
        session.request(host("stuck.test"), 0),
        Err(ErrorCode::WouldBlock)
    );
}

// No address and no alias is cut in two.
#[test]
fn large_answers_lose_addresses_then_aliases_then_fail() {
    let entry = |name: &str, aliases: usize| {
        let addresses = (0..1000).map(Ipv4Addr::from_bits);
        let aliases = (0..aliases).map(|i| format!("alias-{i:04}.test"));
        HostEntry::new(name, addresses).with_aliases(aliases)
    };
    let long = "a".repeat(5000);
    let script = Script::new()
        .rule(Rule::host("now.test").answer(entry("now.test", 10)).now())
        .rule(Rule::host("later.test").answer(entry("later.test", 10)))
        .rule(Rule::host("names.test").answer(entry("names.test", 1000)))
        .rule(Rule::host("long.test").answer(entry(&long, 0)));
    let engine = LookupEngine::builder()
        .resolver(script.build().unwrap())
        .policy(Policy::allow_all().allow_private())
        .limits(Limits {
            answer_bytes: 2000,
            ..Limits::default()
        })
        .build();
    let mut session = started(&engine);
    let mut answer = |name: &str| {
        ask(&mut session, name);
        let outcome = one(&mut session).outcome;
        outcome.map(|answer| match &*answer {
            Answer::Host(host) => host.clone(),
            other => panic!("{other:?}"),
        })
    };
    for name in ["now.test", "later.test"] {
        let host = answer(name).unwrap();
        assert_eq!((&*host.name, host.aliases.len()), (name, 10));
        let count = host.addresses().len();
        assert!((350..400).contains(&count), "{count}");
        assert!(
            host.addresses()
                .eq((0..count as u32).map(Ipv4Addr::from_bits))
        );
    }
    let host = answer("names.test").unwrap();
    assert_eq!(host.addresses().len(), 1);
    let count = host.aliases.len();
    assert!((40..60).contains(&count), "{count}");
    assert_eq!(
        host.aliases[count - 1],
        format!("alias-{:04}.test", count - 1)
    );
    assert_eq!(answer("long.test"), Err(ErrorCode::NoRecovery));
}

// S-R18: an engine that has no way to run.
#[test]
fn an_engine_without_workers_fails_requests_with_network_down() {
    let (engine, _) = engine(workers(0));
    let mut session = engine.session();
    assert_eq!(
        session.request(host("known.test"), 0),
        Err(ErrorCode::NotInitialised)
    );
    session.startup().unwrap();
    assert_eq!(
        session.request(host("known.test"), 0),
        Err(ErrorCode::NetworkDown)
    );
    // S-C5: the engine's state is checked before the handle.
    assert_eq!(session.cancel(0), Err(ErrorCode::NetworkDown));
    assert!(!session.wait(None));
}

// S-R16: denied by default, and no resolver is asked.
#[test]
fn hosts_are_denied_by_the_default_policy() {
    let (script, control) = script();
    let engine = LookupEngine::builder()
        .resolver(script)
        .host_name("known.test")
        .build();
    let mut session = started(&engine);
    for name in ["known.test", "quick.test", "", "127.0.0.1"] {
        ask(&mut session, name);
        assert_eq!(
            one(&mut session).outcome,
            Err(ErrorCode::AccessDenied),
            "{name:?}"
        );
    }
    assert!(control.asked().is_empty());
    assert_eq!(
        (session.stats().denied, session.stats().failed().count()),
        (4, 0)
    );
}
