//! The text files of the workspace.

use std::fs;

use anyhow::{Context, Result};

use crate::publish;
use crate::workspace::Workspace;

/// A text file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    /// Its path from the root of the workspace, with slashes.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// The files with these extensions, outside of `target` and of hidden directories, in order.
pub(crate) fn sources(workspace: &Workspace, extensions: &[&str]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut directories = vec![workspace.root().to_owned()];
    while let Some(directory) = directories.pop() {
        for path in publish::entries(&directory)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let extension = path.extension().unwrap_or_default();
            if path.is_dir() {
                if name != "target" && !name.starts_with('.') {
                    directories.push(path);
                }
            } else if extensions.iter().any(|wanted| extension == *wanted) {
                let text = fs::read_to_string(&path);
                let path = workspace.relative(&path).to_string_lossy();
                let path = path.replace('\\', "/");
                let text = text.with_context(|| format!("cannot read {path}"))?;
                sources.push(Source { path, text });
            }
        }
    }
    sources.sort();
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    #[test]
    fn build_products_and_hidden_files_are_no_sources() {
        let root = env::temp_dir().join(format!("xtask-sources-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        for path in ["b/a.rs", "a.md", "b/c.bin", "target/d.rs", ".git/e.rs"] {
            publish::replace(&root.join(path), path.as_bytes()).unwrap();
        }
        let found = sources(&Workspace::new(&root, "cargo"), &["rs", "md"]).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let source = |path: &str| Source {
            path: path.into(),
            text: path.into(),
        };
        assert_eq!(found, [source("a.md"), source("b/a.rs")]);
    }
}
