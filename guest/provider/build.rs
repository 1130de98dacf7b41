//! Finds the component, which `cargo xtask guests` builds from this crate.

use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has_component)");
    println!("cargo::rerun-if-changed=.");
    if Path::new("winsock-async-provider.wasm").exists() {
        println!("cargo::rustc-cfg=has_component");
    } else if Path::new("Cargo.toml.orig").exists() {
        // Packages have this file, and `cargo publish` builds a package before it uploads it.
        panic!("this package lacks the component; run `cargo xtask guests`, and package it again");
    }
}
