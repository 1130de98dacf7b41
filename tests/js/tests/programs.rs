//! The guest programs of `tests/guests` and `tests/c`, and the example guests, on Node.
//!
//! Each runs on a host with the script, the policy and the limits of `tests/host`.

use std::sync::OnceLock;

use serde_json::json;
use winsock_async_js_tests::{Guests, Mode, Run, Tools, options, root, script_resolver};

/// The programs of `tests/guests` that end by themselves. Each ends without an error, or with one.
const PROGRAMS: [(&str, End); 19] = [
    ("before_startup", End::Returns),
    ("blocking", End::Returns),
    ("blocking_hook", End::Returns),
    ("cancel", End::Returns),
    ("cleanup", End::Returns),
    ("errors", End::Returns),
    ("futures", End::Returns),
    ("hostile_cancel", End::Returns),
    // jco has no limit of bytes in one call.
    ("hostile_fuel", End::Returns),
    ("hostile_names", End::Returns),
    ("hostile_trap", End::Traps),
    ("last_error", End::Returns),
    ("limits", End::Returns),
    ("message_queue", End::Returns),
    ("messages", End::Returns),
    ("names", End::Returns),
    ("raw", End::Returns),
    ("six_kinds", End::Returns),
    ("trap", End::Traps),
];

/// The programs of `tests/guests` that no test here runs, each with the reason.
const ELSEWHERE: [(&str, &str); 11] = [
    ("both", "looks up by WASI, which jco's shim serves"),
    ("hang", "never ends"),
    ("hostile", "needs `readiness`"),
    (
        "hostile_churn",
        "takes minutes: twenty million calls through jco",
    ),
    ("hostile_handles", "needs `readiness`"),
    ("hostile_million", "`long_programs` runs it"),
    ("hostile_pollables", "needs `readiness`"),
    ("hostile_startups", "`long_programs` runs it"),
    ("hostile_untaken", "`long_programs` runs it"),
    ("readiness", "needs `readiness`"),
    ("replay", "`replay` runs it, with another resolver"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Returns,
    Traps,
}

/// The names of the programs whose sources have this extension.
fn sources(directory: &str, extension: &str) -> Vec<String> {
    let files = std::fs::read_dir(root().join(directory)).expect("the programs' sources");
    let files = files.map(|file| file.expect("a file").path());
    let mut names: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into())
        .collect();
    names.sort();
    names
}

/// The programs of `tests/c`, as C89 and as C++17.
fn c_programs() -> Vec<String> {
    let programs = sources("tests/c", "c").into_iter();
    let standards = |program: String| ["c89", "cpp17"].map(|s| format!("c/{program}.{s}"));
    programs.flat_map(standards).collect()
}

const EXAMPLES: [&str; 7] = [
    "first-future",
    "first-message",
    "lookup",
    "resolve-many",
    "c/hostinfo",
    "c/resolve_blocking",
    "c/services",
];

/// The guests of all tests, which are transpiled once. `None` without the tools.
fn guests() -> Option<&'static Guests> {
    static GUESTS: OnceLock<Option<Guests>> = OnceLock::new();
    let transpile = || {
        let ours = PROGRAMS.map(|(name, _)| name);
        let long = ["hostile_million", "hostile_startups", "hostile_untaken"];
        let all = ours.iter().chain(&EXAMPLES).chain(&long).chain(&["replay"]);
        let mut all: Vec<String> = all.map(|name| (*name).to_owned()).collect();
        all.extend(c_programs());
        Some(Guests::transpile(Tools::find()?, Mode::Node, &all))
    };
    GUESTS.get_or_init(transpile).as_ref()
}

/// Checks how a program ended, and that it has left no request.
#[track_caller]
fn check(program: &str, run: &Run, end: End) {
    let expected = if end == End::Returns { 0 } else { 1 };
    assert_eq!(run.status, Some(expected), "{program}: {}", run.error);
    if end == End::Traps {
        assert!(
            run.error.contains("RuntimeError"),
            "{program}: {}",
            run.error
        );
    }
    // S-S7, S-S4
    assert_eq!(
        run.outstanding, 0,
        "{program} has left requests in the host"
    );
    let stats = &run.stats;
    assert_eq!(
        stats.requests,
        stats.completed + stats.cancelled,
        "{stats:?}"
    );
}

#[test]
fn programs_of_tests_guests_end_as_under_wasmtime() {
    let Some(guests) = guests() else { return };
    for (program, end) in PROGRAMS {
        check(program, &guests.run(program, &options(), &[]), end);
    }
}

