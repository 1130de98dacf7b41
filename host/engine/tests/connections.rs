//! What a guest may connect to (`S-W4` to `S-W6`), and attacks on it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use winsock_async_engine::observe::Observer;
use winsock_async_engine::policy::{
    ConnectionDenied, ConnectionRule, ConnectionUse, Policy, Transport,
};
use winsock_async_engine::{
    Connections, Limits, Lookup, LookupEngine, NameQuery, Query, Resolution, Resolver, Session,
};

use ConnectionUse::{TcpBind, TcpConnect, TcpListen, UdpBind, UdpSend};

/// Answers each name with the addresses that stand here, for this long.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<Vec<Name>>>);

/// A name, its address, and until when the answer lives.
type Name = (String, SocketAddr, Option<Instant>);

impl Names {
    fn set(&self, name: &str, address: &str, until: Option<Instant>) {
        let address = SocketAddr::new(address.parse().unwrap(), 0);
        let mut names = self.0.lock().unwrap();
        names.retain(|(other, ..)| other != name);
        names.push((name.into(), address, until));
    }
}

impl Resolver for Names {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let names = self.0.lock().unwrap();
        let asked = lookup.host_name();
        match names.iter().find(|(name, ..)| Some(&**name) == asked) {
            None => Resolution::NotFound,
            Some((name, address, until)) => {
                let outcome = lookup.answer_host(name, [], [address.ip()]);
                match until {
                    None => Resolution::Ready(outcome),
                    Some(until) => Resolution::ReadyUntil(outcome, *until),
                }
            }
        }
    }
}

fn policy(connect: &[&str]) -> Policy {
    connect.iter().fold(Policy::deny_all(), |policy, pattern| {
        policy.connect(pattern.parse().unwrap())
    })
}

fn engine(names: &Names, policy: Policy) -> LookupEngine {
    let builder = LookupEngine::builder().resolver(names.clone());
    builder.policy(policy).build()
}

fn session(engine: &LookupEngine) -> (Session, Connections) {
    let mut session = engine.session();
    session.startup().unwrap();
    let connections = session.connections();
    (session, connections)
}

fn look_up(session: &mut Session, name: &str) {
    let query = Query::HostByName(name.as_bytes().into());
    session.request(query, 0).unwrap();
    assert!(session.take(1)[0].outcome.is_ok(), "{name}");
}

fn allows(connections: &Connections, usage: ConnectionUse, address: &str) -> bool {
    connections.check(usage, address.parse().unwrap()).is_ok()
}

/// The rule that a denial names.
fn suggested(connections: &Connections, usage: ConnectionUse, address: &str) -> String {
    let denied = connections.check(usage, address.parse().unwrap());
    denied.unwrap_err().rule.to_string()
}

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

// S-W4
#[test]
fn literal_addresses_need_a_rule_of_their_own_and_a_star_means_public_ones() {
    let names = Names::default();
    let engine = engine(
        &names,
        policy(&["*:443", "10.1.0.0/16:5432", "[2001:db8::7]:*"]),
    );
    let (_session, connections) = session(&engine);
    for (address, allowed) in [
        ("8.8.8.8:443", true),
        ("[2606:4700::1]:443", true),
        ("8.8.8.8:80", false),
        ("127.0.0.1:443", false),
        ("10.1.2.3:443", false),
        ("10.1.2.3:5432", true),
        ("[::ffff:10.1.2.3]:5432", true),
        ("[::ffff:127.0.0.1]:443", false),
        ("169.254.169.254:443", false),
        ("[::1]:443", false),
        ("[64:ff9b::a00:1]:443", false),
        ("[2001:db8::7]:1", true),
        ("[2001:db8::8]:443", false),
    ] {
        assert_eq!(
            allows(&connections, TcpConnect, address),
            allowed,
            "{address}"
        );
    }
}

