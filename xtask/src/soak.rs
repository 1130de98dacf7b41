//! `cargo xtask soak`: runs the soak with its guest.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::cargo;
use crate::guests;
use crate::process;
use crate::workspace::Workspace;

/// Builds the guests and the soak, runs it, and returns its exit status.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode> {
    guests::build(workspace)?;
    // With the features of the whole workspace, so that wasmtime is compiled once.
    let soak = cargo::program(workspace, &["--workspace"], "soak")?;
    process::exit_code(Command::new(soak).current_dir(workspace.root()).args(args))
}
