//! `cargo xtask rules`: the rules of `docs/semantics.md`, and the tests that name each.

mod document;
mod files;
mod ids;
mod mentions;
mod outline;
mod report;

use std::fs;

use self::mentions::Source;
use crate::error::Error;
use crate::process::say;
use crate::workspace::Workspace;

/// Where the rules are.
const DOCUMENT: &str = "docs/semantics.md";

/// Prints a line for each rule, or for each of `ids`, with the tests that name it.
///
/// # Errors
/// Where a rule has no test, is in the document twice, or is named somewhere and not in the document.
pub fn run(workspace: &Workspace, ids: &[String]) -> Result<(), Error> {
    let sources = read(workspace)?;
    let path = workspace.root().join(DOCUMENT);
    let document = fs::read_to_string(&path).map_err(Error::file(path))?;
    let report = report::report(
        &document::rules(&document),
        &mentions::mentions(&sources)?,
        ids,
    );
    report.lines.iter().for_each(|line| say(line));
    if report.problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Rules {
            problems: report.problems,
        })
    }
}

/// The sources that may name rules.
fn read(workspace: &Workspace) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for path in files::list(workspace)? {
        let file = workspace.root().join(&path);
        // One that was just deleted is in git's list, too.
        if file.is_file() {
            let text = fs::read_to_string(&file).map_err(Error::file(file))?;
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}
