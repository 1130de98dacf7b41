//! Connections of guests by WASI's own sockets, judged by the engine. The runner's tests have more
//! of WASI 0.2.

use std::sync::{Arc, Mutex};

use winsock_async_engine::observe::Observer;
use winsock_async_engine::policy::ConnectionDenied;
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{LookupEngine, Policy};
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::servers::Server;

/// Keeps the rules that would have allowed what was denied.
#[derive(Clone, Default)]
struct Denied(Arc<Mutex<Vec<String>>>);

impl Observer for Denied {
    fn connection_denied(&self, _: u64, denied: &ConnectionDenied) {
        self.0.lock().unwrap().push(denied.rule.to_string());
    }
}

/// Runs a guest that may look `localhost` up and connect by these rules. Returns the lines that it
/// prints, and the rules that would have allowed what was denied.
fn run(program: &str, rules: &[&str], args: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
    let guest = Ordinary::load(program)?;
    let hosts = Tables::builder().hosts_text("127.0.0.1 localhost");
    let allow = Policy::deny_all().allow("localhost".parse().unwrap());
    let policy = rules
        .iter()
        .fold(allow, |policy, rule| policy.connect(rule.parse().unwrap()));
    let observer = Denied::default();
    let engine = LookupEngine::builder()
        .resolver(hosts.build().unwrap())
        .policy(policy)
        .observer(observer.clone())
        .build();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let run = guest.run_with(args, &engine, |_| {});
    let (output, succeeded) = runtime.block_on(run).unwrap();
    assert!(succeeded, "{program} {rules:?} {args:?}: {output}");
    let denied = observer.0.lock().unwrap().clone();
    let counted = engine.metrics().total.connections_denied;
    assert_eq!(counted, denied.len() as u64);
    Some((output.lines().map(Into::into).collect(), denied))
}

/// Checks what a guest prints, and the rules that would have allowed what was denied.
#[track_caller]
fn prints(program: &str, rules: &[&str], args: &[&str], expected: &[&str], denied: &[&str]) {
    if let Some((lines, advice)) = run(program, rules, args) {
        assert_eq!(lines, expected, "{program} {rules:?} {args:?}");
        assert_eq!(advice, denied, "{program} {rules:?} {args:?}");
    }
}

const GUEST: &str = "sockets_0_3_0";

// S-W4, S-W6
#[test]
fn guest_of_0_3_connects_by_rule_and_its_denials_name_the_rule() {
    let server = Server::tcp_echo();
    let (port, address) = (server.port(), server.address().to_string());
    let by_name = ["tcp", "localhost", &port];
    let by_address = ["connect", &address];
    let rule = format!("localhost:{port}");
    let off_by_one = format!("localhost:{}", server.address().port() ^ 1);
    let udp = format!("udp:{rule}");
    let (found, received) = ("found 127.0.0.1", "received hello");
    let connected = format!("connected {address}");
    let denied = "connect: ErrorCode::AccessDenied";
    let (add, add_address) = (format!("--connect {rule}"), format!("--connect {address}"));

    let expected = [found, &connected, received];
    prints(GUEST, &[&rule], &by_name, &expected, &[]);
    for rules in [&[][..], &[&*off_by_one], &[&*udp]] {
        prints(GUEST, rules, &by_name, &[found, denied], &[&add]);
    }
    // An address that was not answered needs a rule of its own.
    prints(GUEST, &[&rule], &by_address, &[denied], &[&add_address]);
    let expected = [&*connected, received];
    prints(GUEST, &[&address], &by_address, &expected, &[]);
    if Ordinary::load(GUEST).is_some() {
        assert_eq!(server.seen(), ["connection"; 2]);
    }
}

// S-W4
#[test]
fn guest_of_0_3_connects_to_where_it_listens_until_it_closes() {
    let Some((lines, denied)) = run(GUEST, &[], &["listen", "127.0.0.1:0"]) else {
        return;
    };
    let expected = [
        "listening 127.0.0.1",
        "received hello",
        "closed",
        "connect: ErrorCode::AccessDenied",
    ];
    assert_eq!(lines, expected);
    assert!(denied[0].starts_with("--connect 127.0.0.1:"), "{denied:?}");
    assert_eq!(denied.len(), 1);
    let expected = ["bind: ErrorCode::AccessDenied"];
    let (fixed, any) = (["listen", "127.0.0.1:1"], ["listen", "0.0.0.0:0"]);
    prints(GUEST, &[], &fixed, &expected, &["--listen 127.0.0.1:1"]);
    prints(GUEST, &[], &any, &expected, &["--connect HOST:PORT"]);
}

// S-W4
#[test]
fn guest_of_0_3_sends_datagrams_by_rule_and_its_denials_name_the_rule() {
    let server = Server::udp_echo();
    let port = server.port();
    let args = ["udp", "localhost", &port];
    let (udp, tcp) = (format!("udp:localhost:{port}"), format!("localhost:{port}"));
    let received = "received hello";
    let expected = ["found 127.0.0.1", received, received];
    prints(GUEST, &[&udp], &args, &expected, &[]);
    let expected = ["found 127.0.0.1", "send: ErrorCode::AccessDenied"];
    let add = format!("--connect {udp}");
    for rules in [&[][..], &[&*tcp]] {
        prints(GUEST, rules, &args, &expected, &[&add]);
    }
}

// S-W4: a guest may send to its own sockets, as long as they are there.
#[test]
fn closed_sockets_of_a_guest_of_0_3_are_no_longer_its_own() {
    let Some((lines, denied)) = run(GUEST, &[], &["datagrams"]) else {
        return;
    };
    let expected = ["to bound: hello", "to other: hello", "to connected: hello"];
    assert_eq!(lines[..3], expected);
    // Some systems keep the port of a socket that is disconnected.
    let keeps_port = lines[3] != "disconnected: port 0";
    let sent = if keeps_port {
        "Ok(())"
    } else {
        "Err(ErrorCode::AccessDenied)"
    };
    assert_eq!(lines[4], format!("to disconnected: {sent}"));
    assert_eq!(lines[5], "to closed: Err(ErrorCode::AccessDenied)");
    assert_eq!(denied.len(), if keeps_port { 1 } else { 2 });
}

// S-W4: connecting had changed the socket's local address.
#[test]
fn closed_socket_of_a_guest_of_0_2_is_no_longer_its_own() {
    let Some((lines, denied)) = run("std_datagrams", &[], &[]) else {
        return;
    };
    let failed = "send to closed: PermissionDenied: Permission denied (os error 2)";
    assert_eq!(lines, ["received hello", failed]);
    assert_eq!(denied.len(), 1);
}
