//! Texts of tables, read once more in the simplest way.

use std::sync::Arc;

use winsock_async_engine::Answer;
use winsock_async_engine::resolvers::{LineError, Tables, TablesError};
use winsock_async_engine::{Lookup, Resolution, Resolver};

/// What becomes of one text.
pub type Built = Result<Tables, TablesError>;

/// The words of each line of a text that was accepted, without comments.
pub fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split('\n')
        .map(|line| line.split_once('#').map_or(line, |(content, _)| content))
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
}

/// Checks a refusal: the line that it names exists, is wrong also by itself, and is the first that is.
pub fn check_refusal(text: &str, error: TablesError, build: impl Fn(&str) -> Built) {
    let error = line_error(error);
    let lines: Vec<&str> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&error.line), "{error}");
    let (before, from) = lines.split_at(error.line - 1);
    if let Err(earlier) = build(&before.join("\n")) {
        panic!("{error} is not the first: {earlier}");
    }
    // A line above it, as only the first line may begin with a byte order mark.
    let above = if before.is_empty() { "" } else { "\n" };
    let alone = build(&format!("{above}{}", from[0])).map(|_| ());
    let alone = line_error(alone.expect_err("the line is wrong by itself"));
    assert_eq!(alone.problem, error.problem);
    assert_eq!(alone.line, 1 + above.len());
}

/// What a table answers at once.
pub fn found(tables: &Tables, lookup: &Lookup) -> Arc<Answer> {
    match tables.try_resolve(lookup) {
        Resolution::Ready(Ok(answer)) => answer,
        other => panic!("{lookup:?}: {other:?}"),
    }
}

/// The name with upper and lower case exchanged: services and protocols match in any case (`S-R12`).
pub fn in_other_case(name: &str) -> String {
    let other = |c: char| match c.is_ascii_uppercase() {
        true => c.to_ascii_lowercase(),
        false => c.to_ascii_uppercase(),
    };
    name.chars().map(other).collect()
}

/// Whether a list of names has this one, in any case.
pub fn has_name<'a>(names: impl IntoIterator<Item = &'a str>, name: &str) -> bool {
    names.into_iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn line_error(error: TablesError) -> LineError {
    match error {
        TablesError::Line(error) => error,
        other => panic!("a text has lines and nothing else: {other}"),
    }
}
