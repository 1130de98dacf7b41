//! Copies build products to the directories where people and tests look for them.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Waits until no other `cargo xtask` builds guests or the SDK. Others wait until the returned file
/// is dropped.
pub(crate) fn lock(workspace: &Workspace, say: impl Fn(&str)) -> Result<File> {
    let directory = workspace.guest_build();
    fs::create_dir_all(&directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    let path = directory.join("xtask.lock");
    let cannot_lock = || format!("cannot lock {}", path.display());
    let file = File::create(&path).with_context(cannot_lock)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => say("Waiting for another `cargo xtask` to build guests"),
        Err(TryLockError::Error(error)) => return Err(error).with_context(cannot_lock),
    }
    file.lock().with_context(cannot_lock)?;
    Ok(file)
}

/// Copies each value to `directory/KEY`, and removes files of `existing` that are not among the
/// keys. Reports each change with `say`.
pub(crate) fn publish(
    files: &BTreeMap<PathBuf, PathBuf>,
    directory: &Path,
    existing: &[PathBuf],
    workspace: &Workspace,
    say: impl Fn(&str),
) -> Result<()> {
    for (name, built) in files {
        let path = directory.join(name);
        let bytes = fs::read(built).with_context(|| format!("cannot read {}", built.display()))?;
        let note = if replace(&path, &bytes)? {
            ""
        } else {
            ", unchanged"
        };
        let shown = workspace.relative(&path).display();
        say(&format!(
            "  {shown} ({} kB{note})",
            bytes.len().div_ceil(1000)
        ));
    }
    let stale = existing.iter().filter(|path| {
        let name = path.strip_prefix(directory);
        !name.is_ok_and(|name| files.contains_key(name))
    });
    remove(stale, workspace, say)
}

/// Removes files that no source makes any more, and reports them with `say`.
pub(crate) fn remove<'a>(
    stale: impl IntoIterator<Item = &'a PathBuf>,
    workspace: &Workspace,
    say: impl Fn(&str),
) -> Result<()> {
    for path in stale {
        fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
        let shown = workspace.relative(path).display();
        say(&format!("  {shown} removed: nothing makes it any more"));
    }
    Ok(())
}

/// Replaces the file by `bytes` atomically: a reader sees the old file or the new. Returns whether
/// it changed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    // Appended to the whole name, because files that differ only in their extension may be written
    // at the same time.
    let mut new = path.to_owned().into_os_string();
    new.push(format!(".new-{}", std::process::id()));
    let new = PathBuf::from(new);
    fs::write(&new, bytes).with_context(|| format!("cannot write {}", new.display()))?;
    fs::rename(&new, path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// The files in a directory with this extension, in order. A missing directory has none.
pub(crate) fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = entries(directory)?;
    files.retain(|path| path.extension().is_some_and(|e| e == extension));
    Ok(files)
}

/// All files below a directory, in order. A missing directory has none.
pub(crate) fn tree(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in entries(directory)? {
        if path.is_dir() {
            files.extend(tree(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// The entries of a directory, in order. A missing directory has none.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in
        fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?
    {
        paths.push(
            entry
                .with_context(|| format!("cannot list {}", directory.display()))?
                .path(),
        );
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::env;

    use super::*;

    /// A workspace in a directory that is removed when this is dropped.
    struct Scratch(Workspace);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let root = env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(&root).unwrap();
            Scratch(Workspace::new(root, "cargo"))
        }

        fn built(&self, name: &str, bytes: &str) -> (PathBuf, PathBuf) {
            let path = self.0.root().join(name.replace('/', "-"));
            fs::write(&path, bytes).unwrap();
            (name.into(), path)
        }

        fn directory(&self) -> PathBuf {
            self.0.root().join("out")
        }

        fn publish(&self, files: &[(PathBuf, PathBuf)]) -> Vec<String> {
            let said = RefCell::new(Vec::new());
            let say = |line: &str| said.borrow_mut().push(line.to_owned());
            let files = files.iter().cloned().collect();
            let existing = tree(&self.directory()).unwrap();
            publish(&files, &self.directory(), &existing, &self.0, say).unwrap();
            said.take()
        }

        fn published(&self) -> Vec<(String, String)> {
            let file = |path: &PathBuf| {
                let name = path.strip_prefix(self.directory()).unwrap();
                let name = name.to_string_lossy().into_owned();
                (name, fs::read_to_string(path).unwrap())
            };
            tree(&self.directory()).unwrap().iter().map(file).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.0.root());
        }
    }

    #[test]
    fn publishing_adds_new_files_and_removes_old_ones() {
        let scratch = Scratch::new("publish");
        let pair = |name: &str, bytes: &str| (name.to_owned(), bytes.to_owned());
        scratch.publish(&[scratch.built("a.wasm", "1"), scratch.built("lib/b.a", "1")]);
        assert_eq!(
            scratch.published(),
            [pair("a.wasm", "1"), pair("lib/b.a", "1")]
        );

        let second = ["lib/b.a", "c.wasm", "lib/d.a"].map(|name| scratch.built(name, "1"));
        let said = scratch.publish(&second);
        assert_eq!(
            scratch.published(),
            [
                pair("c.wasm", "1"),
                pair("lib/b.a", "1"),
                pair("lib/d.a", "1")
            ]
        );
        assert_eq!(
            said,
            [
                "  out/c.wasm (1 kB)",
                "  out/lib/b.a (1 kB, unchanged)",
                "  out/lib/d.a (1 kB)",
                "  out/a.wasm removed: nothing makes it any more",
            ]
        );
    }

    #[test]
    fn second_build_waits_for_the_first() {
        let scratch = Scratch::new("lock");
        let first = Cell::new(Some(
            lock(&scratch.0, |_| panic!("no other builds")).unwrap(),
        ));
        // The first build ends when the second reports that it waits. Without a lock, the second
        // would report nothing.
        let _second = lock(&scratch.0, |_| drop(first.take())).unwrap();
        assert!(first.take().is_none());
    }

    #[test]
    fn unchanged_file_is_not_written_again() {
        let scratch = Scratch::new("replace");
        let path = scratch.0.root().join("new/guest.wasm");
        assert!(replace(&path, b"one").unwrap());
        assert!(!replace(&path, b"one").unwrap());
        assert!(replace(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn missing_directory_has_no_files() {
        let none = Path::new("/no/such/directory");
        assert!(tree(none).unwrap().is_empty() && files(none, "c").unwrap().is_empty());
    }

    #[test]
    fn temporary_files_of_names_that_differ_only_in_extension_differ() {
        let scratch = Scratch::new("apart");
        let root = scratch.0.root();
        // If the extension were replaced, another thread could write this file for `a.c99`.
        let others = root.join(format!("a.new-{}", std::process::id()));
        fs::write(&others, "another's").unwrap();
        assert!(replace(&root.join("a.c89"), b"mine").unwrap());
        assert_eq!(fs::read(others).unwrap(), b"another's");
        assert_eq!(fs::read(root.join("a.c89")).unwrap(), b"mine");
    }
}
