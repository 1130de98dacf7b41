//! Connections that answers allow, and for how long.

use std::net::SocketAddr;
use std::time::Instant;

use winsock_async_engine::policy::ConnectionUse::{TcpConnect, UdpSend};
use winsock_async_engine::{Limits, LookupEngine, NameQuery, Query};

use crate::guest::{Names, allows, engine, look_up, policy, session};

// S-W4
#[test]
fn answered_address_may_be_connected_to_with_the_port_of_its_name() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    names.set("web.test", "8.8.4.4", None);
    let policy = policy(&["db.test:5432", "udp:db.test:53", "*.test:80"]);
    let engine = engine(&names, policy);
    let (mut session, connections) = session(&engine);
    assert!(!allows(&connections, TcpConnect, "8.8.8.8:5432"));
    look_up(&mut session, "db.test");
    for (usage, address, allowed) in [
        (TcpConnect, "8.8.8.8:5432", true),
        (TcpConnect, "8.8.8.8:80", true),
        (UdpSend, "8.8.8.8:53", true),
        // A port off by one, and the other transport.
        (TcpConnect, "8.8.8.8:5431", false),
        (TcpConnect, "8.8.8.8:5433", false),
        (UdpSend, "8.8.8.8:5432", false),
        (TcpConnect, "8.8.8.8:53", false),
        (TcpConnect, "8.8.8.8:0", false),
        (TcpConnect, "[::ffff:8.8.8.8]:5432", true),
        (TcpConnect, "[::ffff:8.8.8.8]:53", false),
        (TcpConnect, "8.8.4.4:80", false),
        (TcpConnect, "0.0.0.0:5432", false),
    ] {
        assert_eq!(
            allows(&connections, usage, address),
            allowed,
            "{usage:?} {address}"
        );
    }
}

// S-W4
#[test]
fn client_that_knows_the_name_is_judged_by_the_rules_for_that_name() {
    let names = Names::default();
    for name in ["web.test", "other.test", "hint.test"] {
        names.set(name, "8.8.8.8", None);
    }
    let policy = policy(&[
        "web.test:80",
        "other.test:81",
        "8.8.8.8:82",
        "udp:other.test:80",
    ])
    .allow("hint.test".parse().unwrap());
    let engine = engine(&names, policy);
    let (mut session, connections) = session(&engine);
    let check = |host: &str, port: u16| {
        connections
            .check_host(host, SocketAddr::new([8, 8, 8, 8].into(), port))
            .map_err(|denied| denied.rule.to_string())
    };
    let add = |rule: &str| Err(format!("--connect {rule}"));
    // Nothing was answered yet.
    assert_eq!(check("web.test", 80), add("web.test:80"));
    for name in ["web.test", "other.test", "hint.test"] {
        look_up(&mut session, name);
    }
    assert_eq!(check("web.test", 80), Ok(()));
    assert_eq!(check("WEB.test.", 80), Ok(()));
    assert_eq!(check("other.test", 81), Ok(()));
    // The others have the same address.
    assert_eq!(check("other.test", 80), add("other.test:80"));
    assert_eq!(check("hint.test", 80), add("hint.test:80"));
    assert_eq!(check("unknown.test", 80), add("unknown.test:80"));
    // A rule for the address has every name.
    assert_eq!(check("hint.test", 82), Ok(()));
    // An address in place of a name is judged as a socket's.
    assert_eq!(check("8.8.8.8", 80), Ok(()));
    assert_eq!(check("web.test", 0), Err("no rule".into()));
}

// S-W4, S-W5
#[test]
fn answer_to_another_guest_and_answer_that_was_cancelled_do_not_count() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    let engine = engine(&names, policy(&["db.test:5432"]));
    let (mut first, of_first) = session(&engine);
    let (mut second, of_second) = session(&engine);
    look_up(&mut first, "db.test");
    assert!(allows(&of_first, TcpConnect, "8.8.8.8:5432"));
    assert!(!allows(&of_second, TcpConnect, "8.8.8.8:5432"));
    let query = Query::HostByName(b"db.test"[..].into());
    let handle = second.request(query, 0).unwrap();
    second.cancel(handle).unwrap();
    assert!(!allows(&of_second, TcpConnect, "8.8.8.8:5432"));
    // By any interface of the guest.
    let addresses = NameQuery {
        name: b"db.test"[..].into(),
        family: None,
    };
    let lookup = second.lookups().begin(Query::Addresses(addresses));
    assert!(!allows(&of_second, TcpConnect, "8.8.8.8:5432"));
    assert!(lookup.outcome().unwrap().is_ok());
    assert!(allows(&of_second, TcpConnect, "8.8.8.8:5432"));
}

