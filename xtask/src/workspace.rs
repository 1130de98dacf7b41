//! The paths of the workspace.

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
    /// Finds the workspace by the variables that cargo sets.
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

    /// The root directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The directory of built guests. It is independent of cargo's target directory, so that tests
    /// and people find it.
    pub(crate) fn guests(&self) -> PathBuf {
        self.root.join("target").join("guests")
    }

    /// The directory of built C guests: tests are `NAME.STANDARD.wasm`, examples `NAME.wasm`.
    pub(crate) fn c_guests(&self) -> PathBuf {
        self.guests().join("c")
    }

    /// The directory of Rust guests that are core modules.
    pub(crate) fn core_guests(&self) -> PathBuf {
        self.guests().join("core")
    }

    /// The directory of the SDK.
    pub(crate) fn sdk(&self) -> PathBuf {
        self.root.join("target").join("sdk")
    }

    /// The target directory of guests. Builds of guests and of the host do not wait for each other.
    pub(crate) fn guest_build(&self) -> PathBuf {
        self.root.join("target").join("guest-build")
    }

    /// The directory of guests in other languages, and of their compilers.
    pub(crate) fn foreign(&self) -> PathBuf {
        self.root.join("target").join("foreign-guests")
    }

    /// The target directory of fuzz targets, with the inputs that fuzzing has found.
    pub(crate) fn fuzz_build(&self) -> PathBuf {
        self.root.join("target").join("fuzz")
    }

    /// The directory where cargo-fuzz is installed.
    pub(crate) fn fuzz_tools(&self) -> PathBuf {
        self.root.join("target").join("fuzz-tools")
    }

    /// A command of cargo in the root directory.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(&self.root);
        command
    }

    /// The path relative to the root directory.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}
