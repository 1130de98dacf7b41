//! The page of `examples/browser` in Debian's Chromium, with a name server on loopback.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use winsock_async_js_tests::{Tools, chromium, root};

/// The server of the page, which ends with this.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(tools: &Tools) -> Server {
        let script = root().join("examples/browser/serve.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg("0").stdout(Stdio::piped());
        command.env("MODULES", tools.directory().join("node_modules"));
        let mut process = command.spawn().expect("node");
        let mut url = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut url).expect("a URL");
        let url = url.trim().to_owned();
        Server { process, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a visitor has seen.
#[derive(Debug, Deserialize)]
struct Seen {
    page: Vec<Row>,
    guest: Vec<Row>,
    output: String,
    message: String,
    policy: Judged,
}

/// How many cases the browser has judged, and those that it judges otherwise.
#[derive(Debug, Deserialize)]
struct Judged {
    cases: u32,
    wrong: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    owner: String,
    state: String,
    result: String,
}

// S-C1, S-R15
#[test]
fn visitor_sees_lookups_run_time_out_and_be_cancelled() {
    let Some(tools) = Tools::find() else { return };
    let Some(chromium) = chromium() else { return };
    let server = Server::start(&tools);
    let mut visitor = Command::new("node");
    visitor.arg(root().join("tests/js/node/browser.mjs"));
    visitor.arg(chromium).arg(&server.url);
    visitor.arg(root().join("tests/policy-cases.json"));
    // Where to write the picture of docs/.
    visitor.args(env::var_os("SCREENSHOT"));
    let output = visitor.output().expect("node");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let seen: Seen = serde_json::from_slice(&output.stdout).expect("JSON");
    let both = "2001:db8::7, 192.0.2.7";
    let cancelled = "cancelled: no completion will come";
    let check = |rows: &[Row], owner: &str, expected: &[(&str, &str, &str)]| {
        let row = |row: &Row| (row.name.clone(), row.state.clone(), row.result.clone());
        let shown: Vec<_> = rows.iter().map(row).collect();
        let owned = |(name, state, result): &(&str, &str, &str)| {
            (
                format!("{name}.test"),
                (*state).to_owned(),
                (*result).to_owned(),
            )
        };
        assert_eq!(shown, expected.iter().map(owned).collect::<Vec<_>>());
        assert!(rows.iter().all(|row| row.owner == owner), "{rows:?}");
    };
    check(
        &seen.page,
        "this page",
        &[
            ("quick", "answered", both),
            ("slow-200", "answered", both),
            ("missing", "failed", "WSAHOST_NOT_FOUND (11001)"),
            ("busy", "failed", "WSATRY_AGAIN (11002)"),
            // The host's deadline.
            ("never", "failed", "WSATRY_AGAIN (11002)"),
            ("stuck", "cancelled", cancelled),
        ],
    );
    check(
        &seen.guest,
        "lookup.wasm",
        &[
            ("quick", "answered", both),
            ("slow-200", "answered", both),
            ("missing", "failed", "WSAHOST_NOT_FOUND (11001)"),
            ("never", "cancelled", cancelled),
        ],
    );
    let printed = [
        "quick.test 2001:db8::7 192.0.2.7",
        "never.test: cancelled after",
    ];
    for part in printed {
        assert!(seen.output.contains(part), "{part:?} in {seen:?}");
    }
    assert_eq!(seen.message, "");
    assert!(
        seen.policy.cases > 250 && seen.policy.wrong.is_empty(),
        "{:?}",
        seen.policy
    );
}