// S-W4: the name's owner changes the address between the lookup and the connection: DNS rebinding.
#[test]
fn rebound_name_leads_to_what_was_answered_and_judged_only() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    let engine = engine(&names, policy(&["db.test:5432", "*:80"]));
    let (mut session, connections) = session(&engine);
    look_up(&mut session, "db.test");
    names.set("db.test", "169.254.169.254", None);
    assert!(!allows(&connections, TcpConnect, "169.254.169.254:5432"));
    let query = Query::HostByName(b"db.test"[..].into());
    session.request(query, 0).unwrap();
    assert!(session.take(1)[0].outcome.is_err());
    assert!(!allows(&connections, TcpConnect, "169.254.169.254:5432"));
    assert!(!allows(&connections, TcpConnect, "169.254.169.254:80"));
    assert!(allows(&connections, TcpConnect, "8.8.8.8:5432"));
}

// S-W4: that it ends after that is tested without a clock, in `guest_connections.rs`.
#[test]
fn answer_that_is_over_counts_for_a_minute() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", Some(Instant::now()));
    let engine = engine(&names, policy(&["db.test:5432"]));
    let (mut session, connections) = session(&engine);
    look_up(&mut session, "db.test");
    assert!(allows(&connections, TcpConnect, "8.8.8.8:5432"));
}

// S-W5: lookups of other names push nothing out, and those of allowed names the oldest.
#[test]
fn flood_of_lookups_pushes_out_the_oldest_of_allowed_names_only() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    for i in 0..300u32 {
        names.set(
            &format!("n{i}.other"),
            &format!("9.0.{}.{}", i / 250, i % 250),
            None,
        );
        names.set(
            &format!("n{i}.test"),
            &format!("9.1.{}.{}", i / 250, i % 250),
            None,
        );
    }
    let policy = policy(&["*.test:5432"]).allow("*.other".parse().unwrap());
    let limits = Limits {
        max_answered_addresses: 100,
        ..Limits::default()
    };
    let builder = LookupEngine::builder().resolver(names);
    let engine = builder.policy(policy).limits(limits).build();
    let (mut session, connections) = session(&engine);
    look_up(&mut session, "db.test");
    for i in 0..300 {
        look_up(&mut session, &format!("n{i}.other"));
    }
    assert!(allows(&connections, TcpConnect, "8.8.8.8:5432"));
    for i in 0..99 {
        look_up(&mut session, &format!("n{i}.test"));
    }
    assert!(allows(&connections, TcpConnect, "8.8.8.8:5432"));
    look_up(&mut session, "n99.test");
    assert!(!allows(&connections, TcpConnect, "8.8.8.8:5432"));
    assert!(allows(&connections, TcpConnect, "9.1.0.0:5432"));
}

// S-W4
#[test]
fn answers_count_that_were_taken_before_the_first_check() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    for rule in ["db.test:5432", "udp:db.test:5432"] {
        let engine = engine(&names, policy(&[rule]));
        let mut session = engine.session();
        session.startup().unwrap();
        look_up(&mut session, "db.test");
        let connections = session.connections();
        let usage = if rule.starts_with("udp:") {
            UdpSend
        } else {
            TcpConnect
        };
        assert!(allows(&connections, usage, "8.8.8.8:5432"), "{rule}");
        assert!(!allows(&connections, usage, "8.8.8.8:5433"), "{rule}");
    }
}

// What a check costs with 4,096 addresses is in the bench; that it does not wait for the other
// users of the guest for ever is here.
#[test]
fn checks_run_beside_lookups() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    let engine = engine(&names, policy(&["db.test:5432"]));
    let (mut session, connections) = session(&engine);
    look_up(&mut session, "db.test");
    std::thread::scope(|scope| {
        let checks =
            scope.spawn(|| (0..10_000).all(|_| allows(&connections, TcpConnect, "8.8.8.8:5432")));
        for _ in 0..10_000 {
            look_up(&mut session, "db.test");
        }
        assert!(checks.join().unwrap());
    });
}
