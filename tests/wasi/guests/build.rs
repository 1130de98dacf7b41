//! Keeps the version of each interface that a program names: by default the linker replaces it by
//! the version that the standard library imports.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "wasi") {
        println!("cargo::rustc-link-arg-bins=--merge-imports-based-on-semver=false");
    }
}
