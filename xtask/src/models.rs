//! `cargo xtask models`: the models of the engine's protocols, with loom and with shuttle.

use std::ffi::OsString;

use anyhow::Result;

use crate::cargo;
use crate::process;
use crate::workspace::Workspace;

/// Runs the models, `args` being more for cargo test, and gives the number of those that passed.
///
/// Each checker is a build of its own, as it takes the place of the standard library's atomics, locks
/// and threads; so each has a folder of its own under the target folder.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<u64> {
    let mut ran = 0;
    for checker in ["loom", "shuttle"] {
        let mut command = workspace.cargo();
        command
            .args(["test", "--package", "winsock-async-engine"])
            .args(["--lib", "models::"])
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
