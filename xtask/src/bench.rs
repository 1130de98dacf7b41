//! `cargo xtask bench`: the bench harness with its guests.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::cargo;
use crate::error::Error;
use crate::guests;
use crate::process;
use crate::workspace::Workspace;

/// Builds the guests and the harness, as an embedder ships it, and runs it; its status is the
/// command's.
pub fn run(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode, Error> {
    guests::build(workspace)?;
    let how = ["--package", "winsock-async-bench", "--profile", "bench"];
    let bench = cargo::program(workspace, &how, "bench")?;
    process::exit_code(Command::new(bench).current_dir(workspace.root()).args(args))
}
