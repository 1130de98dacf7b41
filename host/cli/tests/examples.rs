//! The example guests in the runner: their output and status.

mod support;

use std::fs::{self, File};
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use support::{Scratch, command, with_enough_time};

/// One answer of each kind of query, some after a delay; one host never answers.
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

[[rule]]
service-port = 27015
transport = "udp"
name = "game"

[[rule]]
protocol = "mine"
number = 253

[[rule]]
protocol-number = 253
name = "mine"
"#;

/// Runs an example with the script, and with `input` as its standard input.
fn run(test: &str, options: &[&str], guest: &str, args: &[&str], input: &str) -> Output {
    let scratch = Scratch::new(&format!("examples-{test}"));
    let script = scratch.file("script.toml", SCRIPT.as_bytes());
    let input = scratch.file("input", input.as_bytes());
    let output = command()
        .args(["run", "--script", &script])
        .args(options)
        .arg(support::guest(guest))
        .args(args)
        .stdin(File::open(&input).unwrap())
        .output()
        .unwrap();
    fs::remove_file(input).unwrap();
    output
}

/// The lines of standard output, sorted: answers come in any order.
#[track_caller]
fn lines(output: &Output, status: i32) -> Vec<String> {
    assert_eq!(output.status.code(), Some(status), "{output:?}");
    let text = str::from_utf8(&output.stdout).unwrap();
    let mut lines: Vec<String> = text.lines().map(Into::into).collect();
    lines.sort();
    lines
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

const SIX: [&str; 6] = [
    "host:www.test",
    "addr:192.0.2.4",
    "serv:game/udp",
    "port:27015/udp",
    "proto:mine",
    "protonum:253",
];

#[test]
fn lookup_prints_the_answer_of_each_kind() {
    let output = run(
        "six",
        &["--allow-all", "--allow-private"],
        "lookup",
        &SIX,
        "",
    );
    assert_eq!(
        lines(&output, 0),
        [
            "addr:192.0.2.4: printer.test 192.0.2.4",
            "host:www.test: web.test (aliases www.test, w3.test) 192.0.2.1 192.0.2.2",
            "port:27015/udp: game port 27015/udp",
            "proto:mine: mine number 253",
            "protonum:253: mine number 253",
            "serv:game/udp: game port 27015/udp",
        ]
    );
    assert_eq!(stderr(&output), "");
}

#[test]
fn lookup_prints_addresses_of_either_family_and_names_of_addresses() {
    // S-A1, S-A2: no resolver is asked for a literal address.
    let options = ["--allow-all", "--allow-private"];
    let queries = [
        "ip:::1",
        "ip4:192.0.2.9",
        "ip6:192.0.2.9",
        "ip:a.localhost",
        "ip4:a.localhost",
        "ip6:a.localhost",
    ];
    let output = run("addresses", &options, "lookup", &queries, "");
    let found = lines(&output, 1);
    let expected = [
        "ip4:192.0.2.9: 192.0.2.9 192.0.2.9",
        "ip4:a.localhost: a.localhost 127.0.0.1",
        "ip6:192.0.2.9: WSAHOST_NOT_FOUND (11001): no such host",
        "ip6:a.localhost: a.localhost ::1",
        "ip:::1: ::1 ::1",
        "ip:a.localhost: a.localhost ::1 127.0.0.1",
    ];
    assert_eq!(found, expected);
}

#[test]
fn lookup_asks_the_tables_after_the_script() {
    // S-R12: names in any case, and numbers. Every machine's tables have these.
    let queries = ["serv:HTTP/tcp", "port:443/tcp", "proto:UDP", "protonum:6"];
    let found = lines(&run("tables", &[], "lookup", &queries, ""), 0);
    assert_eq!(found.len(), 4, "{found:?}");
    for (line, start, end) in [
        (&found[0], "port:443/tcp: https", " port 443/tcp"),
        (&found[1], "proto:UDP: udp", " number 17"),
        (&found[2], "protonum:6: tcp", " number 6"),
        (&found[3], "serv:HTTP/tcp: http", " port 80/tcp"),
    ] {
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
    }
}

#[test]
fn lookup_writes_one_json_object_a_line() {
    let args = [&["--json"], &SIX[..], &["host:unknown.test"]].concat();
    let output = run(
        "json",
        &["--allow-all", "--allow-private"],
        "lookup",
        &args,
        "",
    );
    let lines = lines(&output, 1);
    let objects: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |query: &str| objects.iter().find(|o| o["query"] == query).unwrap();
    assert_eq!(objects.len(), 7);
    assert_eq!(
        of("host:www.test")["host"],
        json!({
            "name": "web.test",
            "aliases": ["www.test", "w3.test"],
            "addresses": ["192.0.2.1", "192.0.2.2"],
        })
    );
    assert_eq!(of("addr:192.0.2.4")["host"]["name"], "printer.test");
    for query in ["serv:game/udp", "port:27015/udp"] {
        assert_eq!(
            of(query)["service"],
            json!({ "name": "game", "aliases": [], "port": 27015, "protocol": "udp" })
        );
    }
    for query in ["proto:mine", "protonum:253"] {
        assert_eq!(
            of(query)["protocol"],
            json!({ "name": "mine", "aliases": [], "number": 253 })
        );
    }
    let error = &of("host:unknown.test")["error"];
    assert_eq!(error["name"], "WSAHOST_NOT_FOUND");
    assert_eq!(error["number"], 11001);
}

#[test]
fn lookup_cancels_pending_requests_at_its_timeout() {
    // S-C1: a cancelled request does not complete; without the cancel, the guest would not end.
    let lookup = |ms: u64| {
        let args = [
            "--timeout",
            &ms.to_string(),
            "host:never.test",
            "proto:mine",
        ];
        let output = run("timeout", &["--allow", "never.test"], "lookup", &args, "");
        (ms, lines(&output, 1))
    };
    let answer = "proto:mine: mine number 253";
    let (ms, found) = with_enough_time(lookup, |(_, found)| found.contains(&answer.to_owned()));
    let cancelled = format!("host:never.test: cancelled after {ms} ms");
    assert_eq!(found, [&*cancelled, answer]);
}

#[test]
fn the_example_script_never_answers() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/never.toml");
    let output = command()
        .args(["run", "--allow", "never.test", "--script"])
        .arg(script)
        .arg(support::guest("lookup"))
        .args(["--timeout", "50", "host:never.test"])
        .output()
        .unwrap();
    assert_eq!(
        lines(&output, 1),
        ["host:never.test: cancelled after 50 ms"]
    );
}

