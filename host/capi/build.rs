//! Says how the shared library is linked.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let options: &[&str] = match system.as_str() {
        // Worker threads may be inside a resolver for ever, so the library is never unloaded.
        "linux" | "android" | "freebsd" | "netbsd" => {
            &["-Wl,-z,nodelete", "-Wl,-soname,libwinsock_async.so"]
        }
        "macos" => &["-Wl,-install_name,@rpath/libwinsock_async.dylib"],
        _ => &[],
    };
    for option in options {
        println!("cargo::rustc-link-arg-cdylib={option}");
    }
}
