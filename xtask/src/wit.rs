//! `cargo xtask wit`: copies the interface and the licence into the crates that package them,
//! because a package contains only files of its crate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cargo;
use crate::process::say;
use crate::publish;
use crate::workspace::Workspace;

/// The crates that read the interface when they are compiled.
const WIT: [&str; 3] = ["guest", "host/componentize", "host/wasmtime"];

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
    Ok(())
}

/// The path of a file from a directory that it is in.
fn below(directory: &Path, file: &Path) -> PathBuf {
    file.strip_prefix(directory).unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The files in a directory, with what is in each.
    fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = publish::tree(directory).unwrap().into_iter();
        let file = |file: PathBuf| (below(directory, &file), fs::read(&file).unwrap());
        files.map(file).collect()
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
        assert!(packages.len() >= WIT.len());
        for package in packages {
            let copy = package.directory.join("LICENSE");
            assert_eq!(
                fs::read(&copy).ok(),
                Some(license.clone()),
                "{copy:?} {help}"
            );
        }
    }
}
