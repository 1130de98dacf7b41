//! `--timeline`: a file that says what ran when, however the guest ends.

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::{Scratch, runner};

/// Every name that the tests look up, so that none leaves the machine.
const SCRIPT: &str = r#"rule = [
    { host = "quick.test", addresses = ["192.0.2.1"] },
    { host = "known.test", addresses = ["192.0.2.2"], now = true },
    { host = "unknown.test", error = "WSAHOST_NOT_FOUND" },
    { host = "never.test", never = true },
]"#;

fn guest(name: &str) -> String {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
    let path = guests.join(name).with_extension("wasm");
    assert!(path.exists(), "run `cargo xtask guests` first");
    path.into_os_string().into_string().unwrap()
}

/// Runs a guest with the script; gives what came of it, and the timeline.
fn run(file: &str, options: &[&str], name: &str, args: &[&str]) -> (Output, String) {
    let scratch = Scratch::new(&format!("timeline-{file}"));
    let script = scratch.file("script.toml", SCRIPT.as_bytes());
    let (file, guest) = (scratch.path(file), guest(name));
    let given = [
        "run",
        "--script",
        &script,
        "--timeline",
        &file,
        "--allow",
        "*.test",
        "--allow-private",
    ];
    let output = runner(&[&given, options, &[&guest], args].concat());
    let timeline = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    (output, timeline)
}

/// What is in each lane: names of its beginnings and instants, in order, each begun and ended in turn.
fn lanes(timeline: &str) -> Vec<String> {
    let trace: Value = serde_json::from_str(timeline).unwrap();
    let mut lanes: Vec<String> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut last = 0.0;
    for event in trace["traceEvents"].as_array().unwrap() {
        let (name, ph) = (
            event["name"].as_str().unwrap(),
            event["ph"].as_str().unwrap(),
        );
        assert!(event["pid"].is_u64() && event["tid"].is_u64(), "{event}");
        let lane = event["tid"].as_u64().unwrap() as usize;
        let ts = event["ts"].as_f64().unwrap();
        if ph == "M" {
            continue;
        }
        if lane > lanes.len() {
            assert!(open.is_empty(), "{open:?} has no end");
            assert_eq!(lane, lanes.len() + 1);
            lanes.push(String::new());
            last = 0.0;
        }
        assert!(ts >= last, "lane {lane} goes back");
        last = ts;
        match ph {
            "B" => open.push(name.into()),
            "E" => assert_eq!(open.pop().as_deref(), Some(name)),
            _ => assert_eq!(ph, "i"),
        }
        if ph != "E" {
            lanes[lane - 1] += &format!("{name}; ");
        }
    }
    assert!(open.is_empty(), "{open:?} has no end");
    lanes
}

#[test]
fn each_request_has_a_lane() {
    let asked = [
        "--timeout",
        "1500",
        "host:quick.test",
        "host:known.test",
        "host:denied.example",
        "host:unknown.test",
        "host:never.test",
    ];
    let (output, timeline) = run("lookup.json", &[], "lookup", &asked);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(output.stderr, b"");
    let lanes = lanes(&timeline);
    let of = |name: &str| {
        let is_its = |lane: &&String| lane.starts_with(&format!("host-by-name {name}; "));
        let lane = lanes
            .iter()
            .find(is_its)
            .unwrap_or_else(|| panic!("no {name}: {lanes:?}"));
        lane.split_once("; ").unwrap().1
    };
    assert_eq!(lanes.len(), 5, "{lanes:?}");
    assert_eq!(of("quick.test"), "queued; running; arrived; answered; ");
    assert_eq!(of("known.test"), "answered; ");
    assert_eq!(of("denied.example"), "denied; ");
    assert_eq!(
        of("unknown.test"),
        "queued; running; arrived; WSAHOST_NOT_FOUND; "
    );
    // The resolver is still in it when the file is written.
    assert_eq!(of("never.test"), "queued; running; cancelled; stuck; ");
}

#[test]
fn a_guest_that_traps_leaves_a_file() {
    let (output, timeline) = run("trap.json", &[], "trap", &[]);
    assert_eq!(output.status.code(), Some(134), "{output:?}");
    let lanes = lanes(&timeline);
    assert_eq!(lanes.len(), 90);
    let pending = lanes.iter().filter(|lane| lane.contains("; pending; "));
    assert!(pending.count() >= 30, "those of never.test: {lanes:?}");
    let known = lanes
        .iter()
        .filter(|lane| lane.contains(" known.test; answered; "));
    assert_eq!(known.count(), 30);
}

#[test]
fn a_guest_that_is_stopped_leaves_a_file() {
    let (output, timeline) = run("hang.json", &["--timeout", "1"], "hang", &[]);
    assert_eq!(output.status.code(), Some(124), "{output:?}");
    let pending = "host-by-name never.test; queued; running; pending; ";
    assert_eq!(lanes(&timeline), [pending; 3]);
}

#[test]
fn a_picture_has_the_names_and_ends() {
    let asked = ["--timeout", "1500", "host:quick.test", "host:never.test"];
    let (_, picture) = run("lookup.svg", &[], "lookup", &asked);
    let document = roxmltree::Document::parse(&picture).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let texts: Vec<_> = texts.filter_map(|node| Some(node.text()?.trim())).collect();
    for expected in ["quick.test", "answered", "never.test", "cancelled"] {
        assert!(texts.contains(&expected), "{expected}: {texts:?}");
    }
    assert!(texts[0].starts_with("2 requests in "), "{texts:?}");
}

#[test]
fn a_file_that_cannot_be_is_told_before_the_guest_runs() {
    let scratch = Scratch::new("timeline-wrong");
    let guest = guest("lookup");
    for (file, said) in [
        (scratch.path("a.png"), "its name must end in .json"),
        (
            scratch.path("no-directory/a.json"),
            "No such file or directory",
        ),
    ] {
        let output = runner(&["run", "--timeline", &file, &guest, "proto:udp"]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert_eq!(output.stdout, b"");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(said) && text.contains("--timeline"), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_told_at_the_end() {
    // Only Linux has a file that is always full, and it has no ending of ours.
    if !Path::new("/dev/full").exists() {
        return;
    }
    let scratch = Scratch::new("timeline-full");
    let file = scratch.path("full.json");
    let _ = fs::remove_file(&file);
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    let output = runner(&["run", "--timeline", &file, &guest("lookup"), "proto:udp"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert_eq!(output.stdout, b"proto:udp: udp (alias UDP) number 17\n");
    assert!(
        text.contains("full.json: No space left on device"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
}
