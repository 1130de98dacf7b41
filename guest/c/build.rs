//! Compiles what must be in C: the entries of programs, and one function for the target whose C
//! library does not have it.

/// The functions of `src/entry/entry.c`, each of which becomes a member of the archive.
const ENTRIES: [&str; 8] = [
    "__main_void",
    "__main_argc_argv",
    "main",
    "WinMain",
    "wWinMain",
    "wmain",
    "ws2_32_wmain_environment",
    "ws2_32_wmain_void",
];

fn main() {
    println!("cargo::rerun-if-changed=src/entry/entry.c");
    println!("cargo::rerun-if-changed=src/realloc.c");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("FAMILY") != "wasm" {
        return;
    }
    for entry in ENTRIES {
        cc::Build::new()
            .file("src/entry/entry.c")
            .define(&format!("LINK_{entry}"), None)
            .compile(&format!("ws2_32_{entry}"));
    }
    if target("ENV") == "p1" {
        cc::Build::new()
            .file("src/realloc.c")
            .compile("ws2_32_realloc");
    }
}
