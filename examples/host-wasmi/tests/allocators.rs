//! Modules with the allocators that guests have, and with bad ones.

use wasmi_wasi::WasiCtxBuilder;
use winsock_async_engine::LookupEngine;

/// Runs a module that starts up, takes completions, and exits with the page of the list that it
/// gets.
fn run(parts: &str) -> Result<i32, String> {
    let module = format!(
        r#"(module
            (import "winsock:async-lookup/lifecycle@0.1.0" "startup" (func $startup (param i32)))
            (import "winsock:async-lookup/completions@0.1.0" "take" (func $take (param i32 i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            {parts}
            (func (export "_start")
                (call $startup (i32.const 0))
                (call $take (i32.const 9) (i32.const 8))
                (call $exit (i32.shr_u (i32.load (i32.const 8)) (i32.const 16)))))"#
    );
    let module = wat::parse_str(module).expect("a module");
    let wasi = WasiCtxBuilder::new().build();
    let ended = host_wasmi::run(&LookupEngine::new(), &module, wasi);
    ended.map_err(|error| format!("{error:#}"))
}

/// Runs a module with a page of memory and an allocator with this name and this body.
fn with_allocator(name: &str, body: &str) -> Result<i32, String> {
    run(&format!(
        r#"(memory (export "memory") 1)
        (func (export "{name}") (param i32 i32 i32 i32) (result i32) {body})"#
    ))
}

#[test]
fn memory_that_the_allocator_grows_is_used() {
    let grows = "(i32.mul (memory.grow (i32.const 2)) (i32.const 65536))";
    assert_eq!(with_allocator("cabi_realloc", grows), Ok(1));
}

#[test]
fn the_allocator_for_imports_takes_precedence() {
    let page = "(i32.const 65536)";
    assert_eq!(with_allocator("cabi_import_realloc", page), Ok(1));
    let both = r#"(memory (export "memory") 4)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
        (func (export "cabi_import_realloc") (param i32 i32 i32 i32) (result i32)
            i32.const 131072)"#;
    assert_eq!(run(both), Ok(2));
}

#[test]
fn an_allocator_that_traps_exits_or_calls_the_host_ends_the_guest() {
    let trap = with_allocator("cabi_realloc", "unreachable").unwrap_err();
    assert!(trap.contains("unreachable"), "{trap}");
    let exit = "(call $exit (i32.const 7)) unreachable";
    assert_eq!(with_allocator("cabi_realloc", exit), Ok(7));
    let calls = "(call $startup (i32.const 0)) i32.const 0";
    let trap = with_allocator("cabi_realloc", calls).unwrap_err();
    assert!(
        trap.contains("the allocator of the guest called the host"),
        "{trap}"
    );
}

#[test]
fn an_address_outside_memory_or_not_aligned_ends_the_guest() {
    for (address, text) in [
        (
            "65544",
            "0 bytes at 0x10008 are out of the bounds of memory",
        ),
        ("4", "0x4 is not a multiple of 8"),
        (
            "-8",
            "0 bytes at 0xfffffff8 are out of the bounds of memory",
        ),
    ] {
        let trap = with_allocator("cabi_realloc", &format!("i32.const {address}")).unwrap_err();
        assert!(trap.contains(text), "{trap}");
    }
}

#[test]
fn a_module_without_memory_or_allocator_ends_at_its_first_need() {
    let without_allocator = run(r#"(memory (export "memory") 1)"#).unwrap_err();
    assert!(
        without_allocator.contains("exports no `cabi_realloc`"),
        "{without_allocator}"
    );
    let without_memory = run("(memory 1)").unwrap_err();
    assert!(
        without_memory.contains("exports no memory"),
        "{without_memory}"
    );
}

#[test]
fn readiness_does_not_link() {
    let import = r#"(import "winsock:async-lookup/readiness@0.1.0" "subscribe" (func (result i32)))
        (memory (export "memory") 1)"#;
    let error = run(import).unwrap_err();
    assert!(error.contains("readiness@0.1.0"), "{error}");
}
