//! The example runs, and prints the lines that its comments announce.

use std::path::Path;
use std::process::{Command, Output};

fn embed(queries: &[&str]) -> Output {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests/lookup.wasm");
    assert!(
        guest.exists(),
        "there is no {}: run `cargo xtask guests` first",
        guest.display()
    );
    Command::new(env!("CARGO_BIN_EXE_embed"))
        .arg(guest)
        .args(queries)
        .output()
        .unwrap()
}

fn line<'a>(output: &'a str, start: &str) -> &'a str {
    output
        .lines()
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no line starts with {start}:\n{output}"))
}

#[test]
fn its_own_resolver_and_the_tables_answer() {
    let output = embed(&["host:db.internal", "serv:http/tcp"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(line(&text, "host:db.internal").contains("10.0.0.7"));
    assert!(line(&text, "serv:http/tcp").contains("80"));
    assert!(text.ends_with("2 requests\n"), "{text}");
}

#[test]
fn other_hosts_are_denied() {
    // S-R16
    let output = embed(&["host:db.example"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(line(&text, "host:db.example").contains("WSAEACCES"));
}
