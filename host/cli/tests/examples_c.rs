//! The C examples in the runner: what they print is what their README shows.

use std::path::PathBuf;
use std::process::Command;

/// What the README shows of the example: the runner's arguments, and what comes of them.
fn shown(example: &str) -> (Vec<&'static str>, &'static str) {
    const README: &str = include_str!("../../../examples/c/README.md");
    let blocks = README.split("```text\n$ winsock-async ").skip(1);
    let blocks = blocks.map(|rest| rest.split_once("\n```").expect("a block that ends").0);
    let guest = format!("target/guests/c/{example}.wasm");
    let mut shown = blocks
        .map(|block| {
            block
                .split_once('\n')
                .expect("a command, and what it prints")
        })
        .map(|(command, output)| (command.split(' ').collect::<Vec<_>>(), output))
        .filter(|(arguments, _)| arguments.contains(&&*guest));
    let (arguments, output) = shown.next().expect("a block of the example");
    assert_eq!(shown.next(), None, "{example} has one block");
    (arguments, output)
}

/// Runs an example as the README has it, and holds what it prints against what the README shows.
fn prints_what_the_readme_shows(example: &str) {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let (arguments, expected) = shown(example);
    let output = Command::new(env!("CARGO_BIN_EXE_winsock-async"))
        .current_dir(root)
        .env_clear()
        .args(arguments.iter().map(|argument| argument.trim_matches('\'')))
        .output()
        .unwrap();
    let printed = str::from_utf8(&output.stdout).unwrap();
    let status = output.status.code().expect("a status");
    let found = format!("{printed}(exit status: {status})");
    assert_eq!(found, expected, "{output:?}; has `cargo xtask guests` run?");
    assert_eq!(output.stderr, [], "{output:?}");
}

#[test]
fn hostinfo_cancels_what_is_late() {
    // S-C1, S-R6, S-R15
    prints_what_the_readme_shows("hostinfo");
}

#[test]
fn resolve_blocking_gives_up() {
    // S-B1, S-B3, S-R15
    prints_what_the_readme_shows("resolve_blocking");
}

#[test]
fn services_finds_them_by_name_and_number() {
    // S-R11, S-R12
    prints_what_the_readme_shows("services");
}
