//! `cargo xtask soak`: the soak with its guest.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::cargo;
use crate::guests;
use crate::process;
use crate::workspace::Workspace;

/// Builds the guests and the soak, and runs it; its status is the command's.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode> {
    guests::build(workspace)?;
    // With the whole workspace's features, as the tests have them: else wasmtime is compiled twice.
    let soak = cargo::program(workspace, &["--workspace"], "soak")?;
    process::exit_code(Command::new(soak).current_dir(workspace.root()).args(args))
}
