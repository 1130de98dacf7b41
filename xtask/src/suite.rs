//! `cargo xtask test`: runs every test of the workspace.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::c_programs;
use crate::cargo;
use crate::guests;
use crate::models;
use crate::process::say;
use crate::workspace::Workspace;

/// Builds the guests and runs the tests. `args` are further arguments of `cargo test`.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<()> {
    let toolchain = guests::build(workspace)?;
    c_programs::build(workspace, toolchain)?;
    let must_run = args.is_empty();
    let mut all = command(workspace, &["--workspace"], args);
    let mut ran = cargo::test(&mut all, must_run, say)?;
    if chooses_targets(args) {
        say("\nLeaving out the engine without wasmtime, as the arguments choose what to test");
    } else {
        let engine = ["--package", "winsock-async-engine"];
        ran += cargo::test(&mut command(workspace, &engine, args), must_run, say)?;
    }
    if must_run {
        ran += models::run(workspace, &[])?;
    } else {
        say("\nLeaving out the models, as the arguments choose what to test");
    }
    ensure!(ran > 0, "no test ran in `cargo xtask test`");
    say(&format!("\n{ran} tests passed"));
    Ok(())
}

/// A `cargo test` that continues after a failure, so that one run shows all failures.
fn command(workspace: &Workspace, what: &[&str], args: &[OsString]) -> Command {
    let mut command = workspace.cargo();
    command
        .args(["test", "--no-fail-fast"])
        .args(what)
        .args(args);
    command
}

/// Whether arguments of `cargo test` choose packages or targets. The engine alone may not have
/// these.
fn chooses_targets(args: &[OsString]) -> bool {
    const LONG: [&str; 15] = [
        "--workspace",
        "--all",
        "--all-targets",
        "--package",
        "--exclude",
        "--lib",
        "--bin",
        "--bins",
        "--example",
        "--examples",
        "--test",
        "--tests",
        "--bench",
        "--benches",
        "--doc",
    ];
    let chooses = |arg: &OsString| {
        let arg = arg.to_string_lossy();
        let long = arg.split_once('=').map_or(&*arg, |(name, _)| name);
        LONG.contains(&long) || (arg.starts_with("-p") && !arg.starts_with("--"))
    };
    args.iter()
        .take_while(|arg| *arg != OsStr::new("--"))
        .any(chooses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn engine_alone_is_left_out_if_the_arguments_choose_targets() {
        for line in [
            "--test session",
            "-p xtask",
            "-pxtask",
            "--package=xtask",
            "--workspace",
            "--all-targets",
            "--doc name",
        ] {
            assert!(chooses_targets(&words(line)), "{line}");
        }
        for line in [
            "",
            "cancel",
            "--no-run",
            "--release -- --test-threads=1",
            "-- --test x -p",
        ] {
            assert!(!chooses_targets(&words(line)), "{line}");
        }
    }
}
