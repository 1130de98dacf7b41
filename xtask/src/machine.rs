//! This machine: the questions and actions of set-up.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::process;
use crate::setup::Machine;
use crate::toolchain::Target;

/// The time limit of a command that needs no network.
const LOCAL: Duration = Duration::from_secs(30);

/// This machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThisMachine;

impl Machine for ThisMachine {
    fn has_target(&self, target: Target) -> bool {
        if managed_by_rustup() {
            let mut list = Command::new("rustup");
            list.args(["target", "list", "--installed"]);
            return lines(&mut list)
                .is_some_and(|lines| lines.iter().any(|line| line == target.name()));
        }
        let mut print = Command::new("rustc");
        print.args(["--print", "target-libdir", "--target", target.name()]);
        let directory = lines(&mut print).and_then(|lines| lines.into_iter().next());
        directory.is_some_and(|directory| has_std(Path::new(&directory)))
    }

    fn add_target(&self, target: Target, limit: Duration) -> Result<()> {
        let mut add = Command::new("rustup");
        // A failure selects the other toolchain, so a backtrace would only confuse.
        add.env("RUST_BACKTRACE", "0")
            .args(["target", "add", target.name()]);
        process::check_within(&mut add, limit)
    }

    fn missing_file(&self, files: &[&'static str]) -> Option<&'static Path> {
        files
            .iter()
            .copied()
            .map(Path::new)
            .find(|path| !path.exists())
    }

    fn cannot_install(&self) -> Option<String> {
        if !Path::new("/usr/bin/apt-get").exists() {
            return Some("this machine has no apt-get".into());
        }
        let user = lines(Command::new("id").arg("-u"));
        let root = user.is_some_and(|lines| lines == ["0"]);
        (!root).then(|| "only root can install them".into())
    }

    fn install_packages(&self, packages: &[&str]) -> Result<()> {
        let mut update = apt_get();
        process::check_within(update.arg("update"), Duration::from_secs(300))?;
        let mut install = apt_get();
        install
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages);
        process::check_within(&mut install, Duration::from_secs(900))
    }
}

/// Whether rustup chose the toolchain that runs this program.
fn managed_by_rustup() -> bool {
    env::var_os("RUSTUP_TOOLCHAIN").is_some()
}

/// Whether a toolchain's directory for a target has a standard library.
fn has_std(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

/// An `apt-get` that asks no question and gives up on a silent network or a second apt-get.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("--quiet");
    for option in [
        "Acquire::http::Timeout=30",
        "Acquire::https::Timeout=30",
        "Acquire::Retries=1",
        "DPkg::Lock::Timeout=60",
    ] {
        command.args(["-o", option]);
    }
    command
}

/// The output of a short command, if it succeeded.
fn lines(command: &mut Command) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    let status = process::each_line(command, Some(LOCAL), |line| lines.push(line.to_owned()));
    status.is_ok_and(|status| status.success()).then_some(lines)
}
