//! `cargo xtask package`: packages every crate as for publication, and builds it from its package.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::process::{self, say};
use crate::publish;
use crate::workspace::Workspace;

/// The packages that depend on wasmtime.
const ON_WASMTIME: [&str; 2] = ["winsock-async-wasmtime", "winsock-async"];

/// Packages the crates, and builds each from its package, offline and with the packages of the
/// others.
///
/// The packages are built as members of a copy of this workspace, in which every published crate is
/// its unpacked package. The verifying build of `cargo package` is not used. It compiles wasmtime
/// again, because features differ. It also never unpacks or compiles a dependency of the same
/// version twice, though the sources have changed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let target = cargo::target_directory(workspace)?;
    let packages = cargo::published(workspace)?;
    let mut package = workspace.cargo();
    package.args(["package", "--offline", "--allow-dirty", "--no-verify"]);
    for published in &packages {
        package.args(["--package", &published.name]);
    }
    show(&mut package)?;

    let stage = target.join("package").join("workspace");
    if stage.exists() {
        fs::remove_dir_all(&stage).with_context(|| format!("cannot remove {}", stage.display()))?;
    }
    for package in &packages {
        let place = stage.join(workspace.relative(&package.directory));
        fs::create_dir_all(&place).with_context(|| format!("cannot create {}", place.display()))?;
        let file = format!("{}-{}.crate", package.name, package.version);
        let mut unpack = Command::new("tar");
        // Packed files are of the year 2006. With the time of unpacking cargo sees what changed.
        unpack.arg("-xzmf").arg(target.join("package").join(file));
        show(unpack.arg("--strip-components=1").arg("-C").arg(place))?;
    }
    // Only the other members, not wit/: a package that lacks a file shall not find it there.
    let members = cargo::members(workspace)?;
    for path in publish::entries(workspace.root())? {
        let place = stage.join(workspace.relative(&path));
        if members.iter().any(|member| member.starts_with(&path)) && !place.exists() {
            symlink(&path, &place).with_context(|| format!("cannot link {}", place.display()))?;
        }
    }
    let manifest = workspace.root().join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest)
        .with_context(|| format!("cannot read {}", manifest.display()))?;
    let mut staged = format!("{manifest}\n[patch.crates-io]\n");
    for package in &packages {
        let place = workspace.relative(&package.directory).display();
        staged.push_str(&format!("{} = {{ path = \"{place}\" }}\n", package.name));
    }
    publish::replace(&stage.join("Cargo.toml"), staged.as_bytes())?;
    let lock = workspace.root().join("Cargo.lock");
    fs::copy(&lock, stage.join("Cargo.lock"))
        .with_context(|| format!("cannot copy {}", lock.display()))?;

    let build = |how: &[&str]| {
        let mut build = workspace.cargo();
        build.args(["build", "--offline"]).args(how);
        build.arg("--manifest-path").arg(stage.join("Cargo.toml"));
        show(build.arg("--target-dir").arg(&target))
    };
    let (on_wasmtime, others): (Vec<_>, Vec<_>) = packages
        .iter()
        .partition(|package| ON_WASMTIME.contains(&package.name.as_str()));
    if on_wasmtime.len() != ON_WASMTIME.len() {
        bail!(
            "the packages {} are not all published",
            ON_WASMTIME.join(", ")
        );
    }
    for package in others {
        build(&["--package", &package.name])?;
    }
    // With the features of the whole workspace, as in the tests.
    build(&["--workspace", "--bin", "winsock-async"])
}

/// Prints a command line, and runs it.
fn show(command: &mut Command) -> Result<()> {
    say(&format!("\n$ {}", process::typed(command)));
    let status = process::each_line(command, None, say)?;
    process::succeeded(command, status)
}

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
