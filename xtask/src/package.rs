//! `cargo xtask package`: every crate as it would be published, built from its package.

use std::ffi::OsString;
use std::fs;

use anyhow::{Context, Result};

use crate::cargo;
use crate::process::{self, say};
use crate::publish;
use crate::workspace::Workspace;

/// Packages the crates, `args` being more for `cargo package`, and builds each from its package. Crates that
/// depend on others are built with the packages of these, and nothing is fetched.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<()> {
    let manifest = workspace.root().join("Cargo.toml");
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let profile = workspace.root().join("target").join("package-profile.toml");
    publish::replace(&profile, profiles(&text).as_bytes())?;
    let mut command = workspace.cargo();
    command
        .args(["package", "--offline", "--config"])
        .arg(&profile);
    for package in cargo::published(workspace)? {
        command.args(["--package", &package.name]);
    }
    command.args(args);
    say(&format!("\n$ {}", process::typed(&command)));
    let status = process::each_line(&mut command, None, say)?;
    process::succeeded(&command, status)
}

/// The tables of the profile `dev` in a manifest. A package is built outside of the workspace; with the same
/// profile it shares the dependencies that the workspace's tests have compiled.
fn profiles(manifest: &str) -> String {
    let mut tables = String::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[profile.dev]") || line.starts_with("[profile.dev.");
        }
        if inside {
            tables.push_str(line);
            tables.push('\n');
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_built_with_the_profile_of_the_workspace() {
        let manifest = "[package]\na = 1\n[profile.dev]\nb = 2\n\n[profile.dev.package.\"*\"]\nc = [\n3]\n\
            [profile.develop]\nd = 4\n[profile.dev.build-override]\ne = 5\n[profile.bench]\nf = 6\n";
        let expected = "[profile.dev]\nb = 2\n\n[profile.dev.package.\"*\"]\nc = [\n3]\n\
            [profile.dev.build-override]\ne = 5\n";
        assert_eq!(profiles(manifest), expected);
    }
}
