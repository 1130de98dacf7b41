//! Lines of tables, as bytes.

use super::error::Problem;
use crate::resolvers::words::{is_space, words};

/// The longest content of a line. What is behind it is not read.
pub(super) const MAX_LINE_BYTES: usize = 8192;

/// The line that begins at `at`, without its line break.
pub(super) fn at(text: &[u8], at: usize) -> &[u8] {
    let rest = &text[at..];
    let end = rest.iter().position(|&byte| byte == b'\n');
    &rest[..end.unwrap_or(rest.len())]
}

/// The content of a line: without its comment, without white space around it, and at most
/// [`MAX_LINE_BYTES`] long. The problem, if a part of the content is not read.
pub(super) fn content(line: &[u8]) -> (&[u8], Option<Problem>) {
    let end = line.iter().position(|&byte| matches!(byte, b'#' | 0));
    let content = trim(&line[..end.unwrap_or(line.len())]);
    if content.len() > MAX_LINE_BYTES {
        let start = &content[..=MAX_LINE_BYTES];
        let last_space = start.iter().rposition(|&byte| is_space(byte)).unwrap_or(0);
        let cut = Problem::TooLong(MAX_LINE_BYTES);
        return (trim(&start[..last_space]), Some(cut));
    }
    let is_nul = end.is_some_and(|end| line[end] == 0);
    (content, is_nul.then_some(Problem::Nul))
}

/// The words of an entry of services or protocols that are names: all but the second.
pub(super) fn names(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = words(content).enumerate();
    words.filter(|(i, _)| *i != 1).map(|(_, word)| word)
}

/// A word as the name of a service or protocol. None if it is not UTF-8, or has a control
/// character.
pub(super) fn name(word: &[u8]) -> Option<&str> {
    let name = str::from_utf8(word).ok()?;
    (!name.contains(char::is_control)).then_some(name)
}

/// Parses a decimal number without a sign, which `str::parse` would accept.
pub(super) fn number(word: &[u8]) -> Option<u16> {
    if !word.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(word).ok()?.parse().ok()
}

fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && is_space(*first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && is_space(*last)
    {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ends_at_a_comment_or_nul() {
        for (line, text, problem) in [
            (&b" a b # c"[..], &b"a b"[..], None),
            (b"#", b"", None),
            (b"a#\0", b"a", None),
            (b"a\0b#", b"a", Some(Problem::Nul)),
            (b"\ta \r", b"a", None),
        ] {
            assert_eq!(content(line), (text, problem));
        }
    }

    #[test]
    fn content_over_8192_bytes_ends_between_two_words() {
        let line = |first: usize| [&b"a".repeat(first)[..], b" bc"].concat();
        let long = line(MAX_LINE_BYTES - 3);
        assert_eq!(content(&long), (&long[..], None));
        let cut = Some(Problem::TooLong(MAX_LINE_BYTES));
        for first in MAX_LINE_BYTES - 2..=MAX_LINE_BYTES {
            assert_eq!(content(&line(first)), (&line(first)[..first], cut.clone()));
        }
        // Without white space nothing can be kept.
        assert_eq!(content(&line(MAX_LINE_BYTES + 1)), (&b""[..], cut));
        let comment = [b"a #", &b"x".repeat(MAX_LINE_BYTES)[..]].concat();
        assert_eq!(content(&comment), (&b"a"[..], None));
    }
}
