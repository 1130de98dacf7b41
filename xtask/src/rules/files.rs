//! Which files may name rules.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The ends of their names.
const ENDS: [&str; 8] = [".rs", ".c", ".h", ".wit", ".wat", ".toml", ".md", ".sh"];

/// The sources and documents of the workspace, as paths from its root with slashes: those that git
/// tracks, or without git all that are not hidden and not in `target`. The files of this program are
/// left out, as its tests make rules up.
pub fn list(workspace: &Workspace) -> Result<Vec<String>, Error> {
    let mut files = tracked(workspace);
    if files.is_empty() {
        walk(workspace.root(), "", &mut files)?;
    }
    files.retain(|path| ENDS.iter().any(|end| path.ends_with(end)) && !path.starts_with("xtask/"));
    files.sort();
    Ok(files)
}

/// What git tracks; nothing where there is no git, or no repository.
fn tracked(workspace: &Workspace) -> Vec<String> {
    let mut git = Command::new("git");
    git.current_dir(workspace.root())
        .args(["-c", "core.quotePath=off", "ls-files"])
        .stderr(Stdio::null());
    let mut files = Vec::new();
    match process::each_line(&mut git, None, |path| files.push(path.to_owned())) {
        Ok(status) if status.success() => files,
        _ => Vec::new(),
    }
}

/// Adds the files of a directory, whose path from the root is `prefix`.
fn walk(directory: &Path, prefix: &str, files: &mut Vec<String>) -> Result<(), Error> {
    for entry in fs::read_dir(directory).map_err(Error::file(directory))? {
        let entry = entry.map_err(Error::file(directory))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    #[test]
    fn without_git_all_sources_outside_of_target() {
        let root = env::temp_dir().join(format!("xtask-files-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for path in [
            "a.rs",
            "b/c.md",
            "b/d.bin",
            "target/e.rs",
            ".git/f.rs",
            "xtask/g.rs",
        ] {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let files = list(&Workspace::new(&root, "cargo")).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(files, ["a.rs", "b/c.md"]);
    }
}
