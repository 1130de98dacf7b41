//! Unusable input: one line on standard error, and status 2.

mod support;

use support::{Scratch, command, guest, runner};

/// Runs the runner and returns its one line, without the prefix.
fn refused(args: &[&str]) -> String {
    let output = runner(args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
    assert_eq!(output.stdout, b"", "{args:?}");
    let line = text.strip_suffix('\n').unwrap();
    assert_eq!(line.lines().count(), 1, "{args:?}: {text}");
    line.strip_prefix("winsock-async: ").unwrap().to_owned()
}

#[track_caller]
fn assert_has(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {line:?}");
    }
}

#[test]
fn a_core_module_without_start_is_refused() {
    let scratch = Scratch::new("core");
    let line = refused(&["run", &scratch.wat("core.wasm", "(module)")]);
    assert_has(
        &line,
        &["core.wasm: this module has no `_start`", "not a library"],
    );
    let undefined = r#"(module (import "env" "bind" (func)) (func (export "_start")))"#;
    let line = refused(&["run", &scratch.wat("core.wasm", undefined)]);
    assert_has(&line, &["core.wasm: this module imports", "`bind`"]);
    let bytes = wat::parse_str("(module (func))").unwrap();
    let cut = scratch.file("core.wasm", &bytes[..bytes.len() - 3]);
    assert_has(
        &refused(&["run", &cut]),
        &["core.wasm: this is not a valid module: "],
    );
}

#[test]
fn a_file_that_is_not_webassembly_is_refused() {
    let scratch = Scratch::new("no-wasm");
    for bytes in [&b""[..], b"\0as", b"#!/bin/sh\necho\n", b"\x7fELF"] {
        let line = refused(&["run", &scratch.file("guest.wasm", bytes)]);
        assert_has(
            &line,
            &["guest.wasm: this is not WebAssembly", "give a component"],
        );
    }
    let line = refused(&["run", &scratch.file("guest.wat", b"\n(component)")]);
    assert_has(&line, &["guest.wat: this is WebAssembly as text"]);
    let line = refused(&["run", &scratch.file("guest.wasm", b"\0asm\x02\0\0\0")]);
    assert_has(&line, &["unknown version"]);
}

#[test]
fn a_truncated_component_is_refused() {
    let scratch = Scratch::new("cut-off");
    let bytes = wat::parse_str("(component (core module (func)))").unwrap();
    let line = refused(&[
        "run",
        &scratch.file("guest.wasm", &bytes[..bytes.len() - 3]),
    ]);
    assert_has(&line, &["guest.wasm is not a valid component: "]);
}

#[test]
fn a_missing_file_and_a_directory_are_refused() {
    let scratch = Scratch::new("missing");
    let line = refused(&["run", &scratch.path("none.wasm")]);
    assert_has(
        &line,
        &["cannot read the guest", "none.wasm", "No such file"],
    );
    assert_has(
        &refused(&["run", &scratch.path("")]),
        &["cannot read the guest"],
    );
}

#[test]
fn a_component_with_an_unknown_import_is_refused() {
    let scratch = Scratch::new("import");
    let guest = scratch.wat(
        "guest.wasm",
        r#"(component (import "acme:rocket/launch@1.0.0" (instance (export "go" (func)))))"#,
    );
    let line = refused(&["run", &guest]);
    assert_has(
        &line,
        &[
            "guest.wasm",
            "`acme:rocket/launch@1.0.0`",
            "winsock:async-lookup@0.1.0",
        ],
    );
}

#[test]
fn a_component_with_another_type_of_an_import_is_refused() {
    let scratch = Scratch::new("import-type");
    let guest = scratch.wat(
        "guest.wasm",
        r#"(component (import "winsock:async-lookup/completions@0.1.0"
             (instance (export "wait" (func (result u32))))))"#,
    );
    let line = refused(&["run", &guest]);
    assert_has(
        &line,
        &["`winsock:async-lookup/completions@0.1.0`", "`wait`"],
    );
}

#[test]
fn a_component_without_run_is_refused() {
    let scratch = Scratch::new("no-command");
    let line = refused(&["run", &scratch.wat("guest.wasm", "(component)")]);
    assert_has(
        &line,
        &["guest.wasm is no command", "wasi:cli/run", "not a library"],
    );
}

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
    for pattern in ["", "*.*", "a b", "10.0.0.1/8", "::1"] {
        let line = refused(&["run", "--allow", pattern, "g.wasm"]);
        assert_has(&line, &["--allow", &format!("'{pattern}'")]);
    }
}

