//! Unusable command lines, and text in them that cannot be printed: one line, and status 2.

mod support;

use support::{Scratch, assert_has, command, refused, runner};

#[test]
fn a_malformed_command_line_is_refused() {
    assert_has(&refused(&[]), &["no command is given"]);
    assert_has(&refused(&["walk"]), &["'walk'"]);
    assert_has(&refused(&["run"]), &["GUEST.wasm"]);
    assert_has(
        &refused(&["run", ""]),
        &["the guest's name is empty", "GUEST.wasm"],
    );
    assert_has(
        &refused(&["run", "--alow", "x", "g.wasm"]),
        &["'--alow'", "'--allow'"],
    );
    assert_has(
        &refused(&["run", "--workers", "many", "g.wasm"]),
        &["'many'", "--workers"],
    );
    assert_has(
        &refused(&["run", "--timeout", "soon", "g.wasm"]),
        &["'soon'", "500ms"],
    );
    assert_has(
        &refused(&["run", "--env", "=x", "g.wasm"]),
        &["'=x'", "NAME=VALUE"],
    );
}

#[test]
fn a_malformed_pattern_is_refused() {
    for pattern in ["", "*.*", "a b", "10.0.0.1/8", "[::1]"] {
        let line = refused(&["run", "--allow", pattern, "g.wasm"]);
        assert_has(&line, &["--allow", &format!("'{pattern}'")]);
    }
}

#[test]
fn a_missing_directory_or_variable_is_refused() {
    let scratch = Scratch::new("not-there");
    let guest = scratch.wat("guest.wasm", "(component)");
    let none = scratch.path("none");
    assert_has(
        &refused(&["run", "--dir", &none, &guest]),
        &["cannot open the directory", &none],
    );
    let name = "WINSOCK_ASYNC_TEST_THAT_IS_NOT_SET";
    assert_has(
        &refused(&["run", "--env", name, &guest]),
        &[name, "not found"],
    );
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let output = command()
        .args(["run", "g.wasm"])
        .arg(OsStr::from_bytes(b"\xff"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert_has(&text, &["argument \"\\xFF\" is not UTF-8"]);
}

#[test]
fn text_that_cannot_be_printed_is_escaped_in_lines_of_a_bounded_length() {
    let scratch = Scratch::new("odd-names");
    let odd = scratch.path("a\u{202e}b\u{1b}[31m\u{200b}.wasm");
    for line in [
        refused(&["run", &odd]),
        refused(&["run", "--policy", &odd, "g.wasm"]),
        refused(&["run", "--hosts", &odd, "g.wasm"]),
        refused(&["run", "--allow", "\u{202e}\u{1b}[31m", "g.wasm"]),
        refused(&["run", "--timeout", "\u{202e}\u{1b}", "g.wasm"]),
        refused(&["run", "--\u{202e}\u{1b}", "g.wasm"]),
        refused(&["run", "--env", "\u{202e}\u{1b}", "g.wasm"]),
    ] {
        assert_has(&line, &["\\u{202e}", "\\u{1b}"]);
        assert!(
            line.chars().all(|c| c == ' ' || c.is_ascii_graphic()),
            "{line:?}"
        );
    }
    let long = "x".repeat(100_000);
    for args in [
        &["run", "--allow", &long, "g.wasm"][..],
        &["run", &long],
        &[&long],
    ] {
        let line = refused(args);
        assert!(line.len() < 4200, "{}", line.len());
    }
}

// A component can import a name with any character, and a trap names functions.
#[test]
fn names_of_a_guest_are_escaped() {
    let scratch = Scratch::new("odd-functions");
    let odd = r"\u{202e}evil\u{1b}[2J".repeat(2000);
    let text = support::component("(call $odd) i32.const 0").replace(
        "(core module $m",
        &format!(r#"(core module $m (func $odd (@name "{odd}") unreachable)"#),
    );
    let output = runner(&["run", &scratch.wat("guest.wasm", &text)]);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(134), "{line}");
    assert_has(&line, &["trapped: ", "\\u{202e}evil\\u{1b}[2J"]);
    assert!(line.len() < 4200, "{}", line.len());
    let line = line.strip_suffix('\n').unwrap();
    assert!(
        line.chars().all(|c| c == ' ' || c.is_ascii_graphic()),
        "{line:?}"
    );
}
