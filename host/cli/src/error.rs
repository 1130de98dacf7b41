//! Errors: one line each on standard error, and an exit status.

use std::fmt;
use std::io::{self, Write};

use anyhow::Error;
use winsock_async_engine::DisplayText;

/// The exit status if the command line, the guest or a file is not usable. Clap uses the same.
pub(crate) const UNUSABLE: i32 = 2;

/// Why a guest that ran has no status of its own. For any other error the exit status is 2.
#[derive(Debug)]
pub(crate) enum Aborted {
    /// The guest ran longer than `--timeout`.
    TimedOut(String),
    /// The guest trapped.
    Trapped(String),
}

impl Aborted {
    /// The exit status: 124 as in timeout(1), or that of SIGABRT as in wasmtime's own runner.
    fn status(&self) -> i32 {
        match self {
            Aborted::TimedOut(_) => 124,
            Aborted::Trapped(_) => 134,
        }
    }
}

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Aborted::TimedOut(what) | Aborted::Trapped(what)) = self;
        f.write_str(what)
    }
}

impl std::error::Error for Aborted {}

/// The exit status that an error stands for.
pub(crate) fn status(error: &Error) -> i32 {
    error
        .downcast_ref::<Aborted>()
        .map_or(UNUSABLE, Aborted::status)
}

/// Whether an error says that `--timeout` stopped the guest.
pub(crate) fn is_time_out(error: &Error) -> bool {
    matches!(error.downcast_ref(), Some(Aborted::TimedOut(_)))
}

/// Writes an error with its causes to standard error, in one line, and returns its exit status.
pub(crate) fn report(error: &Error) -> i32 {
    write(&format!("{error:#}"));
    status(error)
}

/// Writes a warning to standard error, in one line.
pub(crate) fn warn(what: &impl fmt::Display) {
    write(&format!("warning: {what}"));
}

/// Writes one line to standard error.
pub(crate) fn write(what: &str) {
    // With standard error closed, the exit status still tells.
    let _ = writeln!(io::stderr(), "winsock-async: {}", bounded(one_line(what)));
}

/// The most bytes of a line.
const MAX_LINE_BYTES: usize = 4096;

/// Cuts the middle out of a long line: its beginning and its end say the most.
fn bounded(line: String) -> String {
    const END_BYTES: usize = MAX_LINE_BYTES / 4;
    if line.len() <= MAX_LINE_BYTES {
        return line;
    }
    let begin = &line[..line.floor_char_boundary(MAX_LINE_BYTES - END_BYTES)];
    let end = &line[line.ceil_char_boundary(line.len() - END_BYTES)..];
    let left_out = line.len() - begin.len() - end.len();
    format!("{begin} ... {left_out} bytes ... {end}")
}

/// Puts a text on one line: each run of white space becomes a space. Every other character that
/// cannot be printed is escaped, such as U+202E, which turns a line around.
pub(crate) fn one_line(text: &str) -> String {
    let words = text
        .split_whitespace()
        .map(|word| DisplayText::message(word.as_bytes(), usize::MAX).to_string());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context, anyhow};

    #[test]
    fn white_space_becomes_one_space_and_control_characters_are_escaped() {
        assert_eq!(one_line(" a\r\n\tb \n\n c\n"), "a b c");
        assert_eq!(one_line("x\u{1b}[31my\0"), "x\\u{1b}[31my\\0");
        assert_eq!(one_line("\u{2028}été"), "été");
    }

    #[test]
    fn format_characters_are_escaped_and_quotation_marks_are_not() {
        let text = "\u{202e}\u{200b}\u{ad}\u{feff}\u{e0041}'\"\\";
        let escaped = r#"\u{202e}\u{200b}\u{ad}\u{feff}\u{e0041}'"\"#;
        assert_eq!(one_line(text), escaped);
    }

    #[test]
    fn a_long_line_keeps_its_beginning_and_its_end() {
        assert_eq!(bounded("a".repeat(4096)), "a".repeat(4096));
        let line = bounded(format!("begin{}end", "é".repeat(1 << 20)));
        assert!(line.starts_with("begin") && line.ends_with("end"));
        assert!(
            line.contains(" bytes ... ") && line.len() < 4200,
            "{}",
            line.len()
        );
    }

    #[test]
    fn a_trap_has_its_status_under_any_context() {
        let trapped = Error::from(Aborted::Trapped("wasm trap".into()));
        assert_eq!(status(&trapped.context("guest.wasm")), 134);
        let stopped = Err::<(), _>(Aborted::TimedOut("too long".into())).context("guest.wasm");
        assert_eq!(status(&stopped.unwrap_err()), 124);
        assert_eq!(status(&anyhow!("no such file")), 2);
    }
}