#[test]
fn malformed_lines_of_a_hosts_file_cause_warnings_and_the_rest_is_used() {
    let scratch = Scratch::new("hosts");
    let text = b"192.0.2.1 a.test\n# fine\n192.0.2 b.test\n192.0.2.2 \xff\n192.0.2.3 \x1b[31m\n";
    let hosts = scratch.file("hosts", text);
    let guest = &guest("lookup");
    let allow = ["--allow-all", "--allow-private"];
    let args = [
        &["run", "--hosts", &hosts][..],
        &allow,
        &[guest, "host:a.test"],
    ]
    .concat();
    let output = runner(&args);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_has(&said, &["192.0.2.1"]);
    let warned = String::from_utf8(output.stderr).unwrap();
    let warned: Vec<_> = warned.lines().collect();
    assert_eq!(warned.len(), 3, "{warned:?}");
    for (line, at) in warned.iter().zip([3, 4, 5]) {
        assert_has(line, &[&format!("winsock-async: warning: {hosts}:{at}: ")]);
        assert!(!line.contains('\x1b'), "{line:?}");
    }
}

#[test]
fn a_hosts_file_without_a_valid_line_is_refused() {
    let scratch = Scratch::new("no-hosts");
    let hosts = scratch.file("hosts", b"# fine\n192.0.2 b.test\n192.0.2.256 c.test\n");
    let line = refused(&["run", "--hosts", &hosts, "g.wasm"]);
    assert_has(&line, &[&format!("--hosts {hosts}:2: "), "no other line"]);
    let none = scratch.path("none");
    assert_has(&refused(&["run", "--hosts", &none, "g.wasm"]), &[&none]);
}

#[test]
fn a_malformed_script_is_refused_with_its_line() {
    let scratch = Scratch::new("script");
    for (text, at) in [
        (&b"[[rule]]\nhost = \"a.test\"\nnevr = true\n"[..], 3),
        (
            b"[[rule]]\nhost = \"a.test\"\nnever = true\n\n[[rule]]\nhost = \"b.test\"\n",
            5,
        ),
        (b"# \xc3\xa9\n\n# \xff\n", 3),
        (b"[[rule]\n", 1),
    ] {
        let script = scratch.file("script.toml", text);
        let line = refused(&["run", "--script", &script, "g.wasm"]);
        assert_has(&line, &[&format!("--script {script}:{at}: ")]);
    }
    let none = scratch.path("none");
    assert_has(
        &refused(&["run", "--script", &none, "g.wasm"]),
        &[&none, "No such file"],
    );
}

// S-R16: without a malformed pattern that allows, the policy allows less.
#[test]
fn malformed_allow_patterns_cause_warnings_and_the_rest_is_used() {
    let scratch = Scratch::new("lenient-policy");
    let text = b"allow = [\n  '*.*',\n  'localhost',\n]\nallow-answers = ['x', '127.0.0.1']\n";
    let policy = scratch.file("policy.toml", text);
    let guest = &guest("lookup");
    let hosts = scratch.file("hosts", b"127.0.0.1 localhost\n");
    let args = ["run", "--policy", &policy, "--hosts", &hosts, guest];
    let output = runner(&[&args[..], &["host:localhost"]].concat());
    assert!(output.status.success(), "{output:?}");
    let warned = String::from_utf8(output.stderr).unwrap();
    let warned: Vec<_> = warned.lines().collect();
    assert_eq!(warned.len(), 2, "{warned:?}");
    for (line, at) in warned.iter().zip([2, 5]) {
        let said = format!("winsock-async: warning: --policy {policy}:{at}: ");
        assert_has(line, &[&said]);
    }
}

