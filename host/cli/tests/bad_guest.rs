//! Unusable guests: one line on standard error, and status 2.

mod support;

use support::{Scratch, assert_has, command, guest, refused};

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
