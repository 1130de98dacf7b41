//! `cargo xtask bench`: the bench harness with its guests.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;

use crate::cargo;
use crate::guests;
use crate::process;
use crate::workspace::Workspace;

/// Builds the guests and the harness with the profile `bench`, runs it, and returns its exit
/// status.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode> {
    let needs_no_guest = |arg: &OsString| arg == "--engine" || arg == "--tables";
    if args.iter().any(needs_no_guest) {
        let how = [
            "--package",
            "winsock-async-bench-engine",
            "--profile",
            "bench",
        ];
        let bench = cargo::program(workspace, &how, "bench-engine")?;
        return process::exit_code(Command::new(bench).args(args));
    }
    guests::build(workspace)?;
    let is_dns = args.iter().any(|arg| arg == "--dns");
    let mut how = vec!["--package", "winsock-async-bench", "--profile", "bench"];
    if is_dns && can_build_c_ares() {
        how.extend(["--features", "c-ares"]);
    }
    let bench = cargo::program(workspace, &how, "bench")?;
    let mut command = if is_dns {
        alone(&bench)
    } else {
        Command::new(bench)
    };
    command.current_dir(workspace.root());
    for arg in args {
        command.arg(arg);
        if arg == "--start" {
            let how = ["--package", "winsock-async", "--profile", "bench"];
            command.arg(cargo::program(workspace, &how, "winsock-async")?);
        }
    }
    process::exit_code(&mut command)
}

/// Whether the machine has what the build of c-ares takes, the rival of `--dns`.
fn can_build_c_ares() -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    let is_there = |program| env::split_paths(&paths).any(|path| path.join(program).is_file());
    let can = ["cmake", "make"].iter().all(is_there);
    if !can {
        process::say("Without c-ares, whose build takes CMake and make");
    }
    can
}

/// Runs the program in a network namespace that has only it and its name server. A machine that
/// allows no namespace runs it on loopback.
fn alone(program: &Path) -> Command {
    const RUN: [&str; 5] = [
        "--net",
        "--",
        "sh",
        "-c",
        "ip link set lo up && exec \"$0\" \"$@\"",
    ];
    let mut trial = Command::new("unshare");
    trial.args(RUN).arg("true");
    trial.stdout(Stdio::null()).stderr(Stdio::null());
    if trial.status().is_ok_and(|status| status.success()) {
        process::say("In a separate network namespace");
        let mut command = Command::new("unshare");
        command.args(RUN).arg(program);
        return command;
    }
    process::say("On loopback: this machine allows no network namespace");
    Command::new(program)
}
