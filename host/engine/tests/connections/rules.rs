//! What rules allow without an answer, and what an answer alone does not allow.

use winsock_async_engine::policy::ConnectionUse::{
    TcpBind, TcpConnect, TcpListen, UdpBind, UdpSend,
};
use winsock_async_engine::policy::Transport;

use crate::guest::{Names, allows, engine, look_up, policy, session, suggested};

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
