//! Denials and allowed connections as observers and statistics have them.

use std::sync::{Arc, Mutex};

use winsock_async_engine::LookupEngine;
use winsock_async_engine::observe::Observer;
use winsock_async_engine::policy::ConnectionUse::{TcpBind, TcpConnect, UdpSend};
use winsock_async_engine::policy::{ConnectionDenied, ConnectionRule, Policy};

use crate::guest::{Names, allows, look_up, policy, session, suggested};

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
