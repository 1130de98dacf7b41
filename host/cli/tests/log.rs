//! `--log` and RUST_LOG: what each level writes to standard error.

mod support;

use support::{Scratch, command, guest};

const SCRIPT: &str = r#"rule = [{ host = "quick.test", addresses = ["192.0.2.1"] }]"#;

/// Looks an allowed and a denied name up, and returns the status and standard error.
fn run(test: &str, variable: &str, options: &[&str]) -> (Option<i32>, String) {
    let script = Scratch::new(&format!("log-{test}")).file("script.toml", SCRIPT.as_bytes());
    let output = command()
        .env("RUST_LOG", variable)
        .args(["run", "--script", &script, "--allow", "*.test"])
        .arg("--allow-private")
        .args(options)
        .arg(guest("lookup"))
        .args(["host:quick.test", "host:denied.example"])
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn nothing_is_logged_by_default() {
    assert_eq!(run("none", "", &[]), (Some(1), String::new()));
    assert_eq!(
        run("off", "debug", &["--log", "error"]),
        (Some(1), String::new())
    );
}

#[test]
fn names_are_logged_at_debug_and_not_at_info() {
    let info = run("info", "", &["--log", "info"]).1;
    let variable = run("variable", "winsock_async=info", &[]).1;
    for text in [&info, &variable] {
        for step in ["request", "start on=Worker", "finish", "answer", "denial"] {
            let found = text
                .lines()
                .any(|line| line.ends_with(&format!("}}: {step}")));
            assert!(found, "no {step} in {text}");
        }
        assert!(
            text.lines().all(|line| line.contains("handle=0x")),
            "{text}"
        );
        assert!(
            !text.contains("quick.test") && !text.contains("denied.example"),
            "{text}"
        );
    }
    let debug = run("debug", "", &["--log", "debug"]).1;
    assert!(debug.contains("query=quick.test"), "{debug}");
    assert!(debug.contains("query=denied.example"), "{debug}");
    assert!(debug.contains("answer=quick.test 192.0.2.1"), "{debug}");
    assert!(
        !debug.contains('\x1b'),
        "colours without a terminal: {debug}"
    );
}

#[test]
fn a_malformed_level_or_filter_is_refused() {
    for (test, variable, options, said) in [
        (
            "level",
            "",
            &["--log", "loud"][..],
            "'--log <LEVEL>': write error",
        ),
        ("filter", "a=b=c", &[], "RUST_LOG=a=b=c: "),
    ] {
        let (status, text) = run(test, variable, options);
        assert_eq!(status, Some(2), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(said), "{text}");
    }
}
