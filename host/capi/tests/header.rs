//! The header is what the sources say.

use std::fs;
use std::path::Path;

#[test]
fn committed_header_is_made_of_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("a configuration");
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_config(config)
        .with_src(root.join("src/types.rs"))
        .with_src(root.join("src/ffi.rs"))
        .generate()
        .expect("a header")
        .write(&mut made);
    // Rust's documentation needs the heading.
    let made = String::from_utf8(made)
        .expect("text")
        .replace(" * # Safety\n", "");
    let committed = root.join("include/winsock_async.h");
    if std::env::var_os("WINSOCK_ASYNC_HEADER").is_some_and(|value| value == "write") {
        fs::write(&committed, &made).expect("a header");
    }
    let committed = fs::read_to_string(committed).unwrap_or_default();
    let help = "the header is stale: set WINSOCK_ASYNC_HEADER=write and run this test";
    assert!(made == committed, "{help}");
}
