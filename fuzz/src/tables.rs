//! A second, simpler reader of the texts of tables.

use std::sync::Arc;

use winsock_async_engine::resolvers::{LineError, Tables, TablesError};
use winsock_async_engine::{Answer, Lookup, Resolution, Resolver};

/// The tables of one text, or the error.
pub type Built = Result<Tables, TablesError>;

/// The words of each line of an accepted text, without comments.
pub fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split('\n')
        .map(|line| line.split_once('#').map_or(line, |(content, _)| content))
        .map(|line| {
            line.split(is_space)
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
        })
        .filter(|words| !words.is_empty())
}

/// Whether C's `isspace` has the character as white space.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

/// Checks an error: the line that it names exists, is wrong by itself too, and is the first wrong
/// one.
pub fn check_refusal(text: &str, error: TablesError, build: impl Fn(&str) -> Built) {
    let error = line_error(error);
    let lines: Vec<&str> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&error.line), "{error}");
    let (before, from) = lines.split_at(error.line - 1);
    if let Err(earlier) = build(&before.join("\n")) {
        panic!("{error} is not the first: {earlier}");
    }
    // With a line above it, because only the first line may begin with a byte order mark.
    let above = if before.is_empty() { "" } else { "\n" };
    let alone = build(&format!("{above}{}", from[0])).map(|_| ());
    let alone = line_error(alone.expect_err("the line is wrong by itself"));
    assert_eq!(alone.problem, error.problem);
    assert_eq!(alone.line, 1 + above.len());
}

/// The answer that the tables give at once.
pub fn found(tables: &Tables, lookup: &Lookup) -> Arc<Answer> {
    match tables.try_resolve(lookup) {
        Resolution::Ready(Ok(answer)) => answer,
        other => panic!("{lookup:?}: {other:?}"),
    }
}

/// The name with upper and lower case exchanged (`S-R12`: services and protocols match in any
/// case).
pub fn in_other_case(name: &str) -> String {
    let other = |c: char| match c.is_ascii_uppercase() {
        true => c.to_ascii_lowercase(),
        false => c.to_ascii_uppercase(),
    };
    name.chars().map(other).collect()
}

/// Whether the list has this name, in any case.
pub fn has_name<'a>(names: impl IntoIterator<Item = &'a str>, name: &str) -> bool {
    names.into_iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn line_error(error: TablesError) -> LineError {
    match error {
        TablesError::Line(error) => error,
        other => panic!("the error names no line: {other}"),
    }
}
