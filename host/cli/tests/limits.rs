//! Limits of time, and of threads that are stuck.

mod support;

use std::path::Path;

use support::{Scratch, runner};

const SCRIPT: &str = r#"rule = [
    { host = "quick.test", addresses = ["192.0.2.1"] },
    { host = "never.test", never = true },
]"#;

/// Looks names up with these options; gives the status, and what the guest has said of them.
fn lookup(test: &str, options: &[&str], names: &[&str]) -> (Option<i32>, String) {
    let script = Scratch::new(&format!("limits-{test}")).file("script.toml", SCRIPT.as_bytes());
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests/lookup.wasm");
    assert!(guest.exists(), "run `cargo xtask guests` first");
    let given = [
        "run",
        "--script",
        &script,
        "--allow=*.test",
        "--allow-private",
    ];
    let output = runner(&[&given, options, &[guest.to_str().unwrap()], names].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn a_request_that_takes_too_long_completes() {
    let names = ["host:quick.test", "host:never.test"];
    let (status, said) = lookup("request", &["--request-timeout", "5s"], &names);
    assert!(said.contains("192.0.2.1"), "{said}");
    assert!(said.contains("WSATRY_AGAIN"), "{said}");
    assert_eq!(status, Some(1), "{said}");
}

// S-C7: the one worker is at a lookup that never ends.
#[test]
fn a_stuck_worker_is_replaced() {
    let names = ["host:never.test", "host:quick.test"];
    let options = [
        "--workers=1",
        "--stuck-after=10ms",
        "--request-timeout=5s",
        "--stats",
    ];
    let (_, said) = lookup("stuck", &options, &names);
    assert!(said.contains("192.0.2.1"), "{said}");
    let stuck = said.lines().find(|l| l.trim_start().starts_with("stuck"));
    assert!(stuck.is_some_and(|line| line.ends_with(" 1")), "{said}");
}

#[test]
fn without_a_spare_it_is_not() {
    let names = ["host:never.test", "host:quick.test"];
    let options = [
        "--workers=1",
        "--max-extra-workers=0",
        "--stuck-after=10ms",
        "--request-timeout=100ms",
    ];
    let (_, said) = lookup("spare", &options, &names);
    assert!(!said.contains("192.0.2.1"), "{said}");
    // The other is refused, if it comes after the worker is found stuck.
    let ended = ["WSATRY_AGAIN", "WSAEWOULDBLOCK"].map(|end| said.matches(end).count());
    assert_eq!(ended.iter().sum::<usize>(), 2, "{said}");
}
