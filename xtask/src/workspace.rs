//! Where things are in the workspace.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Cargo says where the workspace is.
const USAGE: &str = "run it as `cargo xtask`";

/// The workspace, and the cargo that runs this program.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    cargo: OsString,
}

impl Workspace {
    /// The workspace that this program belongs to, by what cargo has put in the environment.
    pub(crate) fn find() -> Result<Workspace> {
        let package = env::var_os("CARGO_MANIFEST_DIR").context(USAGE)?;
        let root = Path::new(&package).parent().context(USAGE)?;
        let cargo = env::var_os("CARGO").context(USAGE)?;
        Ok(Workspace::new(root, cargo))
    }

    /// A workspace at `root`.
    pub(crate) fn new(root: impl Into<PathBuf>, cargo: impl Into<OsString>) -> Workspace {
        Workspace {
            root: root.into(),
            cargo: cargo.into(),
        }
    }

    /// The directory of the workspace.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where guests are put: always `target/guests`, whatever cargo's target directory is, so that
    /// tests and people find them.
    pub(crate) fn guests(&self) -> PathBuf {
        self.root.join("target").join("guests")
    }

    /// Where C guests are put: tests as `NAME.STANDARD.wasm`, examples as `NAME.wasm`.
    pub(crate) fn c_guests(&self) -> PathBuf {
        self.guests().join("c")
    }

    /// Where the SDK is put.
    pub(crate) fn sdk(&self) -> PathBuf {
        self.root.join("target").join("sdk")
    }

    /// Where guests are built: apart, so that their build and the host's do not wait for each other.
    pub(crate) fn guest_build(&self) -> PathBuf {
        self.root.join("target").join("guest-build")
    }

    /// Where fuzz targets are built, and what fuzzing finds of interest is kept.
    pub(crate) fn fuzz_build(&self) -> PathBuf {
        self.root.join("target").join("fuzz")
    }

    /// Where cargo-fuzz is installed: not into anybody's home.
    pub(crate) fn fuzz_tools(&self) -> PathBuf {
        self.root.join("target").join("fuzz-tools")
    }

    /// Cargo, in the workspace's directory.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(&self.root);
        command
    }

    /// A path as a person in the workspace's directory would type it.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}
