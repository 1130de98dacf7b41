//! WASI's own lookups by the engine, for guests that know nothing of this project.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use winsock_async_engine::resolvers::{Chain, Script, ScriptControl, Tables};
use winsock_async_engine::{Limits, Lookup, LookupEngine, Policy, RequestStats};
use winsock_async_engine::{Resolution, Resolver, Responder};
use winsock_async_tests::ordinary::Ordinary;
use winsock_async_wasmtime::{WinsockCtx, WinsockCtxView, WinsockView, wasi};

struct State {
    wasi: WasiCtx,
    winsock: WinsockCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WinsockView for State {
    fn winsock(&mut self) -> WinsockCtxView<'_> {
        WinsockCtxView {
            ctx: &mut self.winsock,
            table: &mut self.table,
        }
    }
}

fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasi::replace_in_linker(linker)
}

/// An engine that knows these hosts, and lets guests look up names under `test` and `localhost`.
fn engine() -> (LookupEngine, ScriptControl) {
    engine_behind(Arc::new(Silent::default()))
}

/// The engine of [`engine`], with another resolver before the others.
fn engine_behind(first: impl Resolver) -> (LookupEngine, ScriptControl) {
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
        max_requests: 1100,
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
    let winsock = WinsockCtx::new(engine);
    let state = |wasi: &mut WasiCtxBuilder| {
        if let Some(files) = files {
            wasi.preopened_dir(files, "/files", FsPerms::ReadOnly)
                .unwrap();
        }
        State {
            wasi: wasi.build(),
            winsock,
            table: ResourceTable::new(),
        }
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let (output, succeeded) = runtime.block_on(guest.run(args, state, link)).unwrap();
    assert!(succeeded, "{program} {args:?}: {output}");
    Some(output.lines().map(Into::into).collect())
}

fn stats(engine: &LookupEngine) -> RequestStats {
    engine.metrics().total
}

const VERSIONS: [&str; 3] = ["lookups_0_2_0", "lookups_0_2_6", "lookups_0_2_12"];

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
fn dropped_streams_are_cancelled_and_hold_nothing_up() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "12345").unwrap();
    for program in VERSIONS {
        let silent = Arc::new(Silent::default());
        let (engine, control) = engine_behind(Arc::clone(&silent));
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
