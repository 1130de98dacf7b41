//! The examples print and return the same here and in the runner.
//!
//! The runner is beside this host: `cargo test --workspace` builds both.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::NamedTempFile;

const SCRIPT: &str = r#"
[[rule]]
host = "www.test"
name = "web.test"
aliases = ["www.test", "w3.test"]
addresses = ["192.0.2.1", "192.0.2.2"]
delay-ms = 1

[[rule]]
address = "192.0.2.4"
name = "printer.test"

[[rule]]
host = "localhost"
addresses = ["127.0.0.1"]

[[rule]]
host = "never.test"
never = true

[[rule]]
host = "unknown.test"
error = "WSAHOST_NOT_FOUND"

[[rule]]
service = "game"
transport = "udp"
port = 27015
"#;

/// Runs of the examples in Rust: the guest, the options, the guest's arguments and its input.
const RUNS: [(&str, &str, &str, &str); 11] = [
    (
        "lookup",
        "--allow-all --allow-private",
        "host:www.test addr:192.0.2.4 serv:game/udp port:27015/udp proto:udp protonum:6 ip:::1 \
         ip4:192.0.2.9 ip6:192.0.2.9 ip:a.localhost addr:192.0.2.77 host:",
        "",
    ),
    (
        "lookup",
        "--allow-all --allow-private",
        "--json host:www.test addr:192.0.2.4 serv:game/udp proto:udp ip:a.localhost host:unknown.test",
        "",
    ),
    ("lookup", "", "host:www.test host:localhost", ""),
    ("lookup", "--allow *.test", "host:www.test", ""),
    ("lookup", "", "proto:tcp", ""),
    (
        "lookup",
        "--allow never.test",
        "--timeout 50 host:never.test",
        "",
    ),
    ("lookup", "", "www.test", ""),
    (
        "resolve-many",
        "--allow-all --allow-private",
        "--jobs 2",
        "www.test\n\nunknown.test\r\n192.0.2.9",
    ),
    (
        "resolve-many",
        "--max-requests 0 --allow-all",
        "",
        "www.test\n",
    ),
    ("first-future", "--allow localhost", "", ""),
    ("first-message", "--allow localhost", "", ""),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn split(words: &str) -> impl Iterator<Item = &str> {
    words.split_whitespace().map(|word| word.trim_matches('\''))
}

fn output(command: &mut Command, input: &str) -> Output {
    let file = NamedTempFile::new().unwrap();
    fs::write(&file, input).unwrap();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home");
    command.env_clear().env("HOME", home).current_dir(root());
    let stdin = File::open(&file).unwrap();
    command.stdin(stdin).output().unwrap()
}

/// This host with a command line, and the runner with one.
fn both<S: AsRef<OsStr>>(here: &[S], there: &[S], input: &str) -> (Output, Output) {
    let here = output(
        Command::new(env!("CARGO_BIN_EXE_host-wasmi")).args(here),
        input,
    );
    let runner = Path::new(env!("CARGO_BIN_EXE_host-wasmi")).with_file_name("winsock-async");
    assert!(
        runner.exists(),
        "there is no {}: run `cargo test --workspace`",
        runner.display()
    );
    let there = output(Command::new(runner).arg("run").args(there), input);
    (here, there)
}

/// The lines of an output, sorted: answers come in any order. A summary ends with times.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = str::from_utf8(bytes).unwrap();
    let untimed = |line: &str| match line.contains(" names: ") {
        true => line.split(", ").take(2).collect::<Vec<_>>().join(", "),
        false => line.to_owned(),
    };
    let mut lines: Vec<_> = text.lines().map(untimed).collect();
    lines.sort();
    lines
}

#[track_caller]
fn assert_same((here, there): &(Output, Output), run: &str) {
    assert_eq!(lines(&here.stdout), lines(&there.stdout), "{run}: {here:?}");
    assert_eq!(
        lines(&here.stderr),
        lines(&there.stderr),
        "{run}: {there:?}"
    );
    assert_eq!(here.status.code(), there.status.code(), "{run}: {here:?}");
}

/// Whether this machine has core modules of Rust guests.
fn has_modules() -> bool {
    let missing = root().join("target/guests/core-modules.missing");
    match fs::read_to_string(missing) {
        Ok(reason) => {
            println!("!!! NOT TESTED: core modules: {reason} !!!");
            false
        }
        Err(_) => true,
    }
}

#[test]
fn examples_in_rust_print_and_return_the_same() {
    if !has_modules() {
        return;
    }
    let script = NamedTempFile::new().unwrap();
    fs::write(&script, SCRIPT).unwrap();
    let script = script.path().to_str().unwrap();
    for (guest, options, arguments, input) in RUNS {
        let line = |guest: &str| {
            let line = format!("--script {script} {options} {guest} {arguments}");
            split(&line).map(Into::into).collect::<Vec<String>>()
        };
        let here = line(&format!("target/guests/core/{guest}.wasm"));
        let there = line(&format!("target/guests/{guest}.wasm"));
        let run = format!("{guest} {options} {arguments}");
        let outputs = both(&here, &there, input);
        assert!(
            !outputs.0.stdout.is_empty() || !outputs.0.stderr.is_empty(),
            "{run}"
        );
        assert_same(&outputs, &run);
    }
}

#[test]
fn every_example_in_rust_has_a_run() {
    let examples = fs::read_dir(root().join("examples/guests/src/bin")).unwrap();
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut expected: BTreeSet<_> = examples.map(|entry| stem(entry.unwrap().path())).collect();
    expected.extend(["first-future", "first-message"].map(str::to_owned));
    let run: BTreeSet<_> = RUNS.iter().map(|run| run.0.to_owned()).collect();
    assert_eq!(run, expected);
}

#[test]
fn examples_in_c_print_and_return_the_same() {
    let readme = fs::read_to_string(root().join("examples/c/README.md")).unwrap();
    let mut examples = 0;
    let command = "$ winsock-async run ";
    for line in readme.lines().filter_map(|line| line.strip_prefix(command)) {
        let arguments: Vec<_> = split(line).collect();
        let outputs = both(&arguments, &arguments, "");
        assert!(!outputs.0.stdout.is_empty(), "{line}: {outputs:?}");
        assert_same(&outputs, line);
        examples += 1;
    }
    let sources = fs::read_dir(root().join("examples/c")).unwrap();
    let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "c");
    let sources = sources.filter(|entry| is_source(&entry.as_ref().unwrap().path()));
    assert_eq!(examples, sources.count());
}

#[test]
fn the_example_in_go_prints_and_returns_the_same() {
    let guest = "target/guests/go_lookup.wasm";
    if !root().join(guest).exists() {
        println!("!!! NOT TESTED: guest go_lookup: this machine has not built it !!!");
        return;
    }
    let script = NamedTempFile::new().unwrap();
    fs::write(&script, SCRIPT).unwrap();
    let script = script.path().to_str().unwrap();
    let line = format!(
        "--script {script} --allow *.test --allow-private {guest} --timeout 200 host:www.test \
         host:never.test serv:game/udp port:80/tcp proto:udp protonum:6 host:www.example.com"
    );
    let arguments: Vec<_> = split(&line).collect();
    let outputs = both(&arguments, &arguments, "");
    assert_eq!(lines(&outputs.0.stdout).len(), 7, "{outputs:?}");
    assert_same(&outputs, &line);
}
