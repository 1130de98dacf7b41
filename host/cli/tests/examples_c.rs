//! The C examples in the runner: their README shows what they print.

mod support;

use std::path::PathBuf;

/// The example's block in the README: the runner's arguments and the output.
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

/// Runs an example as the README does, and compares the output.
fn prints_what_the_readme_shows(example: &str) {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let (arguments, expected) = shown(example);
    let output = support::command()
        .current_dir(root)
        .args(arguments.iter().map(|argument| argument.trim_matches('\'')))
        .output()
        .unwrap();
    let printed = str::from_utf8(&output.stdout).unwrap();
    let status = output.status.code().expect("a status");
    let found = format!("{printed}(exit status: {status})");
    assert_eq!(found, expected, "{output:?}; has `cargo xtask guests` run?");
    assert_eq!(output.stderr, [], "{output:?}");
}

// S-C1, S-R6: a cancelled request has no message, any other has one. S-R15: each failure has its
// error.
#[test]
fn hostinfo_cancels_a_late_request() {
    prints_what_the_readme_shows("hostinfo");
}

// S-B1, S-B3: a blocking call and its cancel; S-R15: each failure has its error.
#[test]
fn resolve_blocking_gives_up() {
    prints_what_the_readme_shows("resolve_blocking");
}

// S-R11, S-R12: services by name and by number.
#[test]
fn services_are_found_by_name_and_number() {
    prints_what_the_readme_shows("services");
}
