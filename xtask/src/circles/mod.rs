//! `cargo xtask circles`: checks that no modules of a crate import each other, directly or through
//! others.
//!
//! A file imports another if it names an item that is defined there, in `use` or in a path;
//! re-exports are followed to the definition. Declaring a module and re-exporting what is below it
//! imports nothing, unless the file uses the re-exported name itself. Code that is compiled only
//! for tests is exempt.

mod modules;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use self::modules::{Crate, Imports};
use crate::cargo;
use crate::process::say;
use crate::workspace::Workspace;

/// Looks for circles in every crate of the workspace.
///
/// # Errors
/// There are circles. This prints them, with the names that each file imports.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let read = |file: &str| fs::read_to_string(workspace.root().join(file)).ok();
    let (mut crates, mut found) = (0, 0);
    for root in roots(workspace)? {
        crates += 1;
        for circle in circles(&Crate::read(&root, &read)?.imports()) {
            found += 1;
            say(&format!(
                "A circle of {} files:\n  {}",
                circle.0,
                circle.1.join("\n  ")
            ));
        }
    }
    ensure!(crates > 0, "cargo names no crate of the workspace");
    ensure!(
        found == 0,
        "{found} circles of imports; move the imported items into a module below"
    );
    say(&format!("No circle of imports in {crates} crates"));
    Ok(())
}

/// The root files of all libraries and programs.
fn roots(workspace: &Workspace) -> Result<Vec<String>> {
    let metadata = cargo::metadata(workspace)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let tests = ["test", "bench", "example"];
    let code = targets.filter(|target| !tests.iter().any(|kind| target["kind"][0] == *kind));
    let files = code.filter_map(|target| target["src_path"].as_str());
    let files = files.map(|file| workspace.relative(Path::new(file)).to_string_lossy());
    Ok(files.map(|file| file.replace('\\', "/")).collect())
}

/// Returns the circles: the number of files of each, and a line for each of its imports.
fn circles(imports: &Imports) -> Vec<(usize, Vec<String>)> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = imports
        .keys()
        .map(|file| (file.as_str(), reach(imports, file)))
        .collect();
    let mut circles = BTreeMap::new();
    for (file, reached_by_it) in &reached {
        let with: BTreeSet<&str> = reached_by_it
            .iter()
            .copied()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(file)))
            .collect();
        if !with.is_empty() {
            let lines = imports[*file]
                .iter()
                .filter(|(other, _)| with.contains(other.as_str()));
            let line = |(other, names): (&String, &BTreeSet<String>)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                format!("{file} imports {other}: {}", names.join(", "))
            };
            let lines: Vec<String> = lines.map(line).collect();
            circles.entry(with).or_insert_with(Vec::new).extend(lines);
        }
    }
    circles
        .into_iter()
        .map(|(files, lines)| (files.len(), lines))
        .collect()
}

/// Returns the files that a file imports, directly or through others.
fn reach<'a>(imports: &'a Imports, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut left = vec![file];
    while let Some(file) = left.pop() {
        for other in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(other.as_str()) {
                left.push(other);
            }
        }
    }
    reached
}
