//! `cargo xtask wit`: copies the interface, the licence and the tables into the packages that have
//! them, because a package contains only files of its directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::cargo;
use crate::process::say;
use crate::publish;
use crate::workspace::Workspace;

/// The crates that read the interface when they are compiled.
const WIT: [&str; 6] = [
    "guest",
    "guest/provider",
    "host/componentize",
    "host/wasmtime",
    "host/wasmtime-36",
    "host/wasmcloud",
];

/// Published packages outside of the workspace.
const APART: [&str; 3] = ["host/wasmtime-36", "host/wasmcloud", JAVASCRIPT];

/// The package of npm.
const JAVASCRIPT: &str = "host/js";
/// Its copy of the tables that the engine embeds.
const TABLES: &str = "host/js/src/resolvers/iana.js";

/// Makes every copy equal to its source.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let root = workspace.root();
    let source = root.join("wit");
    let files = publish::tree(&source)?.into_iter();
    let relative = |file: PathBuf| (below(&source, &file), file);
    let files: BTreeMap<PathBuf, PathBuf> = files.map(relative).collect();
    for package in WIT {
        let copy = root.join(package).join("wit");
        publish::publish(&files, &copy, &publish::tree(&copy)?, workspace, say)?;
    }
    let license = BTreeMap::from([("LICENSE".into(), root.join("LICENSE"))]);
    for package in cargo::published(workspace)? {
        publish::publish(&license, &package.directory, &[], workspace, say)?;
    }
    for package in APART {
        publish::publish(&license, &root.join(package), &[], workspace, say)?;
    }
    publish::replace(&root.join(TABLES), tables(root)?.as_bytes())?;
    Ok(())
}

/// The tables of the engine as a module of JavaScript.
fn tables(root: &Path) -> Result<String> {
    let mut module =
        "// Copied by `cargo xtask wit` from the tables of the engine. Edit these, not \
                      this file.\n"
            .to_owned();
    for (name, file) in [("SERVICES", "services.txt"), ("PROTOCOLS", "protocols.txt")] {
        let path = root.join("host/engine/src/resolvers/tables").join(file);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let is_plain = !text.contains(['`', '\\', '$']);
        ensure!(
            is_plain,
            "{file} has a character that JavaScript would read as code"
        );
        module.push_str(&format!("\nexport const {name} = `{text}`;\n"));
    }
    Ok(module)
}

/// The path of a file from a directory that it is in.
fn below(directory: &Path, file: &Path) -> PathBuf {
    file.strip_prefix(directory).unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files in a directory, with what is in each.
    fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = publish::tree(directory).unwrap().into_iter();
        let file = |file: PathBuf| (below(directory, &file), fs::read(&file).unwrap());
        files.map(file).collect()
    }

    // Tools that know WASI 0.2 alone do not parse it, and read no other directory.
    #[test]
    fn interface_of_0_2_has_no_async_function() {
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        let has_async = |path: &Path| fs::read_to_string(path).unwrap().contains("async func");
        let of_0_2 = publish::files(&wit, "wit").unwrap();
        assert!(of_0_2.len() > 5 && !of_0_2.iter().any(|path| has_async(path)));
        assert!(has_async(&wit.join("p3/lookups.wit")));
    }

    #[test]
    fn copies_equal_their_sources() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let help = "is no copy; edit the source in the root, then run `cargo xtask wit`";
        for package in WIT {
            let copy = root.join(package).join("wit");
            assert_eq!(files(&copy), files(&root.join("wit")), "{copy:?} {help}");
        }
        let license = fs::read(root.join("LICENSE")).unwrap();
        let packages = cargo::published(&Workspace::new(&root, env!("CARGO"))).unwrap();
        assert!(packages.len() >= 5);
        let apart = APART.map(|package| root.join(package));
        let directories = packages.into_iter().map(|package| package.directory);
        for directory in directories.chain(apart) {
            let copy = directory.join("LICENSE");
            assert_eq!(
                fs::read(&copy).ok(),
                Some(license.clone()),
                "{copy:?} {help}"
            );
        }
        let copy = fs::read_to_string(root.join(TABLES)).unwrap();
        assert_eq!(copy, tables(&root).unwrap(), "{TABLES} {help}");
    }
}
