//! `cargo xtask models`: runs the models of the engine with loom and with shuttle.

use std::ffi::OsString;

use anyhow::Result;

use crate::cargo;
use crate::process;
use crate::workspace::Workspace;

/// Runs the models and returns how many passed. `args` are further arguments of `cargo test`.
///
/// Each checker replaces the standard library's atomics, locks and threads. So each is a separate
/// build in a separate target directory.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<u64> {
    let mut ran = 0;
    for checker in ["loom", "shuttle"] {
        let mut command = workspace.cargo();
        command
            .args(["test", "--package", "winsock-async-engine"])
            // No model runs the resolver `Dns`.
            .args(["--no-default-features", "--lib", "models::"])
            .args(args)
            .env("RUSTFLAGS", format!("--cfg={checker}"))
            .env(
                "CARGO_TARGET_DIR",
                workspace.root().join("target").join(checker),
            );
        process::say(&format!("\nThe models, with {checker}"));
        ran += cargo::test(&mut command, true, process::say)?;
    }
    Ok(ran)
}
