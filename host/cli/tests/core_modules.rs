//! Core modules, the output of C compilers for wasm32-wasip1.

mod support;

use support::{Scratch, runner};

/// A program whose status is the result of `wait` with nothing outstanding: 0, "false".
const LOOKUPS: &str = r#"(module
    (import "winsock:async-lookup/completions@0.1.0" "wait" (func $wait (param i32 i64) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") i32.const 0 i64.const 0 call $wait call $exit))"#;

/// A program that writes its second argument, which has four bytes.
const ARGUMENT: &str = r#"(module
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
        (drop (call $args (i32.const 0) (i32.const 100)))
        (i32.store (i32.const 40) (i32.load (i32.const 4)))
        (i32.store (i32.const 44) (i32.const 4))
        (drop (call $write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 60)))))"#;

/// A program that ends with status 3.
const THREE: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (call $exit (i32.const 3))))"#;

#[test]
fn a_core_module_can_import_the_lookups() {
    let scratch = Scratch::new("core-lookups");
    let output = runner(&["run", "--stats", &scratch.wat("core.wasm", LOOKUPS)]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("requests "), "{text}");
}

#[test]
fn a_core_module_has_arguments_and_output() {
    let scratch = Scratch::new("core-argument");
    let output = runner(&["run", &scratch.wat("core.wasm", ARGUMENT), "four"]);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.stdout, b"four");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_status_of_a_core_module_is_0_or_1() {
    let scratch = Scratch::new("core-three");
    let output = runner(&["run", &scratch.wat("core.wasm", THREE)]);
    // WASI 0.2 has no other status.
    assert_eq!(output.status.code(), Some(1));
}
