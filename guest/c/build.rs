//! Compiles the one function that must be in C, for the target whose C library does not have it.

fn main() {
    println!("cargo::rerun-if-changed=src/realloc.c");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("FAMILY") == "wasm" && target("ENV") == "p1" {
        cc::Build::new()
            .file("src/realloc.c")
            .compile("ws2_32_realloc");
    }
}
