//! WASI's own lookups by the engine, for guests that know nothing of this project.

use std::fs;
use std::future::{Future, poll_fn};
use std::mem;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use tokio::runtime::Runtime;
use wasmtime::component::Linker;
use wasmtime::{Config, Engine};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};
use winsock_async_engine::observe::{Observer, QueryKind};
use winsock_async_engine::resolvers::{Chain, Script, ScriptControl, Tables};
use winsock_async_engine::{AddressList, ErrorCode, Limits, Lookup, LookupEngine, Outcome};
use winsock_async_engine::{Policy, RequestStats, Resolution, Resolver, Responder};
use winsock_async_tests::State;
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_wasmtime::wasi;

/// The most outstanding requests of a guest.
const MAX_REQUESTS: usize = 1100;

/// An engine that knows these hosts, and lets guests look up names under `test` and `localhost`.
fn engine() -> (LookupEngine, ScriptControl) {
    engine_behind(Arc::new(Silent::default()), MAX_REQUESTS)
}

/// The engine of [`engine`], with another resolver before the others, and another limit on
/// outstanding requests.
fn engine_behind(first: impl Resolver, max_requests: usize) -> (LookupEngine, ScriptControl) {
    let script = Script::parse(
        r#"
        rule = [
            { host = "both.test", addresses = ["2001:db8::1", "192.0.2.1"] },
            { host = "now.test", addresses = ["192.0.2.2"], now = true },
            { host = "again.test", error = "WSATRY_AGAIN" },
            { host = "broken.test", error = "WSANO_RECOVERY" },
            { host = "empty.test", error = "WSANO_DATA" },
            { host = "never.test", never = true },
        ]"#,
        "the test",
    );
    let script = script.unwrap();
    let control = script.control();
    let hosts = "127.0.0.1 localhost";
    let tables = Tables::builder().hosts_text(hosts).build().unwrap();
    let allow = ["*.test", "localhost", "192.0.2.0/24", "2001:db8::/32"];
    let policy = allow
        .into_iter()
        .fold(Policy::deny_all(), |policy, pattern| {
            policy.allow(pattern.parse().unwrap())
        });
    let limits = Limits {
        max_requests,
        ..Limits::default()
    };
    let engine = LookupEngine::builder()
        .resolver(Chain::new().then(first).then(script).then(tables))
        .policy(policy)
        .limits(limits)
        .build();
    (engine, control)
}

/// Runs a guest to its end, and returns the lines that it prints. `None` if it is not built.
fn run(engine: &LookupEngine, program: &str, args: &[&str]) -> Option<Vec<String>> {
    run_in(engine, program, args, None)
}

/// Runs a guest like [`run`], with a directory at `/files`.
fn run_in(
    engine: &LookupEngine,
    program: &str,
    args: &[&str],
    files: Option<&Path>,
) -> Option<Vec<String>> {
    let guest = Ordinary::load(program)?;
    let configure = |wasi: &mut WasiCtxBuilder| {
        if let Some(files) = files {
            wasi.preopened_dir(files, "/files", FsPerms::ReadOnly)
                .unwrap();
        }
    };
    let run = guest.run_with(args, engine, configure);
    let (output, succeeded) = tokio().block_on(run).unwrap();
    assert!(succeeded, "{program} {args:?}: {output}");
    Some(output.lines().map(Into::into).collect())
}

fn tokio() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

fn stats(engine: &LookupEngine) -> RequestStats {
    engine.metrics().total
}

const VERSIONS: [&str; 4] = [
    "lookups_0_2_0",
    "lookups_0_2_6",
    "lookups_0_2_12",
    "lookups_0_3_0",
];