#[test]
fn lookups_alone_allow_no_connection_and_a_star_none_to_a_private_answer() {
    // S-W6
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    names.set("printer.test", "10.0.0.7", None);
    let policy = policy(&["*:80"])
        .allow("*.test".parse().unwrap())
        .allow_answers("10.0.0.0/8".parse().unwrap());
    let engine = engine(&names, policy);
    let (mut session, connections) = session(&engine);
    look_up(&mut session, "db.test");
    look_up(&mut session, "printer.test");
    assert!(!allows(&connections, TcpConnect, "8.8.8.8:5432"));
    assert!(allows(&connections, TcpConnect, "8.8.8.8:80"));
    assert!(!allows(&connections, TcpConnect, "10.0.0.7:80"));
}

// S-W4
#[test]
fn listening_needs_a_rule_except_on_loopback_at_any_port() {
    let names = Names::default();
    let policy = policy(&["db.test:5432"]).listen("127.0.0.1:8080".parse().unwrap());
    let engine = engine(&names, policy);
    let (_session, connections) = session(&engine);
    for (usage, address, allowed) in [
        (TcpBind, "127.0.0.1:0", true),
        (TcpBind, "[::1]:0", true),
        (UdpBind, "127.0.0.1:0", true),
        (TcpBind, "127.0.0.1:8080", true),
        (TcpBind, "127.0.0.1:8081", false),
        (UdpBind, "127.0.0.1:8080", false),
        // As a connect binds. Nobody may listen there.
        (TcpBind, "0.0.0.0:0", true),
        (TcpBind, "[::]:0", true),
        (TcpListen, "0.0.0.0:40000", false),
        (TcpListen, "192.0.2.1:40000", false),
        (TcpListen, "127.0.0.1:40000", true),
        // No rule is for UDP.
        (UdpBind, "0.0.0.0:0", false),
        (TcpBind, "192.0.2.1:0", false),
    ] {
        assert_eq!(
            allows(&connections, usage, address),
            allowed,
            "{usage:?} {address}"
        );
    }
    assert_eq!(
        suggested(&connections, TcpListen, "0.0.0.0:80"),
        "--listen 0.0.0.0:80"
    );
}