#[test]
fn programs_of_tests_c_pass_as_c89_and_as_cpp17() {
    let Some(guests) = guests() else { return };
    let programs = c_programs();
    for program in &programs {
        check(program, &guests.run(program, &options(), &[]), End::Returns);
    }
    println!("{} programs in C have passed", programs.len());
}

#[test]
fn every_program_of_tests_guests_is_run_or_has_a_reason() {
    let mut listed: Vec<&str> = PROGRAMS.iter().map(|(name, _)| *name).collect();
    listed.extend(ELSEWHERE.map(|(name, _)| name));
    listed.sort_unstable();
    assert_eq!(listed, sources("tests/guests/src/bin", "rs"));
}

// S-R2, S-R6, S-S3, S-S7
#[test]
#[ignore = "takes two minutes, nearly all of it in the calls of jco"]
fn long_programs_end_as_under_wasmtime() {
    let Some(guests) = guests() else { return };
    for program in ["hostile_million", "hostile_startups", "hostile_untaken"] {
        check(program, &guests.run(program, &options(), &[]), End::Returns);
    }
}

// S-C8, and the rules that `replay` names
#[test]
fn random_calls_return_what_the_model_allows() {
    let Some(guests) = guests() else { return };
    let gates = Tools::find().expect("the tools").script("gates.mjs");
    let options = json!({
        "resolvers": [{ "kind": "module", "url": format!("file://{}", gates.display()) }],
        "policy": { "allow": ["*.test"], "allow-private": true },
        "limits": { "maxRequests": 6, "requestsPerEngine": 1000 },
    });
    let run = guests.run("replay", &options, &[]);
    check("replay", &run, End::Returns);
    let stats = run.stats;
    println!("{stats:?}");
    assert!(stats.requests > 20_000 && stats.cancelled > 1_000 && stats.refused > 100);
}

/// The host of the example guests in C, which other example guests take too.
fn example_options() -> serde_json::Value {
    json!({
        "resolvers": [
            script_resolver(&root().join("examples/c/examples.toml")),
            { "kind": "tables" },
        ],
        "policy": { "allow": ["*.test", "localhost", "127.0.0.1", "192.0.2.0/24"] },
    })
}

#[test]
fn example_guests_print_what_they_find() {
    let Some(guests) = guests() else { return };
    let options = example_options();
    let lookup = [
        "host:www.test",
        "ip:www.test",
        "addr:127.0.0.1",
        "serv:game/udp",
        "port:27015/udp",
        "proto:mine",
        "protonum:6",
        "host:denied.example",
        "host:nobody.test",
    ];
    let cases: [(&str, &[&str], i32, &[&str]); 7] = [
        (
            "first-future",
            &[],
            0,
            &["localhost at [127.0.0.1], port 80"],
        ),
        ("first-message", &[], 0, &["cancelled", "udp"]),
        (
            "lookup",
            &lookup,
            1,
            &["192.0.2.1", "27015", "WSAEACCES", "WSAHOST_NOT_FOUND"],
        ),
        ("resolve-many", &[], 0, &[]),
        ("c/hostinfo", &["www.test"], 0, &["192.0.2.1"]),
        ("c/resolve_blocking", &["www.test"], 0, &["192.0.2.1"]),
        ("c/services", &["game"], 0, &["27015"]),
    ];
    for (program, args, status, parts) in cases {
        let run = guests.run(program, &options, args);
        assert_eq!(run.status, Some(status), "{program}: {run:?}");
        for part in parts {
            assert!(run.output.contains(part), "{program}: {part:?} in {run:?}");
        }
        assert_eq!(run.outstanding, 0, "{program}");
    }
}

#[test]
fn example_guest_cancels_what_never_ends() {
    let Some(guests) = guests() else { return };
    let args = ["--timeout", "50", "host:never.test"];
    let run = guests.run("lookup", &example_options(), &args);
    assert_eq!(run.status, Some(1), "{run:?}");
    assert_eq!(run.stats.cancelled, 1, "{run:?}");
}

/// Programs that wait, on the Node of npm that has JSPI. Programs that only poll would keep the
/// lookups from running: they are not among these.
const JSPI: [&str; 8] = [
    "before_startup",
    "cancel",
    "cleanup",
    "errors",
    "futures",
    "messages",
    "names",
    "six_kinds",
];

#[test]
fn programs_that_are_suspended_end_as_blocked_ones() {
    let Some(tools) = Tools::find() else { return };
    let guests = Guests::transpile(tools, Mode::Jspi, &JSPI.map(String::from));
    for program in JSPI {
        check(program, &guests.run(program, &options(), &[]), End::Returns);
    }
}
