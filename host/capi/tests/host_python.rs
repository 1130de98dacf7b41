//! Runs guests in `examples/host-python`: wasmtime's package for Python, and the library.
//!
//! `cargo xtask guests` builds the guests and installs the package.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a guest with the script of the test guests. None if this machine lacks the package.
fn run(guest: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let guests = root().join("target/guests");
    if let Ok(reason) = fs::read_to_string(guests.join("host-python.missing")) {
        println!("!!! NOT TESTED: host python: {reason} !!!");
        return None;
    }
    let python = root().join("target/foreign-guests/host-python/bin/python");
    let guest = guests.join(guest).with_extension("wasm");
    for file in [&python, &guest] {
        let shown = file.display();
        assert!(file.exists(), "no {shown}: run `cargo xtask guests` first");
    }
    let policy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("policy.toml");
    let rules = "allow = ['*.test', '192.0.2.0/24']";
    fs::write(&policy, rules).expect("a file");
    let test = env::current_exe().expect("a test has a path");
    let mut command = Command::new(python);
    // The directory of the sources stays as it is.
    command
        .arg("-B")
        .arg(root().join("examples/host-python/run.py"));
    command
        .arg("--library")
        .arg(test.with_file_name("libwinsock_async.so"));
    command.arg("--policy").arg(policy);
    command
        .arg("--script")
        .arg(root().join("tests/host/src/script.toml"));
    // As the tests of the host have them.
    command.args(["--host-name", "quick.test", "--limit", "max_requests=100"]);
    // A slow host cancels lookups after they have begun: each that never ends keeps a worker. No
    // program makes more of them.
    let limits = ["max_extra_workers", "max_workers_per_session"];
    for limit in limits {
        command.arg("--limit").arg(format!("{limit}=2000"));
    }
    command.arg("--stats").arg(guest).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("python starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A guest that fails reads nothing.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    Some(child.wait_with_output().expect("python ends"))
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let mut lines: Vec<_> = String::from_utf8_lossy(bytes)
        .lines()
        .map(Into::into)
        .collect();
    lines.sort();
    lines
}

#[test]
fn example_looks_everything_up_and_cancels_under_another_wasmtime() {
    let arguments = [
        "--timeout",
        "200",
        "host:quick.test",
        "ip:known.test",
        "addr:192.0.2.1",
        "addr:::1",
        "host:www.example.com",
        "host:again.test",
        "host:never.test",
        "serv:https/tcp",
        "port:443/tcp",
        "proto:udp",
        "protonum:6",
    ];
    let Some(output) = run("lookup", &arguments, "") else {
        return;
    };
    let printed = lines(&output.stdout);
    let expected = [
        "addr:192.0.2.1: quick.test 192.0.2.1",
        "addr:::1: WSAEACCES (10013): the host's policy forbids it",
        "host:again.test: WSATRY_AGAIN (11002): ",
        "host:never.test: cancelled after 200 ms",
        "host:quick.test: quick.test (aliases fast.test, swift.test) 192.0.2.1 192.0.2.2",
        "host:www.example.com: WSAEACCES (10013): the host's policy forbids it",
        "ip:known.test: known.test 192.0.2.3",
        "port:443/tcp: https port 443/tcp",
        "proto:udp: udp (alias UDP) number 17",
        "protonum:6: tcp (alias TCP) number 6",
        "serv:https/tcp: https port 443/tcp",
    ];
    assert_eq!(printed.len(), expected.len(), "{output:?}");
    for (line, expected) in printed.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line:?} is not {expected:?}");
    }
    assert_eq!(output.status.code(), Some(1));
    let counts = "lookups: 11 requests, 7 answered, 2 denied, 1 failed, 1 cancelled";
    assert_eq!(lines(&output.stderr), [counts]);
}

#[test]
fn example_resolves_many_names_with_futures_under_another_wasmtime() {
    let input = "quick.test\nknown.test\nslow.test\nempty.test\n".repeat(50);
    let Some(output) = run("resolve-many", &[], &input) else {
        return;
    };
    let printed = lines(&output.stdout);
    let count = |start: &str| {
        printed
            .iter()
            .filter(|line| line.starts_with(start))
            .count()
    };
    assert_eq!(count("quick.test\t192.0.2.1"), 50, "{output:?}");
    assert_eq!(count("known.test\t192.0.2.3"), 50);
    assert_eq!(count("slow.test\t192.0.2.5"), 50);
    assert_eq!(count("empty.test\tWSANO_DATA (11004)"), 50);
    assert_eq!((printed.len(), output.status.code()), (200, Some(1)));
}

/// The names of the sources in a directory.
fn programs(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(directory)).expect("the programs");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_example_guest_has_a_test() {
    assert_eq!(
        programs("examples/guests/src/bin"),
        ["lookup", "resolve-many"]
    );
}

/// What a program of `tests/guests` does in this host.
enum Does {
    Return,
    /// It fails, and the host's error has this text.
    Fail(&'static str),
    /// It is not run, for this reason.
    NotRun(&'static str),
}

/// It is not linked: the package for Python makes no pollable.
const NEEDS_READINESS: Does =
    Does::Fail("component imports instance `winsock:async-lookup/readiness@");

/// It traps.
const TRAPS: Does = Does::Fail("wasm trap: wasm `unreachable` instruction executed");

/// Its calls or their data take Python more than 40 s.
const SLOW: Does = Does::NotRun("it takes more than 40 s in Python");

const PROGRAMS: [(&str, Does); 30] = [
    ("before_startup", Does::Return),
    ("blocking", Does::Return),
    ("blocking_hook", Does::Return),
    (
        "both",
        Does::NotRun("it needs WASI's own lookups, which the package has without the policy"),
    ),
    ("cancel", Does::Return),
    ("cleanup", Does::Return),
    ("errors", Does::Return),
    ("futures", Does::Return),
    ("hang", Does::NotRun("it never ends")),
    ("hostile", NEEDS_READINESS),
    ("hostile_cancel", Does::Return),
    ("hostile_churn", SLOW),
    (
        "hostile_fuel",
        Does::Fail("fuel allocated for hostcalls has been exhausted"),
    ),
    ("hostile_handles", NEEDS_READINESS),
    ("hostile_million", SLOW),
    ("hostile_names", SLOW),
    ("hostile_pollables", NEEDS_READINESS),
    ("hostile_startups", SLOW),
    ("hostile_trap", TRAPS),
    ("hostile_untaken", SLOW),
    ("last_error", Does::Return),
    ("limits", Does::Return),
    ("message_queue", Does::Return),
    ("messages", Does::Return),
    ("names", Does::Return),
    ("raw", Does::Return),
    ("readiness", NEEDS_READINESS),
    ("replay", Does::NotRun("its resolver is the model's")),
    ("six_kinds", Does::Return),
    ("trap", TRAPS),
];

#[test]
fn test_guests_pass_under_another_wasmtime() {
    assert_eq!(
        programs("tests/guests/src/bin"),
        PROGRAMS.map(|(name, _)| name)
    );
    for (guest, does) in PROGRAMS {
        if let Does::NotRun(reason) = does {
            println!("{guest} is not run: {reason}");
            continue;
        }
        let Some(output) = run(guest, &[], "") else {
            return;
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        let fails = match does {
            Does::Fail(text) => errors.contains(text),
            _ => false,
        };
        let returns = output.status.success() && matches!(does, Does::Return);
        assert!(fails || returns, "{guest}: {errors}");
    }
}
