//! `cargo xtask package`: packages every crate as for publication, and builds it from its package.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo::{self, Package};
use crate::process::{self, say};
use crate::publish;
use crate::workspace::Workspace;

/// The packages that depend on wasmtime.
const ON_WASMTIME: [&str; 2] = ["winsock-async-wasmtime", "winsock-async"];

/// Packages the crates and builds each from its package, offline and with the packages of the
/// others.
///
/// The verifying build of `cargo package` compiles the dependencies of each package again, because
/// their features differ. That is acceptable for packages without wasmtime. The other two are built
/// as members of a copy of this workspace, in which all published crates are the unpacked packages.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let target = cargo::target_directory(workspace)?;
    let packages = cargo::published(workspace)?;
    let manifest = workspace.root().join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;

    let profile = target.join("package-profile.toml");
    publish::replace(&profile, profiles(&manifest).as_bytes())?;
    let (on_wasmtime, others): (Vec<_>, Vec<_>) = packages
        .iter()
        .partition(|package| ON_WASMTIME.contains(&package.name.as_str()));
    if on_wasmtime.len() != ON_WASMTIME.len() {
        bail!(
            "the packages {} are not all published",
            ON_WASMTIME.join(", ")
        );
    }
    let mut verified = package(workspace, others);
    show(verified.arg("--config").arg(&profile))?;
    show(package(workspace, packages.iter().collect()).arg("--no-verify"))?;

    let stage = target.join("package").join("workspace");
    if stage.exists() {
        fs::remove_dir_all(&stage).with_context(|| format!("cannot remove {}", stage.display()))?;
    }
    for package in &packages {
        let place = stage.join(workspace.relative(&package.directory));
        fs::create_dir_all(&place).with_context(|| format!("cannot create {}", place.display()))?;
        let file = format!("{}-{}.crate", package.name, package.version);
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(target.join("package").join(file));
        show(unpack.arg("--strip-components=1").arg("-C").arg(place))?;
    }
    for path in publish::entries(workspace.root())? {
        let name = workspace.relative(&path);
        let is_hidden = name.to_string_lossy().starts_with('.');
        let place = stage.join(name);
        if !is_hidden && path.is_dir() && !target.starts_with(&path) && !place.exists() {
            symlink(&path, &place).with_context(|| format!("cannot link {}", place.display()))?;
        }
    }
    let mut staged = format!("{manifest}\n[patch.crates-io]\n");
    for package in &packages {
        let place = workspace.relative(&package.directory).display();
        staged.push_str(&format!("{} = {{ path = \"{place}\" }}\n", package.name));
    }
    publish::replace(&stage.join("Cargo.toml"), staged.as_bytes())?;
    let lock = workspace.root().join("Cargo.lock");
    fs::copy(&lock, stage.join("Cargo.lock"))
        .with_context(|| format!("cannot copy {}", lock.display()))?;

    // With the features of the whole workspace, as in the tests.
    let mut build = workspace.cargo();
    build.args([
        "build",
        "--offline",
        "--workspace",
        "--bin",
        "winsock-async",
    ]);
    build.arg("--manifest-path").arg(stage.join("Cargo.toml"));
    show(build.arg("--target-dir").arg(&target))
}

/// Packs these packages, with changes that are not committed.
fn package(workspace: &Workspace, packages: Vec<&Package>) -> Command {
    let mut command = workspace.cargo();
    command.args(["package", "--offline", "--allow-dirty"]);
    for package in packages {
        command.args(["--package", &package.name]);
    }
    command
}

/// Prints a command line, and runs it.
fn show(command: &mut Command) -> Result<()> {
    say(&format!("\n$ {}", process::typed(command)));
    let status = process::each_line(command, None, say)?;
    process::succeeded(command, status)
}

/// The tables of the profile `dev` in a manifest. A package is built outside of the workspace. With
/// the same profile it reuses the dependencies that the workspace's tests have compiled.
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

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_built_with_the_profile_of_the_workspace() {
        let manifest = "[package]\na = 1\n[profile.dev]\nb = 2\n\n[profile.dev.package.\"*\"]\nc = 3\n\
            [profile.develop]\nd = 4\n[profile.dev.build-override]\ne = 5\n[profile.bench]\nf = 6\n";
        let expected = "[profile.dev]\nb = 2\n\n[profile.dev.package.\"*\"]\nc = 3\n\
            [profile.dev.build-override]\ne = 5\n";
        assert_eq!(profiles(manifest), expected);
    }
}
