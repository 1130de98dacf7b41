//! `cargo xtask rules`: the rules of `docs/semantics.md`, and the tests that name each.

use std::collections::HashSet;

use anyhow::{Result, ensure};

use crate::process::say;
use crate::sources::{self, Source};
use crate::workspace::Workspace;

/// The document. A rule is a row of its tables whose first cell is an id, such as `S-C1`.
const DOCUMENT: &str = "docs/semantics.md";

/// Prints a line for each rule, or for each of `asked`, with the tests that name it.
///
/// # Errors
/// A rule has no test or two rows, or a file names a rule that the document lacks.
pub(crate) fn run(workspace: &Workspace, asked: &[String]) -> Result<()> {
    let mut sources = sources::sources(workspace, &["rs", "c", "h", "md"])?;
    // The tests of this program contain invented rules.
    sources.retain(|source| !source.path.starts_with("xtask/"));
    let (lines, problems) = report(&sources, asked);
    lines.iter().for_each(|line| say(line));
    let list = problems.join("\n  ");
    ensure!(list.is_empty(), "rules and tests disagree:\n  {list}");
    Ok(())
}

/// A line for each rule, and a line for each problem.
fn report(sources: &[Source], asked: &[String]) -> (Vec<String>, Vec<String>) {
    let wanted = |id: &str| asked.is_empty() || asked.iter().any(|other| other == id);
    let document = sources.iter().find(|source| source.path == DOCUMENT);
    let rows = document.map_or("", |source| &source.text).lines();
    let cells = rows.filter_map(|row| row.strip_prefix("| ")?.split(" |").next());
    let rules: Vec<&str> = cells.filter(|cell| ids(cell).eq([*cell])).collect();
    let named: Vec<_> = sources.iter().flat_map(tests).collect();
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for (i, id) in rules.iter().enumerate().filter(|(_, id)| wanted(id)) {
        let tests = named.iter().filter(|test| test.0 == *id);
        let tests: Vec<&str> = tests.map(|(_, place)| place.trim_end()).collect();
        lines.push(format!("{id}: {}", tests.join(", ")));
        if tests.is_empty() {
            problems.push(format!("{id} has no test: name it in a comment of one"));
        }
        if rules[..i].contains(id) {
            problems.push(format!("{id} has two rows in {DOCUMENT}"));
        }
    }
    for Source { path, text } in sources {
        let unknown = ids(text).filter(|id| wanted(id) && !rules.contains(id));
        problems.extend(unknown.map(|id| format!("{path} names {id}, not in {DOCUMENT}")));
    }
    let unknown = asked.iter().filter(|id| !rules.contains(&id.as_str()));
    problems.extend(unknown.map(|id| format!("{id} is not in {DOCUMENT}")));
    (lines, problems)
}

/// Returns the rules that the tests of a file name, with `path:line function` for each. In
/// directories or files named `tests`, `fuzz` or `models`, every comment of Rust counts, and all
/// text of C. In other files of Rust, comments after a line `mod tests {` count.
fn tests(source: &Source) -> Vec<(&str, String)> {
    let lines: Vec<&str> = source.text.lines().collect();
    let rust = source.path.ends_with(".rs");
    let mut parts = source.path.trim_end_matches(".rs").split('/');
    let whole = parts.any(|part| ["tests", "fuzz", "models"].contains(&part));
    let mut tests = Vec::new();
    let mut seen = HashSet::new();
    let mut inside = whole && (rust || source.path.ends_with(".c"));
    for (i, line) in lines.iter().enumerate() {
        inside |= rust && line.trim() == "mod tests {";
        let comment = line.find("//").filter(|_| rust).or((!rust).then_some(0));
        let text = comment.filter(|_| inside).map_or("", |at| &line[at..]);
        for id in ids(text) {
            let function = function(&lines, i);
            if seen.insert((id, function)) {
                tests.push((id, format!("{}:{} {function}", source.path, i + 1)));
            }
        }
    }
    tests
}

/// Returns the function right below the comment in this line, or else the last one above it.
fn function<'a>(lines: &[&'a str], at: usize) -> &'a str {
    let comment = |line: &str| line.trim_start().starts_with(['/', '#']);
    let below = lines[at..].iter().find(|line| !comment(line));
    let name = |line: &&'a str| {
        let (start, name) = line.split_once("fn ")?;
        let name = name.split(['(', '<']).next()?;
        (!start.contains(['/', '"'])).then_some(name)
    };
    let above = lines[..at].iter().rev();
    let found = below.into_iter().chain(above).find_map(name);
    // The path of a program says more than the name `main`.
    found.filter(|name| *name != "main").unwrap_or_default()
}

/// The ids in a text: `S-`, a capital, a number.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && !"_-".contains(c));
    words.filter(|word| {
        let letter = word.strip_prefix("S-").filter(|id| id.is_ascii());
        let number = letter.and_then(|id| id.strip_prefix(|c: char| c.is_ascii_uppercase()));
        number.is_some_and(|number| number.parse::<u8>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "S-A9\n| S-A1 | holds |\n| S-A2 | too |\n| no | S-A2 |\n";
    const IN_A: &str = "fn a() {\n    if b {\n        // S-A1\n    }\n}\n";
    const IN_G: &str = "/// S-A1\nfn f() {}\nmod tests {\n    // S-A2\n    fn g() {}\n}\n";

    /// What is printed, then the problems.
    fn reported(files: &[(&str, &str)], asked: &[&str]) -> String {
        let files = files.iter().chain(&[(DOCUMENT, RULES)]);
        let files = files.map(|&(path, text)| (path.to_owned(), text.to_owned()));
        let files = files.map(|(path, text)| Source { path, text });
        let asked: Vec<String> = asked.iter().map(|id| (*id).into()).collect();
        let (lines, problems) = report(&files.collect::<Vec<_>>(), &asked);
        [lines, problems].concat().join("\n")
    }

    #[test]
    fn tests_are_listed_with_their_functions() {
        let c = ("tests/d.c", "/* S-A1\n S-A1 */");
        let files = [("tests/a.rs", IN_A), ("g.rs", IN_G), c];
        let one = "S-A1: tests/a.rs:3 a, tests/d.c:1";
        let both = format!("{one}\nS-A2: g.rs:4 g");
        assert_eq!(reported(&files, &["S-A1", "S-A2"]), both);
        assert_eq!(reported(&files, &["S-A1"]), one);
    }

    #[test]
    fn rule_without_a_test_and_unknown_rule_are_problems() {
        let header = ("c.h", "S-A7 TLS-A8 S-A8b S-A");
        let reported = reported(&[("a.rs", IN_A), ("g.rs", IN_G), header], &[]);
        let expected = "S-A1: \nS-A2: g.rs:4 g\n\
            S-A1 has no test: name it in a comment of one\n\
            c.h names S-A7, not in docs/semantics.md\n\
            docs/semantics.md names S-A9, not in docs/semantics.md";
        assert_eq!(reported, expected);
    }
}
