//! Valid and malformed modules.

use super::*;

/// A program that imports the lookups.
const LOOKUPS: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "winsock:async-lookup/completions@0.1.0" "wait" (func $wait (param i32 i64) (result i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "_start") i32.const 0 i64.const 0 call $wait call $exit))"#;

/// A program that imports WASI alone.
const WASI: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") i32.const 0 call $exit))"#;

fn binary(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// A program with the custom sections that compilers write.
fn whole() -> Vec<u8> {
    let custom = r#"(@producers (language "C11" "") (processed-by "clang" "22"))
        (@custom "target_features" "\02+\0fmutable-globals+\08sign-ext"))"#;
    let text = LOOKUPS.strip_suffix(')').unwrap().to_owned() + custom;
    binary(&text)
}

fn refused(module: &[u8]) -> Error {
    component(module).unwrap_err()
}

/// Whether a component contains a name.
fn names(component: &[u8], name: &str) -> bool {
    component
        .windows(name.len())
        .any(|part| part == name.as_bytes())
}

#[test]
fn a_module_becomes_a_component() {
    for (module, lookups) in [
        (whole(), true),
        (types::LOOKUPS.embed(&whole()).unwrap(), true),
        (binary(LOOKUPS), true),
        (binary(WASI), false),
    ] {
        let made = component(&module).unwrap();
        assert!(made.starts_with(COMPONENT));
        wasmparser::validate(&made).unwrap();
        assert!(names(&made, "wasi:cli/run@0.2."));
        assert_eq!(
            names(&made, "winsock:async-lookup/completions@0.1.0"),
            lookups
        );
        assert!(!names(&made, "winsock:async-lookup/requests@0.1.0"));
    }
}

#[test]
fn a_component_passes_through() {
    let given = binary("(component (core module))");
    assert!(matches!(component(&given).unwrap(), Cow::Borrowed(same) if same == given));
}

#[test]
fn a_file_that_is_not_webassembly_is_refused() {
    for bytes in [&b""[..], b"\0as", b"#!/bin/sh\n", b"\x7fELF", b"a("] {
        assert_eq!(refused(bytes), Error::NotWebAssembly);
    }
    assert_eq!(refused(b"\n (module)"), Error::Text);
    assert_eq!(refused(b"\0asm"), Error::Version);
    assert_eq!(refused(b"\0asm\x02\0\0\0"), Error::Version);
}

#[test]
fn malformed_types_in_a_module_are_not_read() {
    let mut module = binary(LOOKUPS);
    // A custom section of 17 bytes: the name's length, the name, and two malformed bytes.
    module.extend_from_slice(b"\0\x11\x0ecomponent-typexx");
    assert_eq!(component(&module), component(&binary(LOOKUPS)));
}

#[test]
fn an_invalid_module_is_refused() {
    let mut module = binary(LOOKUPS);
    module.truncate(module.len() - 1);
    // Well-formed, with a type error.
    let wrong = binary(r#"(module (func (export "_start") i32.const 0))"#);
    for module in [module, wrong] {
        assert!(matches!(refused(&module), Error::Invalid { .. }));
    }
}

#[test]
fn a_module_without_start_is_refused() {
    assert_eq!(refused(&binary("(module)")), Error::NoStart);
    let global = r#"(module (global (export "_start") i32 i32.const 0))"#;
    assert_eq!(refused(&binary(global)), Error::NoStart);
}

#[test]
fn undefined_symbols_are_refused_by_name() {
    let module = r#"(module
        (import "env" "frobnicate" (func))
        (import "env" "bind" (func (param i32)))
        (import "wasi_unstable" "fd_write" (func))
        (func (export "_start")))"#;
    let imports = ["`bind`", "`frobnicate`", "`wasi_unstable.fd_write`"];
    let expected = Error::Undefined {
        imports: imports.map(String::from).to_vec(),
    };
    assert_eq!(refused(&binary(module)), expected);
    assert!(expected.to_string().contains("`bind`, `frobnicate`, "));
    // Another version of an interface.
    let module = LOOKUPS.replace("completions@0.1.0", "completions@9.0.0");
    let import = "`winsock:async-lookup/completions@9.0.0.wait`".into();
    let imports = vec![import];
    assert_eq!(refused(&binary(&module)), Error::Undefined { imports });
}

#[test]
fn an_import_of_another_type_is_refused() {
    let module = LOOKUPS.replace("(param i32 i64)", "(param i32 i32)");
    let module = module.replace("i64.const 0", "i32.const 0");
    let Error::Encode { reason } = refused(&binary(&module)) else {
        panic!("another error");
    };
    assert!(reason.contains("wait"), "{reason}");
}

#[test]
fn a_truncated_or_changed_module_is_an_error_or_a_component() {
    let whole = whole();
    // A panic fails the test.
    let sound = |bytes: &[u8]| match component(bytes) {
        Ok(made) => made.starts_with(COMPONENT),
        Err(error) => !error.to_string().is_empty(),
    };
    for end in 0..whole.len() {
        assert!(sound(&whole[..end]), "cut at {end}");
    }
    let mut changed = whole.clone();
    for place in 0..whole.len() {
        // One bit of each byte: the encoder is compiled without optimisation.
        let bit = place % 8;
        changed[place] ^= 1 << bit;
        assert!(sound(&changed), "bit {bit} of {place}");
        changed[place] = whole[place];
    }
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..2000 {
        let mut changed = whole.clone();
        for _ in 0..random.usize(1..8) {
            let place = random.usize(8..whole.len());
            changed[place] = random.u8(..);
        }
        assert!(sound(&changed), "{changed:?}");
    }
}

#[test]
fn an_entry_or_memory_that_no_command_has_is_refused() {
    for part in [
        r#"(memory (export "memory") 1) (func (export "_start") (param i32))"#,
        r#"(memory (export "memory") i64 1) (func (export "_start"))"#,
        r#"(memory (export "memory") 1 1 shared) (func (export "_start"))"#,
    ] {
        let module = binary(&format!(
            r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) {part})"#
        ));
        let error = refused(&module);
        assert!(
            matches!(error, Error::Encode { .. } | Error::Invalid { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_module_for_a_runtime_without_components_stays_unless_its_allocator_is_wrapped() {
    let given = whole();
    assert!(matches!(unwrap_realloc(&given).unwrap(), Cow::Borrowed(same) if same == given));
    let realloc = "local.get 0 local.get 1 local.get 2 local.get 3 call $inner";
    let wrapped = format!(
        r#"(module
            (func $construct) (func $destroy) (func $main)
            (func $inner (param i32 i32 i32 i32) (result i32) i32.const 8)
            (func (export "_start") call $construct call $main call $destroy)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                call $construct {realloc} call $destroy))"#
    );
    let unwrapped = unwrap_realloc(&binary(&wrapped)).unwrap().into_owned();
    wasmparser::validate(&unwrapped).unwrap();
    assert_ne!(unwrapped, binary(&wrapped));
    let malformed = unwrap_realloc(b"\0asm\x01\0\0\0\x01").unwrap_err();
    assert!(matches!(malformed, Error::Invalid { .. }), "{malformed}");
}
