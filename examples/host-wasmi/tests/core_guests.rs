//! The guest programs of the tests: those in Rust that need no component, and all in C.

use std::fs;
use std::path::{Path, PathBuf};

use wasmi_wasi::WasiCtxBuilder;
use winsock_async_engine::{Limits, LookupEngine};
use winsock_async_model::{Gates, Settings};
use winsock_async_tests::{lookups_with, programs};

/// Programs of `tests/guests` that import what only components have: pollables, WASI's sockets.
const COMPONENTS: [&str; 5] = [
    "both",
    "hostile",
    "hostile_handles",
    "hostile_pollables",
    "readiness",
];
/// Programs that trap by themselves.
const TRAPPING: [&str; 3] = ["hostile_fuel", "hostile_trap", "trap"];
/// Programs that take long in an interpreter or never end, and `replay`.
const ELSEWHERE: [&str; 4] = ["hang", "hostile_churn", "hostile_million", "replay"];

fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests")
}

/// The engine that the programs rely on.
fn lookups() -> LookupEngine {
    // A slow host cancels lookups after they have begun: each that never ends keeps a worker. No
    // program makes more of them.
    lookups_with(Limits {
        max_requests: 100,
        max_extra_workers: 2000,
        max_workers_per_session: 2000,
        ..Limits::default()
    })
}

/// Runs a module, and checks that it has left no request in the host.
fn run(lookups: &LookupEngine, module: &Path) -> anyhow::Result<i32> {
    let shown = module.display();
    let bytes = fs::read(module);
    let bytes = bytes.unwrap_or_else(|error| panic!("{shown}: {error}; run `cargo xtask guests`"));
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdout().inherit_stderr().arg("guest")?;
    let ended = host_wasmi::run(lookups, &bytes, wasi.build());
    // S-S7, S-S4
    assert_eq!(lookups.outstanding(), 0, "{shown} has left requests");
    ended
}

/// A program of `tests/guests` as a core module. None if this machine does not build these.
fn in_rust(name: &str) -> Option<PathBuf> {
    if let Ok(reason) = fs::read_to_string(guests().join("core-modules.missing")) {
        println!("!!! NOT TESTED: core modules: {reason} !!!");
        return None;
    }
    Some(guests().join("core").join(name).with_extension("wasm"))
}

#[test]
fn programs_in_rust_end_as_in_a_component() {
    let mut names = programs("guests/src/bin", "rs");
    names.retain(|name| !ELSEWHERE.contains(&&**name));
    for name in names {
        let Some(module) = in_rust(&name) else {
            return;
        };
        match run(&lookups(), &module) {
            Ok(status) => assert!(
                status == 0 && !TRAPPING.contains(&&*name) && !COMPONENTS.contains(&&*name),
                "{name}: status {status}"
            ),
            Err(error) => {
                let text = format!("{error:#}");
                let is_import = text.contains("wasi:") || text.contains("/readiness@");
                assert_eq!(is_import, COMPONENTS.contains(&&*name), "{name}: {text}");
                assert_eq!(!is_import, TRAPPING.contains(&&*name), "{name}: {text}");
            }
        }
    }
}

#[test]
fn programs_in_c_pass() {
    for name in programs("c", "c") {
        let module = guests().join("c").join(format!("{name}.c89.wasm"));
        let ended = run(&lookups(), &module);
        assert!(matches!(ended, Ok(0)), "{name}: {ended:?}");
    }
}

// S-C8 and the rules that `replay` names; S-R16 and S-S4, which a guest cannot see.
#[test]
fn random_calls_return_what_the_model_allows() {
    let Some(module) = in_rust("replay") else {
        return;
    };
    let gates = Gates::default();
    let ended = run(&gates.engine(&Settings::GUEST), &module);
    gates.open_all();
    assert!(matches!(ended, Ok(0)), "{ended:?}");
    assert_eq!(gates.wrong(), None);
}
