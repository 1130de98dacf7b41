//! `cargo xtask sdk`: builds the headers and libraries for C programs to `target/sdk`.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cargo;
use crate::clang::{self, Clang};
use crate::machine::ThisMachine;
use crate::process::say;
use crate::publish;
use crate::sdk_names;
use crate::setup::{self, Machine};
use crate::toolchain::{Product, Target, Toolchain};
use crate::workspace::Workspace;

/// The package of the library.
const PACKAGE: &str = "winsock-async-c";
/// Its directory: headers are in `include`, other files in `share`.
const SOURCES: &str = "guest/c";
/// The libraries. The library for preview 1 is in `lib` itself, so that `-L lib` finds it.
const LIBRARIES: [(Target, &str); 2] = [
    (Target::Wasip1, "lib/libws2_32.a"),
    (Target::Wasip2, "lib/wasm32-wasip2/libws2_32.a"),
];

/// An SDK that has been built.
#[derive(Clone, Debug)]
pub(crate) struct Sdk {
    /// The compiler that it is for.
    pub clang: Clang,
    /// The directory of the headers.
    pub include: PathBuf,
    /// The library for WASI preview 1.
    pub library: PathBuf,
}

/// Sets up the tools and builds the SDK. `guests` is the toolchain of guests that were just built.
pub(crate) fn build(workspace: &Workspace, guests: Option<Toolchain>) -> Result<Sdk> {
    let sdk = env::var_os(clang::SDK_VARIABLE);
    let clang = clang::set_up(&ThisMachine, sdk.as_deref(), say)?;
    let root = workspace.sdk();
    let mut files = sources(&workspace.root().join(SOURCES))?;
    for (target, name) in LIBRARIES {
        if let Some(toolchain) = toolchain(target, guests)? {
            let built = library(workspace, toolchain, target, &clang)?;
            files.insert(name.into(), built);
        }
    }
    let headers = headers(&files);
    let mut existing = publish::tree(&root)?;
    existing.retain(|path| {
        let name = path.strip_prefix(&root).unwrap_or(path);
        !sdk_names::is_added(name, &headers)
    });
    publish::publish(&files, &root, &existing, workspace, say)?;
    let [(_, library), _] = LIBRARIES;
    let library = root.join(library);
    sdk_names::add(&root, &headers, &library)?;
    Ok(Sdk {
        clang,
        include: root.join("include"),
        library,
    })
}

/// The toolchain for the library of a target, or none if this machine does not build it.
fn toolchain(target: Target, guests: Option<Toolchain>) -> Result<Option<Toolchain>> {
    let has_target = ThisMachine.has_target(target);
    match (target, guests) {
        // Optional: linking it takes a C library that this machine may lack.
        (Target::Wasip2, _) => Ok(has_target.then_some(Toolchain::Target)),
        // rustup has just failed to fetch one target, so this does not ask it for a second.
        (Target::Wasip1, Some(Toolchain::Debian)) if !has_target => Ok(Some(Toolchain::Debian)),
        _ => setup::set_up(&ThisMachine, target, say).map(Some),
    }
}

/// Builds the library for a target.
fn library(
    workspace: &Workspace,
    toolchain: Toolchain,
    target: Target,
    clang: &Clang,
) -> Result<PathBuf> {
    let with = toolchain.describe(target);
    say(&format!("Building the library for C with {with}"));
    let environment = env::vars_os().map(|(name, _)| name);
    let product = Product::Library(PACKAGE, target);
    let mut command = toolchain.build_command(workspace, product, environment);
    // The entries of programs and one function more are in C.
    let variable = format!("CC_{}", target.name().replace('-', "_"));
    command.env(variable, &clang.program);
    cargo::library(&mut command)
}

/// The names of the headers that programs include.
fn headers(files: &BTreeMap<PathBuf, PathBuf>) -> Vec<String> {
    let headers = files
        .keys()
        .filter_map(|path| path.strip_prefix("include").ok());
    let names = headers.map(|name| name.to_string_lossy().into_owned());
    names
        .filter(|name| name.ends_with(".h") && !name.starts_with("_"))
        .collect()
}

/// The headers and the files of `share`, by their paths in the SDK.
fn sources(directory: &Path) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let mut files = BTreeMap::new();
    for part in ["include", "share"] {
        for path in publish::tree(&directory.join(part))? {
            let name = path.strip_prefix(directory).unwrap_or(&path);
            files.insert(name.to_owned(), path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The sources of this workspace.
    fn here() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(SOURCES)
    }

    #[test]
    fn headers_and_shared_files_have_their_paths() {
        let files = sources(&here()).unwrap();
        for name in [
            "include/winsock2.h",
            "share/pkgconfig/ws2_32.pc",
            "share/cmake/winsock-async.cmake",
        ] {
            assert_eq!(files[Path::new(name)], here().join(name));
        }
        let others = files.keys().filter(|name| !name.starts_with("include"));
        assert!(others.clone().all(|name| name.starts_with("share")));
    }

    #[test]
    fn pkg_config_tells_the_version_of_the_workspace() {
        let text = fs::read_to_string(here().join("share/pkgconfig/ws2_32.pc")).unwrap();
        let version = concat!("Version: ", env!("CARGO_PKG_VERSION"));
        assert!(text.lines().any(|line| line == version), "{text}");
    }
}
