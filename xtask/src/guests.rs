//! `cargo xtask guests`: guest programs to `target/guests/NAME.wasm`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::{self, Program};
use crate::error::Error;
use crate::machine::ThisMachine;
use crate::process::say;
use crate::setup;
use crate::workspace::Workspace;

/// The packages whose programs are guests.
const PACKAGES: [&str; 4] = [
    "winsock-async-example-guests",
    "winsock-async-test-guests",
    "winsock-async-bench-guest",
    "winsock-async-soak-guest",
];

/// Sets up what guests need, builds them all, and gives the file of each by its name.
pub fn build(workspace: &Workspace) -> Result<BTreeMap<String, PathBuf>, Error> {
    let toolchain = setup::set_up(&ThisMachine, say)?;
    say(&format!("Building guests with {}", toolchain.describe()));
    let mut programs = BTreeMap::new();
    for package in PACKAGES {
        // One package at a time: together, one would get the features that the other asks for.
        let environment = env::vars_os().map(|(name, _)| name);
        let mut command = toolchain.build_command(workspace, package, environment);
        let built = cargo::build(&mut command)?;
        if built.is_empty() {
            return Err(Error::NoProgram {
                package: package.into(),
                program: "at all".into(),
            });
        }
        add(&mut programs, built)?;
    }
    publish(&programs, workspace, say)
}

/// Adds programs by name, each name once.
fn add(programs: &mut BTreeMap<String, PathBuf>, built: Vec<Program>) -> Result<(), Error> {
    for Program { name, path } in built {
        if programs.insert(name.clone(), path).is_some() {
            return Err(Error::SameName { name });
        }
    }
    Ok(())
}

/// Copies what has changed, takes out what is no guest any more, and says so.
fn publish(
    programs: &BTreeMap<String, PathBuf>,
    workspace: &Workspace,
    say: impl Fn(&str),
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let directory = workspace.guests();
    fs::create_dir_all(&directory).map_err(Error::file(&directory))?;
    let mut published = BTreeMap::new();
    for (name, built) in programs {
        let path = directory.join(format!("{name}.wasm"));
        let bytes = fs::read(built).map_err(Error::file(built))?;
        let changed = replace(&path, &bytes)?;
        let shown = workspace.relative(&path).display();
        let note = if changed { "" } else { ", unchanged" };
        say(&format!(
            "  {shown} ({} kB{note})",
            bytes.len().div_ceil(1000)
        ));
        published.insert(name.clone(), path);
    }
    for path in stale(&directory, &published)? {
        fs::remove_file(&path).map_err(Error::file(&path))?;
        say(&format!(
            "  {} removed: no such program",
            workspace.relative(&path).display()
        ));
    }
    Ok(published)
}

/// Makes `path` hold `bytes`, at no time anything else than the old file or the new. Says whether
/// it was changed.
fn replace(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let new = path.with_extension(format!("new-{}", std::process::id()));
    fs::write(&new, bytes).map_err(Error::file(&new))?;
    fs::rename(&new, path).map_err(Error::file(path))?;
    Ok(true)
}

/// The guests in `directory` that are not among the published.
fn stale(directory: &Path, published: &BTreeMap<String, PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut stale = Vec::new();
    for entry in fs::read_dir(directory).map_err(Error::file(directory))? {
        let path = entry.map_err(Error::file(directory))?.path();
        let guest = path
            .extension()
            .is_some_and(|extension| extension == "wasm");
        if guest && !published.values().any(|known| *known == path) {
            stale.push(path);
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A workspace in a directory that goes with it.
    struct Scratch(Workspace);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let root = env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(&root).unwrap();
            Scratch(Workspace::new(root, "cargo"))
        }

        fn built(&self, name: &str, bytes: &str) -> (String, PathBuf) {
            let path = self.0.root().join(format!("{name}-built"));
            fs::write(&path, bytes).unwrap();
            (name.to_owned(), path)
        }

        fn guests(&self) -> Vec<(String, String)> {
            let entry = |entry: std::io::Result<fs::DirEntry>| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read_to_string(&path).unwrap())
            };
            let mut found: Vec<_> = fs::read_dir(self.0.guests()).unwrap().map(entry).collect();
            found.sort();
            found
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.0.root());
        }
    }

    #[test]
    fn the_directory_holds_the_guests_of_now_and_no_others() {
        let scratch = Scratch::new("publish");
        let pair = |name: &str, bytes: &str| (format!("{name}.wasm"), bytes.to_owned());
        let first = BTreeMap::from([scratch.built("a", "1"), scratch.built("b", "1")]);
        publish(&first, &scratch.0, |_| ()).unwrap();
        assert_eq!(scratch.guests(), [pair("a", "1"), pair("b", "1")]);

        let second = BTreeMap::from([scratch.built("b", "2"), scratch.built("c", "1")]);
        let said = RefCell::new(Vec::new());
        let say = |line: &str| said.borrow_mut().push(line.to_owned());
        let published = publish(&second, &scratch.0, say).unwrap();
        assert_eq!(scratch.guests(), [pair("b", "2"), pair("c", "1")]);
        assert_eq!(
            said.take(),
            [
                "  target/guests/b.wasm (1 kB)",
                "  target/guests/c.wasm (1 kB)",
                "  target/guests/a.wasm removed: no such program",
            ]
        );
        assert_eq!(published["b"], scratch.0.guests().join("b.wasm"));
    }

    #[test]
    fn what_is_the_same_is_not_written_again() {
        let scratch = Scratch::new("replace");
        let path = scratch.0.root().join("guest.wasm");
        assert!(replace(&path, b"one").unwrap());
        assert!(!replace(&path, b"one").unwrap());
        assert!(replace(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn two_programs_of_one_name_are_refused() {
        let program = |name: &str| Program {
            name: name.into(),
            path: name.into(),
        };
        let mut programs = BTreeMap::new();
        add(&mut programs, vec![program("lookup")]).unwrap();
        let error = add(&mut programs, vec![program("other"), program("lookup")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "two guest programs are called lookup; rename one"
        );
    }
}
