//! `winsock-async compose`.

mod support;

use std::fs;

use support::{Scratch, assert_has, component, guest, refused, runner};

/// Composes a guest to a file, and returns the file.
fn composed(scratch: &Scratch, guest: &str) -> String {
    let output = scratch.path("composed.wasm");
    let composed = runner(&["compose", guest, "-o", &output]);
    assert!(composed.status.success(), "{composed:?}");
    assert_eq!((&*composed.stdout, &*composed.stderr), (&b""[..], &b""[..]));
    output
}

#[test]
fn composed_guest_runs() {
    let scratch = Scratch::empty("composed");
    let composed = composed(&scratch, &guest("lookup"));
    assert_eq!(scratch.names(), ["composed.wasm"]);
    let ran = runner(&["run", &composed, "proto:udp", "host:localhost"]);
    assert!(ran.status.success(), "{ran:?}");
    let mut lines: Vec<_> = str::from_utf8(&ran.stdout).unwrap().lines().collect();
    lines.sort_unstable();
    let expected = [
        "host:localhost: localhost 127.0.0.1",
        "proto:udp: udp (alias UDP) number 17",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn core_module_is_composed_and_runs() {
    let scratch = Scratch::empty("composed-module");
    let module = scratch.wat(
        "module.wasm",
        r#"(module
            (import "winsock:async-lookup/lifecycle@0.1.0" "startup" (func $startup (param i32)))
            (memory (export "memory") 1)
            (func (export "_start") (call $startup (i32.const 0))
              (if (i32.load8_u (i32.const 0)) (then unreachable))))"#,
    );
    let ran = runner(&["run", &composed(&scratch, &module)]);
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn existing_file_is_replaced() {
    let scratch = Scratch::empty("composed-replaced");
    let output = scratch.file("composed.wasm", b"old");
    let composed = composed(&scratch, &guest("lookup"));
    assert_eq!(composed, output);
    assert!(fs::read(output).unwrap().starts_with(b"\0asm\x0d\0\x01\0"));
    assert_eq!(scratch.names(), ["composed.wasm"]);
}

#[test]
fn guest_can_be_replaced_by_the_composed_one() {
    let scratch = Scratch::empty("composed-itself");
    let file = scratch.file("guest.wasm", &fs::read(guest("lookup")).unwrap());
    let composed = runner(&["compose", &file, "-o", &file]);
    assert!(composed.status.success(), "{composed:?}");
    let again = refused(&["compose", &file, "-o", &file]);
    assert_has(&again, &["imports nothing of winsock:async-lookup"]);
}

#[test]
fn unusable_guest_is_refused_and_the_output_stays() {
    let scratch = Scratch::empty("composed-refused");
    let output = scratch.file("old.wasm", b"old");
    let text = scratch.file("text.wasm", b"(module)");
    let other = scratch.file("other.wasm", b"text");
    let cut = scratch.file("cut.wasm", &fs::read(guest("lookup")).unwrap()[..1000]);
    let no_lookups = scratch.wat("no-lookups.wasm", &component("(i32.const 0)"));
    let wrong_types = scratch.wat(
        "wrong-types.wasm",
        r#"(component (import "winsock:async-lookup/lifecycle@0.1.0"
            (instance (export "startup" (func (param "a" string))))))"#,
    );
    for (file, reason) in [
        (
            &*guest("readiness"),
            "the provider has no winsock:async-lookup/readiness@0.1.0",
        ),
        (&text, "this is WebAssembly as text"),
        (&other, "this is not WebAssembly"),
        (&cut, "cannot be composed"),
        (&no_lookups, "imports nothing of winsock:async-lookup"),
        (&wrong_types, "cannot be composed"),
        (&scratch.path("none.wasm"), "cannot read the guest"),
        (&scratch.path(""), "cannot read the guest"),
    ] {
        let line = refused(&["compose", file, "-o", &output]);
        assert_has(&line, &[reason, file]);
        assert_eq!(fs::read(&output).unwrap(), b"old");
        let none = scratch.path("new.wasm");
        refused(&["compose", file, "-o", &none]);
        assert!(!fs::exists(none).unwrap());
    }
}

#[test]
fn output_that_cannot_be_written_is_refused() {
    let scratch = Scratch::empty("composed-nowhere");
    let guest = guest("lookup");
    for output in [&*scratch.path("none/composed.wasm"), &*scratch.path("")] {
        let line = refused(&["compose", &guest, "-o", output]);
        assert_has(&line, &["cannot write", output]);
    }
    assert!(scratch.names().is_empty());
}
