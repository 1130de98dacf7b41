//! `cargo xtask fuzz`: runs the targets of `fuzz/`, each for a given time.

use std::env;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, say};
use crate::workspace::Workspace;

/// Seconds after which an input counts as a hang.
const HANG: u32 = 60;

/// Fuzzes `targets`, or all targets if none is given. Fails if a target finds a fault. If this
/// machine lacks a tool, prints its name and succeeds.
pub(crate) fn run(workspace: &Workspace, seconds: u32, targets: &[String]) -> Result<()> {
    if let Some(missing) = missing() {
        say(&format!("!!! NOT FUZZED: there is no {missing} !!!"));
        return Ok(());
    }
    let tools = install(workspace)?;
    let fuzz = |subcommand: &str| cargo_fuzz(workspace, &tools, subcommand);
    let all = names(&mut fuzz("list"))?;
    let targets = chosen(&all, targets)?;
    let mut build = fuzz("build");
    build.arg("--target-dir").arg(workspace.fuzz_build());
    let status = shown(&mut build)?;
    process::succeeded(&build, status)?;
    let mut failed = Vec::new();
    // Continues after a fault, so that one run shows all faults.
    for target in targets {
        let found = workspace.fuzz_build().join("corpus").join(target);
        fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
        let mut run = fuzz("run");
        arguments(&mut run, workspace, target, &found, seconds);
        if !shown(&mut run)?.success() {
            failed.push(target.as_str());
        }
    }
    let targets = failed.join(", ");
    ensure!(
        failed.is_empty(),
        "fuzzing has found a fault: {targets}; the input's file is named above"
    );
    Ok(())
}

/// The first tool that fuzzing needs and this machine lacks.
fn missing() -> Option<&'static str> {
    let mut nightly = nightly();
    nightly.args(["cargo", "--version"]);
    let compiler = env::var_os("CXX").unwrap_or_else(|| "c++".into());
    let mut compiler = Command::new(compiler);
    compiler.arg("--version");
    if !runs(&mut nightly) {
        return Some("nightly toolchain of rustup's");
    }
    // libFuzzer is compiled from its source.
    (!runs(&mut compiler)).then_some("C++ compiler")
}

/// A command of the nightly toolchain. rustup does not fetch it.
fn nightly() -> Command {
    let mut rustup = Command::new("rustup");
    rustup.env("RUSTUP_AUTO_INSTALL", "0");
    rustup.args(["run", "nightly"]);
    rustup
}

/// Whether a short command succeeds. Its output is discarded.
fn runs(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = quiet.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Installs cargo-fuzz into the target directory if it is missing, and returns its directory.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.fuzz_tools();
    let folder = root.join("bin");
    let program = format!("cargo-fuzz{}", env::consts::EXE_SUFFIX);
    if !folder.join(program).exists() {
        let mut install = workspace.cargo();
        install.args(["install", "cargo-fuzz", "--locked", "--root"]);
        install.arg(root);
        let status = shown(&mut install)?;
        process::succeeded(&install, status)?;
    }
    Ok(folder)
}

fn cargo_fuzz(workspace: &Workspace, tools: &Path, subcommand: &str) -> Command {
    let path = env::var_os("PATH").unwrap_or_default();
    let path = iter::once(tools.to_owned()).chain(env::split_paths(&path));
    let mut command = nightly();
    if let Ok(path) = env::join_paths(path) {
        command.env("PATH", path);
    }
    command.current_dir(workspace.root());
    command.args(["cargo", "fuzz", subcommand]);
    command
}

/// The names of all targets.
fn names(list: &mut Command) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let status = process::each_line(list, None, |line| names.push(line.to_owned()))?;
    process::succeeded(list, status)?;
    Ok(names)
}

/// The targets in `asked`, or all if it is empty. Fails if one does not exist.
fn chosen<'a>(all: &'a [String], asked: &'a [String]) -> Result<&'a [String]> {
    match asked.iter().find(|target| !all.contains(target)) {
        Some(unknown) => bail!(
            "there is no fuzz target {unknown}; there are {}",
            all.join(", ")
        ),
        None if asked.is_empty() => Ok(all),
        None => Ok(asked),
    }
}

/// Adds the arguments of a run. It starts from the seeds and from `found`, and adds new inputs to
/// `found`.
fn arguments(run: &mut Command, workspace: &Workspace, target: &str, found: &Path, seconds: u32) {
    let seeds = workspace.root().join("fuzz").join("corpus").join(target);
    run.arg("--target-dir").arg(workspace.fuzz_build());
    run.arg(target).args([found, &seeds]).arg("--");
    run.arg(format!("-max_total_time={seconds}"));
    run.arg(format!("-timeout={HANG}"));
    // Long inputs from the start, because ten seconds are too short to reach them.
    run.args(["-len_control=0", "-verbosity=0", "-print_funcs=0"]);
    run.arg("-print_final_stats=1");
}

/// Prints the command line, then runs it and shows its output.
fn shown(command: &mut Command) -> Result<ExitStatus> {
    say(&format!("\n$ {}", process::typed(command)));
    process::each_line(command, None, say)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn targets_are_those_asked_for_or_all_and_must_exist() {
        let all = strings(&["hosts", "session"]);
        assert_eq!(chosen(&all, &[]).unwrap(), all);
        let one = strings(&["session"]);
        assert_eq!(chosen(&all, &one).unwrap(), one);
        let unknown = strings(&["session", "sessions"]);
        assert_eq!(
            chosen(&all, &unknown).unwrap_err().to_string(),
            "there is no fuzz target sessions; there are hosts, session"
        );
    }

    #[test]
    fn inputs_that_a_run_finds_stay_in_the_target_directory() {
        let workspace = Workspace::new("/w", "cargo");
        let mut command = cargo_fuzz(&workspace, Path::new("/w/tools"), "run");
        let found = Path::new("/w/target/fuzz/corpus/hosts");
        arguments(&mut command, &workspace, "hosts", found, 10);
        assert_eq!(
            process::typed(&command),
            "rustup run nightly cargo fuzz run --target-dir /w/target/fuzz hosts \
             /w/target/fuzz/corpus/hosts /w/fuzz/corpus/hosts -- -max_total_time=10 -timeout=60 \
             -len_control=0 -verbosity=0 -print_funcs=0 -print_final_stats=1"
        );
        let path = command.get_envs().find(|(name, _)| *name == "PATH");
        let path = path.and_then(|(_, path)| path).unwrap();
        assert_eq!(
            env::split_paths(path).next().unwrap(),
            Path::new("/w/tools")
        );
    }

    #[cfg(unix)]
    #[test]
    fn names_are_lines_and_a_failure_is_an_error() {
        let mut list = Command::new("printf");
        assert_eq!(names(list.arg(r"a\nb\n")).unwrap(), strings(&["a", "b"]));
        assert!(names(&mut Command::new("false")).is_err());
        assert!(runs(&mut Command::new("true")));
        assert!(!runs(&mut Command::new("false")));
        assert!(!runs(&mut Command::new("./no-such-program")));
    }
}