// S-W1, S-W2
#[test]
fn guests_of_each_version_are_served_by_the_engine() {
    for program in VERSIONS {
        let (engine, control) = engine();
        let names = [
            "both.test",
            "now.test",
            "192.0.2.7",
            "2001:db8::7",
            "localhost",
            "unknown.test",
            "empty.test",
            "again.test",
            "broken.test",
            "denied.example",
            "127.0.0.1",
            "::1",
            "a b",
            "127.1",
            "[2001:db8::7]",
            "",
        ];
        let args: Vec<_> = ["addresses"].into_iter().chain(names).collect();
        let Some(lines) = run(&engine, program, &args) else {
            continue;
        };
        let expected = [
            &["name both.test", "found 2001:db8::1", "found 192.0.2.1"][..],
            &["name now.test", "found 192.0.2.2"],
            &["name 192.0.2.7", "found 192.0.2.7"],
            &["name 2001:db8::7", "found 2001:db8::7"],
            &["name localhost", "found 127.0.0.1"],
            &["name unknown.test", "error name-unresolvable"],
            &["name empty.test", "error name-unresolvable"],
            &["name again.test", "error temporary-resolver-failure"],
            &["name broken.test", "error permanent-resolver-failure"],
            &["name denied.example", "error access-denied"],
            &["name 127.0.0.1", "error access-denied"],
            &["name ::1", "error access-denied"],
            &["name a b", "error invalid-argument"],
            &["name 127.1", "error invalid-argument"],
            &["name [2001:db8::7]", "error invalid-argument"],
            &["name ", "error invalid-argument"],
        ];
        assert_eq!(lines, expected.concat(), "{program}");
        assert_eq!(control.asked().len(), 7, "{program}");
        let stats = stats(&engine);
        assert_eq!((stats.requests, stats.denied), (12, 3), "{program}");
        assert_eq!(engine.outstanding(), 0);
    }
}

/// A name server that is silent about names under `never.test`.
#[derive(Default)]
struct Silent(Mutex<Vec<Responder>>);

impl Resolver for Silent {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup.host_name() {
            Some(name) if name.ends_with(".never.test") => Resolution::Async,
            _ => Resolution::NotFound,
        }
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

// S-W3: a thousand lookups that were dropped hold up neither a lookup nor a file.
#[test]
fn dropped_lookups_are_cancelled_and_hold_nothing_up() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "12345").unwrap();
    for program in VERSIONS {
        let silent = Arc::new(Silent::default());
        let (engine, control) = engine_behind(Arc::clone(&silent), MAX_REQUESTS);
        let Some(lines) = run(&engine, program, &["drop", "never.test"]) else {
            continue;
        };
        assert_eq!(lines, ["dropped 1"], "{program}");
        control.release("never.test");
        let args = ["flood", "1000", "never.test", "/files/file"];
        let lines = run_in(&engine, program, &args, Some(directory.path())).unwrap();
        let expected = [
            "dropped 1000",
            "looked up",
            "localhost found 127.0.0.1",
            "read",
            "bytes 5",
        ];
        assert_eq!(lines, expected, "{program}");
        assert_eq!((stats(&engine).cancelled, engine.outstanding()), (1001, 0));
        let responders = silent.0.lock().unwrap();
        assert_eq!(responders.len(), 1000);
        assert!(!responders.iter().any(Responder::is_wanted));
    }
}

// S-W2: past every limit, a guest gets an error and no trap.
#[test]
fn lookup_past_a_limit_fails_for_the_moment() {
    let (engine, _control) = engine();
    let Some(lines) = run(&engine, VERSIONS[2], &["together", "1200", "now.test"]) else {
        return;
    };
    assert_eq!(lines[0], "looked up 1200");
    assert_eq!(engine.outstanding(), 0);
    assert!(stats(&engine).refused > 0, "{lines:?}");
}

/// Answers all lookups when one is refused.
#[derive(Default)]
struct Held(Mutex<Vec<Responder>>);

impl Resolver for Held {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Async
    }

    fn start(&self, _: &Lookup, responder: Responder) {
        self.0.lock().unwrap().push(responder);
    }
}

struct Release(Arc<Held>);

impl Observer for Release {
    fn refusal(&self, _: u64, _: QueryKind, _: ErrorCode) {
        let held = mem::take(&mut *self.0.0.lock().unwrap());
        for responder in held {
            responder.send(addresses(&["192.0.2.9"]));
        }
    }
}

fn addresses(addresses: &[&str]) -> Outcome {
    let addresses = addresses.iter().map(|address| address.parse().unwrap());
    Ok(Arc::new(AddressList::new(None, addresses).into()))
}

// S-W1, S-W2: as many lookups of 0.3 as the guest may have wait at once. The others are refused.
#[test]
fn a_thousand_futures_wait_at_once_and_those_past_the_limit_are_refused() {
    let held = Arc::new(Held::default());
    let allow = ["*.test", "192.0.2.0/24"].map(|pattern| pattern.parse().unwrap());
    let limits = Limits {
        max_requests: MAX_REQUESTS,
        ..Limits::default()
    };
    let engine = LookupEngine::builder()
        .resolver(Arc::clone(&held))
        .observer(Release(held))
        .policy(allow.into_iter().fold(Policy::deny_all(), Policy::allow))
        .limits(limits)
        .build();
    let args = ["together", "1200", "a.test"];
    let Some(lines) = run(&engine, "lookups_0_3_0", &args) else {
        return;
    };
    assert_eq!(lines, ["looked up 1200", "found 1100"]);
    let stats = stats(&engine);
    assert_eq!((stats.requests, stats.refused), (1100, 100));
    assert_eq!((stats.cancelled, engine.outstanding()), (0, 0));
}

