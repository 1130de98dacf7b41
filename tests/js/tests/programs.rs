//! The guest programs of `tests/guests` and `tests/c`, and the example guests, on Node.
//!
//! Each runs on a host with the script, the policy and the limits of `tests/host`.

use serde_json::json;
use winsock_async_js_tests::{Guests, Mode, Run, Tools, component, options, root, script_resolver};

/// The programs of `tests/guests` that trap. Others return.
const TRAPS: [&str; 2] = ["hostile_trap", "trap"];

/// The programs of `tests/guests` that the tests for all do not run, each with the reason.
const ELSEWHERE: [(&str, &str); 7] = [
    ("both", "looks up by WASI, which jco's shim serves"),
    ("hang", "never ends"),
    (
        "hostile_churn",
        "takes minutes: twenty million calls through jco",
    ),
    ("hostile_million", "`long_programs` runs it"),
    ("hostile_startups", "`long_programs` runs it"),
    ("hostile_untaken", "`long_programs` runs it"),
    ("replay", "`random_calls` runs it, with another resolver"),
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

/// The programs of `tests/guests` that end by themselves and do not need `readiness`.
fn programs() -> Vec<String> {
    let mut names = sources("tests/guests/src/bin", "rs");
    for (name, _) in ELSEWHERE {
        let at = names.iter().position(|found| found == name);
        names.remove(at.unwrap_or_else(|| panic!("no program {name}")));
    }
    let (unserved, served) = names.into_iter().partition(|name| needs_readiness(name));
    let unserved: Vec<_> = unserved;
    println!("not run, as they need `readiness`: {}", unserved.join(", "));
    served
}

/// Whether a program imports the interface that this host does not serve.
fn needs_readiness(program: &str) -> bool {
    let interface = b"winsock:async-lookup/readiness@";
    let bytes = component(program);
    bytes.windows(interface.len()).any(|part| part == interface)
}

/// The programs of `tests/c` as this standard.
fn c_programs(standard: &str) -> Vec<String> {
    let programs = sources("tests/c", "c").into_iter();
    programs
        .map(|name| format!("c/{name}.{standard}"))
        .collect()
}

/// The example guests in Rust and in C.
fn examples() -> Vec<String> {
    let mut names = sources("examples/guests/src/bin", "rs");
    names.extend(sources("guest/examples", "rs"));
    names.extend(
        sources("examples/c", "c")
            .iter()
            .map(|name| format!("c/{name}")),
    );
    names
}

/// These guests as JavaScript. `None` without the tools.
fn guests(programs: &[String]) -> Option<Guests> {
    Some(Guests::transpile(Tools::find()?, Mode::Node, programs))
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
    let programs = programs();
    assert!(programs.len() > 15, "{programs:?}");
    let Some(guests) = guests(&programs) else {
        return;
    };
    for program in &programs {
        let traps = TRAPS.contains(&program.as_str());
        let end = if traps { End::Traps } else { End::Returns };
        check(program, &guests.run(program, &options(), &[]), end);
    }
    println!("{} programs have passed", programs.len());
}

#[test]
fn programs_of_tests_c_pass_as_c89() {
    pass(&c_programs("c89"));
}

#[test]
#[ignore = "takes half a minute, as those of C89 do"]
fn programs_of_tests_c_pass_as_cpp17() {
    pass(&c_programs("cpp17"));
}

// S-R2, S-R6, S-S3, S-S7
#[test]
#[ignore = "takes two minutes, nearly all of it in the calls of jco"]
fn long_programs_end_as_under_wasmtime() {
    pass(&["hostile_million", "hostile_startups", "hostile_untaken"].map(String::from));
}

/// Checks that programs return.
fn pass(programs: &[String]) {
    let Some(guests) = guests(programs) else {
        return;
    };
    for program in programs {
        check(program, &guests.run(program, &options(), &[]), End::Returns);
    }
    println!("{} programs have passed", programs.len());
}

// S-C8, and the rules that `replay` names
#[test]
fn random_calls_return_what_the_model_allows() {
    let Some(guests) = guests(&["replay".into()]) else {
        return;
    };
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

/// The arguments of an example guest, its exit status, and parts of what it prints.
fn example(program: &str) -> (&'static [&'static str], i32, &'static [&'static str]) {
    match program {
        "first-future" => (&[], 0, &["localhost at [127.0.0.1], port 80"]),
        "first-message" => (&[], 0, &["cancelled", "udp"]),
        "lookup" => (
            &[
                "host:www.test",
                "ip:www.test",
                "addr:127.0.0.1",
                "serv:game/udp",
                "port:27015/udp",
                "proto:mine",
                "protonum:6",
                "host:denied.example",
                "host:nobody.test",
            ],
            1,
            &["192.0.2.1", "27015", "WSAEACCES", "WSAHOST_NOT_FOUND"],
        ),
        "c/hostinfo" => (&["www.test"], 0, &["192.0.2.1"]),
        "c/resolve_blocking" => (&["www.test"], 0, &["192.0.2.1"]),
        "c/services" => (&["game"], 0, &["27015"]),
        _ => (&[], 0, &[]),
    }
}

#[test]
fn example_guests_print_what_they_find() {
    let examples = examples();
    let Some(guests) = guests(&examples) else {
        return;
    };
    for program in &examples {
        let (args, status, parts) = example(program);
        let run = guests.run(program, &example_options(), args);
        assert_eq!(run.status, Some(status), "{program}: {run:?}");
        for part in parts {
            assert!(run.output.contains(part), "{program}: {part:?} in {run:?}");
        }
        assert_eq!(run.outstanding, 0, "{program}");
    }
}

#[test]
fn example_guest_cancels_what_never_ends() {
    let Some(guests) = guests(&["lookup".into()]) else {
        return;
    };
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
