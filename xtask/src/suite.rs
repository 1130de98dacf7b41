//! `cargo xtask test`: every test of the workspace.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use crate::c_programs;
use crate::error::Error;
use crate::guests;
use crate::models;
use crate::process::{self, say};
use crate::workspace::Workspace;

/// Builds the guests and runs the tests, `args` being more for cargo test.
pub fn run(workspace: &Workspace, args: &[OsString]) -> Result<(), Error> {
    let toolchain = guests::build(workspace)?;
    c_programs::build(workspace, toolchain)?;
    let must_run = args.is_empty();
    let mut all = command(workspace, &["--workspace"], args);
    let mut ran = tests(&mut all, must_run, say)?;
    if chooses_targets(args) {
        say("\nLeaving out the engine without wasmtime, as the arguments choose what to test");
    } else {
        let engine = ["--package", "winsock-async-engine"];
        ran += tests(&mut command(workspace, &engine, args), must_run, say)?;
    }
    if must_run {
        ran += models::run(workspace, &[])?;
    } else {
        say("\nLeaving out the models, as the arguments choose what to test");
    }
    if ran == 0 {
        return Err(Error::NoTestRan {
            command: "cargo xtask test".into(),
        });
    }
    say(&format!("\n{ran} tests passed"));
    Ok(())
}

/// One run of cargo test, which goes on after a failure, so that one run shows them all.
fn command(workspace: &Workspace, what: &[&str], args: &[OsString]) -> Command {
    let mut command = workspace.cargo();
    command
        .args(["test", "--no-fail-fast"])
        .args(what)
        .args(args);
    command
}

/// Runs a cargo test, gives `show` what it writes, and counts the tests that ran. With `must_run`, none
/// is an error.
pub fn tests(command: &mut Command, must_run: bool, show: impl Fn(&str)) -> Result<u64, Error> {
    let shown = process::typed(command);
    show(&format!("\n$ {shown}"));
    let mut ran = 0;
    let status = process::each_line(command, None, |line| {
        show(line);
        ran += passed(line).unwrap_or(0);
    })?;
    process::succeeded(command, status)?;
    if must_run && ran == 0 {
        return Err(Error::NoTestRan { command: shown });
    }
    Ok(ran)
}

/// The number of tests that passed, from the summary that a test program ends with.
fn passed(line: &str) -> Option<u64> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    counts.split_once(" passed;")?.0.parse().ok()
}

/// Whether arguments of cargo test name packages or targets, which the engine alone may not have.
fn chooses_targets(args: &[OsString]) -> bool {
    const LONG: [&str; 12] = [
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

    #[test]
    fn summaries_are_counted_and_nothing_else() {
        let summary = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out";
        assert_eq!(passed(summary), Some(12));
        assert_eq!(
            passed("test result: FAILED. 3 passed; 1 failed; 0 ignored"),
            Some(3)
        );
        for other in [
            "test a ... ok",
            "running 3 tests",
            "",
            "12 passed; 0 failed",
        ] {
            assert_eq!(passed(other), None, "{other}");
        }
    }

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn the_engine_is_left_out_where_the_arguments_choose() {
        for line in [
            "--test session",
            "-p xtask",
            "-pxtask",
            "--package=xtask",
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

    #[cfg(unix)]
    #[test]
    fn a_run_fails_with_its_tests_and_without_any() {
        let run = |script: &str, must_run| {
            let mut command = Command::new("sh");
            tests(command.args(["-c", script]), must_run, |_| ())
        };
        let two = "echo 'test result: ok. 2 passed; 0 failed'; echo 'test result: ok. 1 passed;'";
        assert_eq!(run(two, true).unwrap(), 3);
        assert!(matches!(run("exit 0", true), Err(Error::NoTestRan { .. })));
        assert_eq!(run("exit 0", false).unwrap(), 0);
        let failing = format!("{two}; exit 101");
        assert!(matches!(run(&failing, true), Err(Error::Failed { .. })));
    }
}
