//! Unusable files of hosts, scripts and policies, and files without an end.

mod support;

use support::{Scratch, assert_has, guest, refused, runner};

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
        (b"\nallow-answers = ['a.test']", 2, "no address"),
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
        &["--deny-answers", "no address"],
    );
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
