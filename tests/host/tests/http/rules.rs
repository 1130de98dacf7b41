//! Which lookups and connections a request gets: allowed, denied and failed.

use std::net::TcpListener;
use std::sync::Mutex;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Script, Tables};
use winsock_async_engine::{Limits, Lookup, LookupEngine, Resolution, Resolver};
use winsock_async_tests::servers::Server;

use crate::support::{DENIED, HELLO, HOSTS, engine, gets, run};

const INVALID: &[&str] = &["error ErrorCode::HttpRequestUriInvalid"];

#[test]
fn rule_for_the_name_and_port_is_all_that_a_request_needs() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    gets(&engine, &[], &[(&url, HELLO)]);
    assert_eq!(server.seen(), [format!("GET / HTTP/1.1 web.test:{port}")]);
    // The same session, in the same statistics.
    let total = engine.metrics().total;
    assert_eq!((total.requests, total.connections_denied), (1, 0));
}

#[test]
fn javascript_fetches_by_the_rules() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let urls = [
        format!("http://web.test:{port}/"),
        format!("http://other.test:{port}/"),
        format!("http://127.0.0.2:{port}/"),
        format!("http://unknown.test:{port}/"),
    ];
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let Some(lines) = run(&engine, &[], "javascript_fetch", &urls) else {
        return;
    };
    let error = "error TypeError";
    let expected = ["status 200", r#"body "hello\n""#, error, error, error];
    assert_eq!(lines, expected);
    assert_eq!(server.seen().len(), 1);
}

// S-W4, S-W6
#[test]
fn request_without_a_rule_for_its_name_and_port_is_denied_and_reaches_no_server() {
    let server = Server::http();
    let (port, other) = (server.port(), server.address().port() ^ 1);
    // Other names have the same address, and `other.test` a rule of its own with another port.
    let engine = engine(&[
        &format!("web.test:{other}"),
        &format!("udp:web.test:{port}"),
        &format!("other.test:{other}"),
        &format!("*.web.test:{port}"),
        "two.test:1",
    ]);
    let urls = [
        format!("http://web.test:{port}/"),
        format!("http://WEB.test.:{port}/"),
        format!("http://other.test:{port}/"),
        format!("http://two.test:{port}/"),
        format!("http://denied.test:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        "http://web.test:0/".into(),
    ];
    let expected: Vec<_> = urls.iter().map(|url| (&**url, DENIED)).collect();
    gets(&engine, &[], &expected);
    assert_eq!(server.seen(), [""; 0]);
}

// S-W4
#[test]
fn rule_for_another_name_with_the_same_address_does_not_count() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}"), "other.test:1"]);
    let urls = [
        format!("http://web.test:{port}/"),
        // Its address may be connected to by now, for the other name.
        format!("http://other.test:{port}/"),
    ];
    gets(&engine, &[], &[(&urls[0], HELLO), (&urls[1], DENIED)]);
    assert_eq!(server.seen().len(), 1);
}

// S-W4
#[test]
fn address_needs_a_rule_of_its_own() {
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("127.0.0.1:{port}")]);
    let urls = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://web.test:{port}/"),
    ];
    // Nothing allows the lookup of the name.
    gets(&engine, &[], &[(&urls[0], HELLO), (&urls[1], DENIED)]);
}

#[test]
fn host_that_can_be_none_is_an_invalid_uri() {
    let engine = engine(&["127.0.0.1:80", "web.test:80"]);
    let expected: Vec<_> = [
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://user@web.test/",
        "http://web..test/",
        "http://web.test:+80/",
        "http://[::1]web.test:80/",
    ]
    .map(|url| (url, INVALID))
    .into();
    gets(&engine, &[], &expected);
}

// S-W2
#[test]
fn failed_lookups_are_told_apart() {
    let names = ["unknown", "empty", "broken", "again"];
    let rules = names.map(|name| format!("{name}.test:80"));
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let engine = engine(&rules);
    let rcode = |rcode: &str| {
        let payload = format!("DnsErrorPayload {{ rcode: Some({rcode:?}), info-code: None }}");
        format!("error ErrorCode::DnsError({payload})")
    };
    let [unknown, empty, broken] = ["NXDOMAIN", "NOERROR", "SERVFAIL"].map(rcode);
    gets(
        &engine,
        &[],
        &[
            ("http://unknown.test/", &[&unknown]),
            ("http://empty.test/", &[&empty]),
            ("http://broken.test/", &[&broken]),
            ("http://again.test/", &["error ErrorCode::DnsTimeout"]),
        ],
    );
}

