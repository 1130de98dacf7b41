//! The commands of `docs/writing-guests.md` that run guests in other languages.

mod support;

use std::fs;
use std::path::Path;

use support::{Scratch, command};
use winsock_async_tests::if_built;

/// The lines of the page that run a guest in Python, JavaScript or Go.
fn lines() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/writing-guests.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, languages) = page.split_once("## Python").unwrap();
    let lines = languages.lines();
    lines
        .filter(|line| line.starts_with("winsock-async "))
        .map(Into::into)
        .collect()
}

#[test]
fn each_command_of_the_page_looks_up() {
    let scratch = Scratch::new("languages");
    let hosts = scratch.file("hosts", b"127.0.0.1 localhost\n");
    let lines = lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in lines {
        let words = line.split(' ').skip(2);
        let mut run = command();
        run.args(["run", "--hosts", &hosts]);
        let mut is_built = true;
        for word in words {
            match word.strip_suffix(".wasm").map(if_built) {
                None => run.arg(word),
                Some(Some(file)) => run.arg(file),
                Some(None) => {
                    is_built = false;
                    break;
                }
            };
        }
        if !is_built {
            continue;
        }
        let output = run.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let found = "host:localhost: localhost 127.0.0.1\n";
        assert!(text.contains(found), "{line}: {text}");
        assert!(text.contains("serv:http/tcp: http "), "{line}: {text}");
        assert_eq!(output.status.code(), Some(0), "{line}: {text}");
        assert_eq!(output.stderr, b"", "{line}");
    }
}