// S-W4
#[test]
fn guest_connects_to_its_own_listener_on_loopback_while_it_is_open() {
    let names = Names::default();
    let engine = engine(&names, policy(&[]));
    let (_session, connections) = session(&engine);
    let (_other, of_other) = session(&engine);
    let own = "127.0.0.1:40000".parse().unwrap();
    connections.opened(Transport::Tcp, own);
    connections.opened(Transport::Tcp, own);
    assert!(allows(&connections, TcpConnect, "127.0.0.1:40000"));
    assert!(allows(&connections, TcpConnect, "[::ffff:127.0.0.1]:40000"));
    // As a connect binds.
    assert!(allows(&connections, TcpBind, "0.0.0.0:0"));
    assert!(!allows(&of_other, TcpBind, "0.0.0.0:0"));
    assert!(!allows(&connections, UdpSend, "127.0.0.1:40000"));
    assert!(!allows(&connections, TcpConnect, "127.0.0.1:40001"));
    assert!(!allows(&of_other, TcpConnect, "127.0.0.1:40000"));
    connections.closed(Transport::Tcp, own);
    assert!(allows(&connections, TcpConnect, "127.0.0.1:40000"));
    connections.closed(Transport::Tcp, own);
    assert!(!allows(&connections, TcpConnect, "127.0.0.1:40000"));
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

#[derive(Clone, Default)]
struct Denials(Arc<Mutex<Vec<(u64, String)>>>);

impl Observer for Denials {
    fn connection_denied(&self, session: u64, denied: &ConnectionDenied) {
        self.0.lock().unwrap().push((session, denied.to_string()));
    }
}

#[test]
fn denials_are_counted_and_observed_with_the_rule_that_would_allow_them() {
    let names = Names::default();
    names.set("db.test", "8.8.8.8", None);
    names.set("six.test", "2606:4700::1", None);
    let denials = Denials::default();
    let builder = LookupEngine::builder().resolver(names);
    let policy = Policy::deny_all().allow("*.test".parse().unwrap());
    let engine = builder.policy(policy).observer(denials.clone()).build();
    let (mut session, connections) = session(&engine);
    assert_eq!(
        suggested(&connections, TcpConnect, "8.8.8.8:5432"),
        "--connect 8.8.8.8:5432"
    );
    // A rule for lookups allows none of it, and names the host.
    look_up(&mut session, "db.test");
    assert_eq!(
        suggested(&connections, TcpConnect, "8.8.8.8:5432"),
        "--connect db.test:5432"
    );
    assert_eq!(
        suggested(&connections, UdpSend, "8.8.8.8:53"),
        "--connect udp:db.test:53"
    );
    assert_eq!(
        suggested(&connections, TcpConnect, "[2606:4700::1]:443"),
        "--connect '[2606:4700::1]:443'"
    );
    assert_eq!(
        suggested(&connections, TcpConnect, "[64:ff9b::a00:1]:80"),
        "--connect '[64:ff9b::a00:1]:80' --connect 10.0.0.1:80"
    );
    assert_eq!(suggested(&connections, TcpConnect, "0.0.0.0:80"), "no rule");
    assert_eq!(session.stats().connections_denied, 6);
    assert_eq!(engine.metrics().total.connections_denied, 6);
    let seen = denials.0.lock().unwrap();
    assert_eq!(seen.len(), 6);
    assert_eq!(
        seen[1],
        (
            1,
            "8.8.8.8:5432 is denied; add --connect db.test:5432".into()
        )
    );
}

// S-W6
#[test]
fn denied_lookup_of_a_client_that_knows_the_port_is_observed_with_the_rule_for_both() {
    let denials = Denials::default();
    let builder = LookupEngine::builder().resolver(Names::default());
    let policy = Policy::deny_all().connect("db.test:1".parse().unwrap());
    let engine = builder.policy(policy).observer(denials.clone()).build();
    let (session, connections) = session(&engine);
    connections.lookup_denied("WEB.test.", 443);
    connections.lookup_denied("db.test", 2);
    // Not for want of a rule on connections, no name, and no port.
    connections.lookup_denied("db.test", 1);
    connections.lookup_denied("192.0.2.1", 80);
    connections.lookup_denied("web..test", 80);
    connections.lookup_denied("web.test", 0);
    assert_eq!(session.stats().connections_denied, 2);
    let seen = denials.0.lock().unwrap();
    let seen: Vec<&str> = seen.iter().map(|(_, text)| text.as_str()).collect();
    let expected = ["web.test:443", "db.test:2"]
        .map(|rule| format!("the lookup is denied; add --connect {rule}"));
    assert_eq!(seen, expected);
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

#[derive(Clone, Default)]
struct Allowed(Arc<Mutex<Vec<String>>>);

impl Observer for Allowed {
    fn wants_connections(&self) -> bool {
        true
    }

    fn connection_allowed(&self, _: u64, rule: &ConnectionRule) {
        self.0.lock().unwrap().push(rule.to_string());
    }
}

// The order is that of wasmtime-wasi, after the early check of its face.
#[test]
fn allowed_connection_is_observed_once() {
    let allowed = Allowed::default();
    let builder = LookupEngine::builder().resolver(Names::default());
    let builder = builder.policy(policy(&["8.8.8.8:53"]));
    let engine = builder.observer(allowed.clone()).build();
    let (session, connections) = session(&engine);
    let to = "8.8.8.8:53".parse().unwrap();
    assert!(connections.check_early(TcpConnect, to).is_ok());
    assert!(allows(&connections, TcpBind, "0.0.0.0:0"));
    assert!(allows(&connections, TcpConnect, "8.8.8.8:53"));
    assert_eq!(*allowed.0.lock().unwrap(), ["--connect 8.8.8.8:53"]);
    // A denial ends the call, so it is observed at the early check.
    let to = "8.8.8.8:54".parse().unwrap();
    assert!(connections.check_early(TcpConnect, to).is_err());
    assert_eq!(session.stats().connections_denied, 1);
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
