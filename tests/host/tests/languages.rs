//! The example guests in other languages: each starts lookups of all kinds, takes and waits,
//! cancels, and is denied. Their output is that of the example `lookup` in Rust, except for errors.

use std::sync::{Arc, Mutex};

use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{AddressList, Limits, Lookup, LookupEngine, Policy, RequestStats};
use winsock_async_engine::{Resolution, Resolver, Responder};
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_tests::{lookups, lookups_behind};

const GUESTS: [&str; 4] = [
    "python_polled",
    "python_lookup",
    "javascript_lookup",
    "go_lookup",
];

/// Runs a guest with an engine of its own. Returns what it prints in sorted lines, because answers
/// come in any order, and whether it succeeded. `None` if it is not built.
fn run(engine: &LookupEngine, guest: &str, args: &[&str]) -> Option<(Vec<String>, bool)> {
    let guest = Ordinary::load(guest)?;
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    let run = guest.run_with(args, engine, |_| {});
    let (output, succeeded) = runtime.block_on(run).unwrap();
    let mut lines: Vec<_> = output.lines().map(Into::into).collect();
    lines.sort();
    assert_eq!(engine.outstanding(), 0, "{lines:?}");
    Some((lines, succeeded))
}

fn stats(engine: &LookupEngine) -> RequestStats {
    engine.metrics().total
}

/// All kinds of queries, and how each guest prints the answers.
const KINDS: [(&str, &str); 8] = [
    ("addr:192.0.2.1", "quick.test 192.0.2.1"),
    ("host:known.test", "known.test 192.0.2.3"),
    (
        "host:quick.test",
        "quick.test (aliases fast.test, swift.test) 192.0.2.1 192.0.2.2",
    ),
    ("ip:slow.test", "slow.test 192.0.2.5"),
    ("port:80/tcp", "http (aliases www, www-http) port 80/tcp"),
    ("proto:udp", "udp (alias UDP) number 17"),
    ("protonum:17", "udp (alias UDP) number 17"),
    ("serv:http/tcp", "http (aliases www, www-http) port 80/tcp"),
];

fn queries() -> Vec<&'static str> {
    KINDS.iter().map(|(query, _)| *query).collect()
}

#[test]
fn guest_looks_up_all_kinds() {
    for guest in GUESTS {
        let (engine, _control) = lookups();
        let Some((lines, succeeded)) = run(&engine, guest, &queries()) else {
            continue;
        };
        let answers = KINDS.map(|(query, answer)| format!("{query}: {answer}"));
        assert_eq!(lines, answers, "{guest}");
        assert!(succeeded, "{guest}");
        let stats = stats(&engine);
        assert_eq!((stats.requests, stats.answered), (8, 8), "{guest}");
    }
}

#[test]
fn guest_is_told_each_error() {
    let args = [
        "host:again.test",
        "host:broken.test",
        "host:empty.test",
        "host:none.test",
        "host:other.example",
        "serv:none",
    ];
    let errors = [
        "host:again.test: try-again",
        "host:broken.test: no-recovery",
        "host:empty.test: no-data",
        "host:none.test: host-not-found",
        "host:other.example: access-denied",
        "serv:none: no-data",
    ];
    for guest in GUESTS {
        let (engine, _control) = lookups();
        let Some((lines, succeeded)) = run(&engine, guest, &args) else {
            continue;
        };
        assert_eq!(lines, errors, "{guest}");
        assert!(!succeeded, "{guest}");
        assert_eq!(stats(&engine).denied, 1, "{guest}");
    }
}

// Without a policy, hosts are denied. Services and protocols are public data.
#[test]
fn guest_without_a_policy_is_denied_hosts_alone() {
    for guest in GUESTS {
        let tables = Tables::builder().build().unwrap();
        let policy = Policy::deny_all();
        let engine = LookupEngine::builder()
            .resolver(tables)
            .policy(policy)
            .build();
        let Some((lines, succeeded)) = run(&engine, guest, &queries()) else {
            continue;
        };
        let denied = |(query, answer): (&str, &str)| {
            let is_host = ["addr", "host", "ip"]
                .iter()
                .any(|kind| query.starts_with(kind));
            let outcome = if is_host { "access-denied" } else { answer };
            format!("{query}: {outcome}")
        };
        assert_eq!(lines, KINDS.map(denied), "{guest}");
        assert!(!succeeded, "{guest}");
        assert_eq!(stats(&engine).denied, 4, "{guest}");
    }
}

#[test]
fn guest_cancels_what_takes_longer_than_its_timeout() {
    for guest in GUESTS {
        let (engine, _control) = lookups();
        let args = ["--timeout", "50", "host:never.test", "host:known.test"];
        let Some((lines, succeeded)) = run(&engine, guest, &args) else {
            continue;
        };
        let expected = [
            "host:known.test: known.test 192.0.2.3",
            "host:never.test: cancelled after 50 ms",
        ];
        assert_eq!(lines, expected, "{guest}");
        assert!(!succeeded, "{guest}");
        let stats = stats(&engine);
        assert_eq!((stats.answered, stats.cancelled), (1, 1), "{guest}");
    }
}

/// Answers the first lookup of a name under `held.test` when the second begins, then the second.
#[derive(Default)]
struct Late(Mutex<Option<Responder>>);

impl Resolver for Late {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup.host_name() {
            Some(name) if name.ends_with(".held.test") => Resolution::Async,
            _ => Resolution::NotFound,
        }
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        let mut first = self.0.lock().unwrap();
        match first.take() {
            None => *first = Some(responder),
            Some(first) => {
                for (responder, address) in [(first, "192.0.2.1"), (responder, "192.0.2.2")] {
                    let addresses = [address.parse().unwrap()];
                    responder.send(Ok(Arc::new(AddressList::new(None, addresses).into())));
                }
            }
        }
    }
}

// S-C1: a guest fails if it takes a completion that it does not await.
#[test]
fn completion_of_a_cancelled_request_never_arrives() {
    for guest in GUESTS {
        let engine = lookups_behind(Late::default(), Limits::default());
        let args = ["cancel:ip:a.held.test", "ip:b.held.test", "ip:known.test"];
        let Some((lines, succeeded)) = run(&engine, guest, &args) else {
            continue;
        };
        let expected = [
            "ip:a.held.test: cancelled",
            "ip:b.held.test: ? 192.0.2.2",
            "ip:known.test: known.test 192.0.2.3",
        ];
        assert_eq!(lines, expected, "{guest}");
        assert!(!succeeded, "{guest}");
        let stats = stats(&engine);
        assert_eq!((stats.answered, stats.cancelled), (2, 1), "{guest}");
    }
}

// The adapter of WASI preview 1 keeps its state where Go's heap does not come.
#[test]
fn heap_of_go_and_the_adapter_do_not_overwrite_each_other() {
    let (engine, _control) = lookups();
    let Some((lines, succeeded)) = run(&engine, "go_heap", &[]) else {
        return;
    };
    let mut expected: Vec<_> = (0..64).map(|i| format!("{i} quick.test 2 2")).collect();
    expected.push("answered 10 cancelled 10".into());
    expected.sort();
    assert_eq!(lines, expected);
    assert!(succeeded);
}