// S-W3: with room for four, four lookups begin only if all of the order before are gone.
#[test]
fn futures_dropped_in_any_order_leave_their_places_at_once() {
    let silent = Arc::new(Silent::default());
    let (engine, _control) = engine_behind(Arc::clone(&silent), 4);
    let args = ["orders", "4", "a.never.test"];
    let Some(lines) = run(&engine, "lookups_0_3_0", &args) else {
        return;
    };
    assert_eq!(lines, ["dropped in 24 orders"]);
    let stats = stats(&engine);
    assert_eq!((stats.cancelled, stats.refused), (96, 0));
    assert_eq!(engine.outstanding(), 0);
    let responders = silent.0.lock().unwrap();
    assert!(!responders.iter().any(Responder::is_wanted));
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
                first.send(addresses(&["192.0.2.1"]));
                responder.send(addresses(&["192.0.2.2"]));
            }
        }
    }
}

// S-W3, S-C1
#[test]
fn answer_of_a_dropped_future_reaches_nobody() {
    let (engine, _control) = engine_behind(Late::default(), 1);
    let args = ["drop", "a.held.test", "b.held.test"];
    let Some(lines) = run(&engine, "lookups_0_3_0", &args) else {
        return;
    };
    let expected = ["dropped 1", "name b.held.test", "found 192.0.2.2"];
    assert_eq!(lines, expected);
    let stats = stats(&engine);
    assert_eq!((stats.cancelled, stats.answered), (1, 1));
    assert_eq!(engine.outstanding(), 0);
}

// S-W1: with room for one lookup, the standard library's, of 0.2, is refused beside one of 0.3.
#[test]
fn lookups_of_both_versions_in_one_guest_share_a_limit() {
    let (engine, _control) = engine_behind(Silent::default(), 1);
    let args = ["beside", "a.never.test", "now.test"];
    let Some(lines) = run(&engine, "lookups_0_3_0", &args) else {
        return;
    };
    let refused = "beside error failed to lookup address information: Try again";
    assert_eq!(lines, [refused, "after found 192.0.2.2"]);
    let stats = stats(&engine);
    assert_eq!((stats.requests, stats.cancelled, stats.refused), (2, 1, 1));
}

/// Answers with no address.
struct Empty;

impl Resolver for Empty {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Ready(addresses(&[]))
    }
}

// S-W2
#[test]
fn name_without_an_address_is_unresolvable_in_each_version() {
    for program in VERSIONS {
        let (engine, _control) = engine_behind(Empty, 1);
        let Some(lines) = run(&engine, program, &["addresses", "a.test"]) else {
            continue;
        };
        assert_eq!(lines, ["name a.test", "error name-unresolvable"]);
    }
}

// S-S7, S-W3
#[test]
fn store_dropped_while_a_future_waits_leaves_no_lookup() {
    let Some(guest) = Ordinary::load("lookups_0_3_0") else {
        return;
    };
    let silent = Arc::new(Silent::default());
    let (engine, _control) = engine_behind(Arc::clone(&silent), MAX_REQUESTS);
    tokio().block_on(async {
        let args = ["addresses", "a.never.test", "b.never.test"];
        let mut run = pin!(guest.run_with(&args, &engine, |_| {}));
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(ended) => panic!("the guest has ended: {ended:?}"),
            Poll::Pending if engine.outstanding() < 2 => Poll::Pending,
            Poll::Pending => Poll::Ready(()),
        })
        .await;
    });
    assert_eq!((stats(&engine).cancelled, engine.outstanding()), (2, 0));
    let responders = silent.0.lock().unwrap();
    assert!(!responders.iter().any(Responder::is_wanted));
}

#[test]
fn linker_without_concurrency_support_refuses_0_3_and_forbids_shadowing() {
    let mut config = Config::new();
    config.concurrency_support(false);
    let engine = Engine::new(&config).unwrap();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    let error = wasi::p3::replace_in_linker(&mut linker).unwrap_err();
    assert!(error.to_string().contains("concurrency"), "{error:#}");
    // Shadowing is still forbidden.
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap_err();
}