#[test]
fn redirect_is_the_guests_to_follow() {
    let (first, second) = (Server::http(), Server::http());
    let engine = engine(&[&format!("web.test:{}", first.port())]);
    let to = format!("http://127.0.0.1:{}/", second.port());
    let url = format!("http://web.test:{}/redirect/{to}", first.port());
    gets(
        &engine,
        &[],
        &[(&url, &["status 302", "body "]), (&to, DENIED)],
    );
    assert_eq!((first.seen().len(), second.seen().len()), (1, 0));
}

#[test]
fn next_address_is_tried_when_one_refuses() {
    // Nothing listens at 127.0.0.3.
    let server = Server::http();
    let port = server.port();
    let engine = engine(&[&format!("two.test:{port}"), &format!("closed.test:{port}")]);
    let urls = ["two", "closed"].map(|name| format!("http://{name}.test:{port}/"));
    let refused: &[&str] = &["error ErrorCode::ConnectionRefused"];
    gets(&engine, &[], &[(&urls[0], HELLO), (&urls[1], refused)]);
}

// S-W1
#[test]
fn requests_count_for_the_limits_of_the_guest() {
    let script = r#"rule = [{ host = "*.test", never = true }]"#;
    let script = Script::parse(script, "the test").unwrap();
    let engine = LookupEngine::builder()
        .resolver(script)
        .policy(Policy::deny_all().connect("*.test:80".parse().unwrap()))
        .limits(Limits {
            max_requests: 0,
            ..Limits::default()
        })
        .build();
    let limited: &[&str] = &["error ErrorCode::ConnectionLimitReached"];
    gets(&engine, &[], &[("http://a.test/", limited)]);
}

// S-W4
#[test]
fn address_without_a_rule_is_skipped_beside_one_that_has_a_rule() {
    let server = Server::http();
    let address = server.address();
    // `two.test` has this address first.
    let forbidden = TcpListener::bind(("127.0.0.3", address.port())).unwrap();
    forbidden.set_nonblocking(true).unwrap();
    let tables = Tables::builder().hosts_text(HOSTS).build().unwrap();
    let policy = Policy::deny_all().allow_private();
    let policy = policy.allow("two.test".parse().unwrap());
    let policy = policy.connect(address.to_string().parse().unwrap());
    let engine = LookupEngine::builder()
        .resolver(tables)
        .policy(policy)
        .build();
    let url = format!("http://two.test:{}/", address.port());
    gets(&engine, &[], &[(&url, HELLO)]);
    assert!(forbidden.accept().is_err());
    assert_eq!(engine.metrics().total.connections_denied, 1);
}

/// Answers a host with another address each time.
struct Changing(Mutex<Vec<[u8; 4]>>);

impl Resolver for Changing {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let address = self.0.lock().unwrap().remove(0);
        Resolution::Ready(lookup.answer_host("web.test", [], [address.into()]))
    }
}

// S-W4
#[test]
fn name_that_changes_to_a_forbidden_address_leads_nowhere() {
    let server = Server::http();
    let port = server.port();
    let changing = Changing(Mutex::new(vec![
        [127, 0, 0, 1],
        [127, 0, 0, 3],
        [127, 0, 0, 1],
    ]));
    let forbidden = TcpListener::bind(("127.0.0.3", server.address().port())).unwrap();
    forbidden.set_nonblocking(true).unwrap();
    let policy = Policy::deny_all().allow_answers("127.0.0.1".parse().unwrap());
    let policy = policy.connect(format!("web.test:{port}").parse().unwrap());
    let engine = LookupEngine::builder()
        .resolver(changing)
        .policy(policy)
        .build();
    let url = format!("http://web.test:{port}/");
    gets(
        &engine,
        &[],
        &[(&url, HELLO), (&url, DENIED), (&url, HELLO)],
    );
    assert!(forbidden.accept().is_err());
    assert_eq!(server.seen().len(), 2);
}

// S-W4
#[test]
fn star_stands_for_no_private_answer() {
    let server = Server::http();
    let port = server.port();
    let tables = Tables::builder().hosts_text(HOSTS).build().unwrap();
    let policy = Policy::deny_all().allow_private().allow_network();
    let engine = LookupEngine::builder()
        .resolver(tables)
        .policy(policy)
        .build();
    let urls = ["web.test", "127.0.0.1"].map(|host| format!("http://{host}:{port}/"));
    gets(&engine, &[], &[(&urls[0], DENIED), (&urls[1], DENIED)]);
    assert_eq!(server.seen(), [""; 0]);
}

#[test]
fn denied_lookup_counts_as_a_denied_connection() {
    let engine = engine(&["web.test:80"]);
    gets(&engine, &[], &[("http://other.test/", DENIED)]);
    assert_eq!(engine.metrics().total.connections_denied, 1);
}
