//! Limits of time and of stuck workers.

mod support;

use support::{Scratch, guest, runner, with_enough_time};

const SCRIPT: &str = r#"rule = [
    { host = "quick.test", addresses = ["192.0.2.1"] },
    { host = "never.test", never = true },
]"#;

/// Looks names up with these options, and returns the status and all output.
fn lookup(test: &str, options: &[&str], names: &[&str]) -> (Option<i32>, String) {
    let script = Scratch::new(&format!("limits-{test}")).file("script.toml", SCRIPT.as_bytes());
    let given = [
        "run",
        "--script",
        &script,
        "--allow=*.test",
        "--allow-private",
    ];
    let output = runner(&[&given, options, &[&guest("lookup")], names].concat());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn an_overdue_request_completes_with_try_again() {
    let names = ["host:quick.test", "host:never.test"];
    let lookup = |ms| lookup("request", &[&format!("--request-timeout={ms}ms")], &names);
    let (status, said) = with_enough_time(lookup, |(_, said)| said.contains("192.0.2.1"));
    assert!(said.contains("WSATRY_AGAIN"), "{said}");
    assert_eq!(status, Some(1), "{said}");
}

// S-C7: an extra worker replaces the one whose lookup never ends.
#[test]
fn a_stuck_worker_is_replaced() {
    let names = ["host:never.test", "host:quick.test"];
    let lookup = |ms| {
        let timeout = format!("--request-timeout={ms}ms");
        let options = ["--workers=1", "--stuck-after=10ms", &timeout, "--stats"];
        lookup("stuck", &options, &names)
    };
    let (_, said) = with_enough_time(lookup, |(_, said)| said.contains("192.0.2.1"));
    let stuck = said.lines().find(|l| l.trim_start().starts_with("stuck"));
    assert!(stuck.is_some_and(|line| line.ends_with(" 1")), "{said}");
}

#[test]
fn without_extra_workers_a_stuck_worker_is_not_replaced() {
    let names = ["host:never.test", "host:quick.test"];
    let options = [
        "--workers=1",
        "--max-extra-workers=0",
        "--stuck-after=10ms",
        "--request-timeout=100ms",
    ];
    let (_, said) = lookup("no-extra", &options, &names);
    assert!(!said.contains("192.0.2.1"), "{said}");
    // The second request is refused if the watchdog finds the worker stuck before it.
    let ended = ["WSATRY_AGAIN", "WSAEWOULDBLOCK"].map(|end| said.matches(end).count());
    assert_eq!(ended.iter().sum::<usize>(), 2, "{said}");
}
