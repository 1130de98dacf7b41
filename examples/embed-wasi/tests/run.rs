//! The example runs an ordinary program, which connects where the policy allows it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use winsock_async_tests::if_built;
use winsock_async_tests::servers::Server;

/// Runs `fetch` under a policy that allows connections by `rule`. None if it is not built.
fn fetch(test: &str, rule: &str, url: &str) -> Option<Output> {
    let guest = if_built("fetch")?;
    let file = format!("{test}.toml");
    let policy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    fs::write(&policy, format!("connect = ['{rule}']")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_embed-wasi"));
    Some(command.arg(policy).arg(guest).arg(url).output().unwrap())
}

// S-W4, S-W6
#[test]
fn ordinary_program_connects_to_the_name_and_port_of_a_rule() {
    let server = Server::http();
    let host = format!("localhost:{}", server.port());
    let Some(output) = fetch("allowed", &host, &format!("http://{host}/")) else {
        return;
    };
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "HTTP/1.0 200 OK\nlookups: 1\nconnections denied: 0\n"
    );
    assert_eq!(server.seen().len(), 1);
}

// S-W4
#[test]
fn ordinary_program_is_denied_another_port_and_an_address_without_a_lookup() {
    let server = Server::http();
    let port = server.port();
    for (test, url, lookups) in [
        ("port", format!("http://localhost:{port}/"), 1),
        // The standard library reads an address by itself: the connection alone is judged.
        ("address", format!("http://127.0.0.1:{port}/"), 0),
    ] {
        let Some(output) = fetch(test, "localhost:1", &url) else {
            return;
        };
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains("Permission denied"), "{errors}");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.starts_with(&format!("lookups: {lookups}\n")), "{text}");
        assert!(!text.contains("connections denied: 0\n"), "{text}");
    }
    assert!(server.seen().is_empty());
}
