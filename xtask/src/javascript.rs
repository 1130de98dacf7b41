//! The tools that the tests of the JavaScript host need: set-up installs those of npm into the
//! target directory, and Debian's Chromium.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::machine::ThisMachine;
use crate::process::{self, say};
use crate::publish;
use crate::setup::{self, Machine};
use crate::workspace::Workspace;

/// What tests call the tools of npm, and the browser. `NAME.missing` says why this machine cannot
/// have them.
const TOOLS: &str = "javascript-host";
const BROWSER: &str = "javascript-browser";

/// Debian's browser: its package and its program.
const CHROMIUM: (&str, &str) = ("chromium", "/usr/bin/chromium");

/// Packages of npm: jco, its WASI, a Node with JSPI, and the compiler that checks types.
const PACKAGES: [&str; 5] = [
    "@bytecodealliance/jco@1.35.0",
    "@bytecodealliance/preview2-shim@0.26.1",
    "@types/node@20.19.43",
    "node@24.21.0",
    "typescript@5.9.3",
];

/// The oldest Node that the JavaScript host supports.
const OLDEST_NODE: u32 = 20;

/// The time limit of the installation.
const LIMIT: Duration = Duration::from_secs(300);

/// Installs what is not there. Returns what this machine cannot have, each with the reason.
pub(crate) fn set_up(workspace: &Workspace) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    if let Err(reason) = tools(workspace) {
        missing.push((TOOLS.to_owned(), reason));
    }
    if let Err(reason) = browser(&ThisMachine, say) {
        missing.push((BROWSER.to_owned(), reason));
    }
    missing
}

/// Installs the tools of npm.
fn tools(workspace: &Workspace) -> Result<(), String> {
    node().map_err(|error| format!("there is no Node {OLDEST_NODE} or newer: {error:#}"))?;
    install(workspace).map_err(|error| format!("cannot install {}: {error:#}", PACKAGES[0]))
}

/// Installs the browser.
fn browser(machine: &impl Machine, say: impl Fn(&str)) -> Result<(), String> {
    let (package, program) = CHROMIUM;
    if machine.missing_file(&[program]).is_none() {
        return Ok(());
    }
    setup::install(machine, &[package], &[program], say)
        .map_err(|error| format!("cannot install {package}: {error:#}"))
}

/// Fails unless this machine has a Node that is new enough.
fn node() -> Result<()> {
    let output = process::captured(Command::new("node").arg("--version"))?;
    let version = String::from_utf8_lossy(&output.stdout);
    let major = major(&version).with_context(|| format!("`node --version` says {version:?}"))?;
    anyhow::ensure!(major >= OLDEST_NODE, "this is Node {}", version.trim());
    Ok(())
}

/// The first number of a version such as `v20.19.0`.
fn major(version: &str) -> Option<u32> {
    let numbers = version.trim().strip_prefix('v')?;
    numbers.split('.').next()?.parse().ok()
}

fn install(workspace: &Workspace) -> Result<()> {
    let directory = workspace.foreign().join(TOOLS);
    let installed = directory.join("installed");
    let packages = PACKAGES.join("\n");
    if fs::read_to_string(&installed).is_ok_and(|old| old == packages) {
        return Ok(());
    }
    say(&format!("Installing {}", PACKAGES.join(", ")));
    let host = workspace.root().join("host/js");
    fs::create_dir_all(&directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    // npm links the host, so that tests run its sources as they are.
    publish::replace(
        &directory.join("package.json"),
        b"{ \"private\": true, \"type\": \"module\" }\n",
    )?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"]);
    npm.arg(&directory).args(PACKAGES).arg(host);
    process::check_within(&mut npm, LIMIT)?;
    publish::replace(&installed, packages.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_is_the_first_number() {
        assert_eq!(major("v20.19.0\n"), Some(20));
        assert_eq!(major("v24"), Some(24));
        assert_eq!(major("20.1.0"), None);
        assert_eq!(major("node: not found"), None);
    }
}