#[test]
fn lookup_fails_when_a_name_is_unknown_or_denied() {
    // S-R15: an unknown name has its own error.
    let args = ["host:unknown.test", "proto:mine"];
    let output = run("unknown", &["--allow", "*.test"], "lookup", &args, "");
    let found = lines(&output, 1);
    assert!(
        found[0].starts_with("host:unknown.test: WSAHOST_NOT_FOUND"),
        "{found:?}"
    );
    assert_eq!(found[1], "proto:mine: mine number 253");
    // S-R16: a name that is not allowed is denied.
    let output = run("denied", &[], "lookup", &["host:www.test"], "");
    let found = lines(&output, 1);
    assert!(
        found[0].starts_with("host:www.test: WSAEACCES"),
        "{found:?}"
    );
}

#[test]
fn lookup_reports_a_request_that_a_limit_refuses() {
    // S-R2: a request beyond a limit is refused.
    let args = ["--timeout", "50", "host:never.test", "host:www.test"];
    let options = ["--allow-all", "--allow-private", "--max-requests", "1"];
    let found = lines(&run("limit", &options, "lookup", &args, ""), 1);
    assert_eq!(found[0], "host:never.test: cancelled after 50 ms");
    assert!(
        found[1].starts_with("host:www.test: not begun: WSAEWOULDBLOCK"),
        "{found:?}"
    );
}

#[test]
fn malformed_arguments_are_status_2() {
    for (guest, args, hint) in [
        ("lookup", &[][..], "host:localhost"),
        ("lookup", &["www.test"], "write host:NAME"),
        ("lookup", &["--timeout", "soon", "proto:tcp"], "--timeout"),
        ("resolve-many", &["--jobs", "0"], "--jobs"),
        ("resolve-many", &["www.test"], "www.test"),
    ] {
        let output = run("usage", &[], guest, args, "");
        assert_eq!(lines(&output, 2), [""; 0], "{guest} {args:?}");
        let said = stderr(&output);
        assert!(
            said.starts_with(guest) && said.contains(hint) && said.lines().count() == 1,
            "{said}"
        );
    }
}

#[test]
fn resolve_many_answers_each_line_of_its_input() {
    let input = "www.test\n\nlocalhost\r\nunknown.test\n  www.test  \n192.0.2.9";
    let output = run(
        "many",
        &["--allow-all", "--allow-private"],
        "resolve-many",
        &["--jobs", "2"],
        input,
    );
    let found = lines(&output, 1);
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found[0], "192.0.2.9\t192.0.2.9");
    assert_eq!(found[1], "localhost\t127.0.0.1");
    assert!(found[2].starts_with("unknown.test\tWSAHOST_NOT_FOUND"));
    assert_eq!(found[3..], ["www.test\t192.0.2.1 192.0.2.2"; 2]);
    let summary = stderr(&output);
    assert!(
        summary.starts_with("5 names: 4 answered, 1 failed, "),
        "{summary}"
    );
    assert!(summary.contains("\n1 x WSAHOST_NOT_FOUND"), "{summary}");
}

#[test]
fn resolve_many_waits_for_requests_to_complete_at_a_limit() {
    // S-R2: a request beyond a limit is refused.
    let input = "www.test\n".repeat(20);
    let options = ["--allow-all", "--allow-private", "--max-requests", "3"];
    let output = run("places", &options, "resolve-many", &["--jobs", "9"], &input);
    assert_eq!(lines(&output, 0), ["www.test\t192.0.2.1 192.0.2.2"; 20]);
    // With no request outstanding, none can complete.
    let options = ["--allow-all", "--allow-private", "--max-requests", "0"];
    let output = run("no-place", &options, "resolve-many", &[], "www.test\n");
    let found = lines(&output, 1);
    assert!(
        found[0].starts_with("www.test\tWSAEWOULDBLOCK"),
        "{found:?}"
    );
}

#[test]
fn first_future_prints_the_addresses_it_awaits() {
    let output = run("future", &["--allow", "localhost"], "first-future", &[], "");
    assert_eq!(lines(&output, 0), ["localhost at [127.0.0.1], port 80"]);
    // S-R16: a name that is not allowed is denied.
    let output = run("future-denied", &[], "first-future", &[], "");
    assert_eq!(lines(&output, 1), [""; 0]);
    assert!(stderr(&output).contains("EACCES"), "{output:?}");
}

#[test]
fn first_message_cancels_one_request_and_gets_the_other() {
    let options = ["--allow", "localhost"];
    let output = run("message", &options, "first-message", &[], "");
    let text = str::from_utf8(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (first, second) = text.trim_end().split_once('\n').unwrap();
    // S-C2: no message was taken, so the cancel is in time.
    assert_eq!(first, "cancelled");
    assert!(
        second.starts_with("found Protocol(") && second.contains("17"),
        "{text}"
    );
}