// S-R16: no guest runs with a policy that cannot be parsed.
#[test]
fn a_malformed_policy_is_refused_with_its_line() {
    let scratch = Scratch::new("policy");
    for (text, at, said) in [
        (
            &b"allow = ['a.test']\nalow-private = true\n"[..],
            2,
            "alow-private",
        ),
        (
            b"allow = ['a.test']\ndeny-answers = [\n  '10.0.0.1/8',\n]",
            3,
            "10.0.0.0/8",
        ),
        (b"\nallow-answers = ['a.test']", 2, "no IPv4 address"),
        (b"allow = [\n'*.*']", 2, "a star stands alone"),
        (b"allow = 'a.test'", 1, "expected a sequence"),
        (b"# \xc3\xa9\n\n# \xff\n", 3, "not UTF-8"),
        (b"allow = [", 1, ""),
    ] {
        let policy = scratch.file("policy.toml", text);
        let line = refused(&["run", "--policy", &policy, "g.wasm"]);
        assert_has(&line, &[&format!("--policy {policy}:{at}: "), said]);
    }
    let none = scratch.path("none");
    assert_has(
        &refused(&["run", "--policy", &none, "g.wasm"]),
        &["--policy", &none, "No such file"],
    );
    assert_has(
        &refused(&["run", "--deny-answers", "a.test", "g.wasm"]),
        &["--deny-answers", "no IPv4 address"],
    );
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

#[cfg(unix)]
#[test]
fn a_pipe_that_does_not_end_is_refused_within_the_timeout() {
    let scratch = Scratch::new("pipes");
    let pipe = scratch.pipe("pipe");
    let timeout = "--timeout=100ms";
    let line = refused(&["run", timeout, &pipe]);
    let said = "its end did not come within 100ms";
    assert_has(
        &line,
        &["cannot read the guest", "pipe: this is not a file", said],
    );
    for option in ["--policy", "--script", "--hosts"] {
        let line = refused(&["run", timeout, option, &pipe, "g.wasm"]);
        assert_has(
            &line,
            &[&format!("{option} {pipe}: cannot be read: "), said],
        );
    }
    let dns = ["run", timeout, "--resolver=dns", "--resolv-conf", &pipe];
    assert_has(
        &refused(&[&dns[..], &["g.wasm"]].concat()),
        &["pipe: cannot be read: this is a pipe"],
    );
}

#[cfg(unix)]
#[test]
fn a_guest_may_come_from_a_pipe() {
    use std::process::Stdio;

    let file = std::fs::File::open(guest("lookup")).unwrap();
    let mut cat = std::process::Command::new("cat")
        .stdin(file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = command()
        .args(["run", "/dev/stdin", "proto:udp"])
        .stdin(cat.stdout.take().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    cat.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_device_without_end_is_refused() {
    let limit = "--max-guest-bytes=1000000";
    let line = refused(&["run", limit, "/dev/zero"]);
    assert_has(&line, &["guest /dev/zero: more than 1000000 bytes"]);
    let line = refused(&["run", "--policy", "/dev/zero", "g.wasm"]);
    assert_has(
        &line,
        &["--policy /dev/zero: cannot be read: more than 16777216 bytes"],
    );
    let line = refused(&["run", "--hosts", "/dev/zero", "g.wasm"]);
    assert_has(
        &line,
        &["--hosts /dev/zero: cannot be read: more than 33554432 bytes"],
    );
}

// Only root can read /proc/kmsg, and without a new message of the kernel that waits.
#[cfg(target_os = "linux")]
#[test]
fn a_file_of_proc_without_end_is_refused_within_the_timeout() {
    for args in [
        &["run", "--timeout=100ms", "/proc/kmsg"][..],
        &["run", "--timeout=100ms", "--policy", "/proc/kmsg", "g.wasm"],
    ] {
        assert_has(&refused(args), &["/proc/kmsg"]);
    }
}

#[test]
fn a_guest_over_the_size_limit_is_refused() {
    let scratch = Scratch::new("large");
    let guest = scratch.wat("guest.wasm", "(component)");
    let size = std::fs::metadata(&guest).unwrap().len();
    let limit = |bytes: u64| format!("--max-guest-bytes={bytes}");
    let line = refused(&["run", &limit(size - 1), &guest]);
    assert_has(&line, &["guest.wasm: more than", "bytes"]);
    assert_has(&refused(&["run", &limit(size), &guest]), &["is no command"]);
    // By default, 256 MiB.
    let sparse = std::fs::File::create(scratch.path("sparse.wasm")).unwrap();
    sparse.set_len((256 << 20) + 1).unwrap();
    let line = refused(&["run", &scratch.path("sparse.wasm")]);
    assert_has(&line, &["sparse.wasm: more than 268435456 bytes"]);
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
