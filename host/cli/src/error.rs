//! Why the runner stops, in one line and a status.

use std::error::Error as _;
use std::fmt;
use std::io::{self, Write};

use clap::error::{ContextValue, ErrorKind};

/// Status of a command line, a guest or a file that is not usable, as clap has it.
const UNUSABLE: i32 = 2;
/// Status of a guest that was stopped, as timeout(1) has it.
const TIMED_OUT: i32 = 124;
/// Status of a guest that trapped: SIGABRT's, as wasmtime's own runner has it.
const TRAPPED: i32 = 134;

/// The line that says what happened and what to do, and the exit status.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    line: String,
    status: i32,
}

impl Failure {
    /// The command line, the guest or a file is not usable.
    pub fn unusable(what: impl fmt::Display) -> Failure {
        Failure::new(what, UNUSABLE)
    }

    /// The guest ran longer than it may.
    pub fn timed_out(what: impl fmt::Display) -> Failure {
        Failure::new(what, TIMED_OUT)
    }

    /// The guest trapped.
    pub fn trapped(what: impl fmt::Display) -> Failure {
        Failure::new(what, TRAPPED)
    }

    fn new(what: impl fmt::Display, status: i32) -> Failure {
        Failure {
            line: one_line(&what.to_string()),
            status,
        }
    }

    /// The exit status.
    pub fn status(&self) -> i32 {
        self.status
    }

    /// Writes the line to standard error and gives the status.
    pub fn report(&self) -> i32 {
        // Where standard error is closed, the status still tells.
        let _ = writeln!(io::stderr(), "winsock-async: {}", self.line);
        self.status
    }
}

/// Writes a line about what is left out, while the rest is used.
#[cfg(feature = "dns")]
pub fn warn(what: &impl fmt::Display) {
    let line = one_line(&what.to_string());
    // Where standard error is closed, nobody is to be warned.
    let _ = writeln!(io::stderr(), "winsock-async: warning: {line}");
}

/// What clap says of a wrong command line, in one line and without the usage.
impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Failure {
        match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                return Failure::unusable("no command is given; try `winsock-async --help`");
            }
            // Nothing else is required.
            ErrorKind::MissingRequiredArgument => {
                return Failure::unusable("no guest is given; try `winsock-async run GUEST.wasm`");
            }
            _ => {}
        }
        let said = text_of(error)
            .split("\n\n")
            .take_while(|part| !part.starts_with("Usage:") && !part.starts_with("For more"))
            .map(|part| part.trim().strip_prefix("error: ").unwrap_or(part))
            .map(without_dashes_tip)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        Failure::unusable(format_args!("{said}; try `winsock-async run --help`"))
    }
}

/// What clap says, in its parts: only those have blank lines between them, as what was given is put
/// on one line each.
fn text_of(mut error: clap::Error) -> String {
    let given: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(value) => Some((kind, one_line(value))),
            _ => None,
        })
        .collect();
    for (kind, value) in given {
        error.insert(kind, ContextValue::String(value));
    }
    let text = error.to_string();
    match error.source().map(ToString::to_string) {
        Some(source) if !source.is_empty() => text.replace(&source, &one_line(&source)),
        _ => text,
    }
}

/// Leaves out clap's advice to write `-- --option`, which would make the option the guest's file.
fn without_dashes_tip(part: &str) -> String {
    part.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("tip: to pass"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text on one line: white space of any kind becomes one space, other control characters are
/// written out.
pub fn one_line(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        word.chars()
            .map(|c| match c {
                c if c.is_control() => c.escape_default().to_string(),
                c => c.to_string(),
            })
            .collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser;
    use wasmtime::error::Context;

    fn said_of(args: &[&str]) -> Failure {
        let error = Cli::try_parse_from(["winsock-async"].iter().chain(args)).unwrap_err();
        Failure::from(error)
    }

    #[test]
    fn any_text_becomes_one_line() {
        assert_eq!(one_line(" a\r\n\tb \n\n c\n"), "a b c");
        assert_eq!(one_line("x\u{1b}[31my\0"), "x\\u{1b}[31my\\u{0}");
        assert_eq!(one_line("\u{2028}été"), "été");
    }

    #[test]
    fn a_chain_of_errors_becomes_one_line() {
        let error = Err::<(), _>(wasmtime::format_err!("inner\n  second"))
            .context("outer\nline")
            .unwrap_err();
        let failure = Failure::trapped(format_args!("{error:#}"));
        assert_eq!(failure.line, "outer line: inner second");
        assert_eq!(failure.status, 134);
    }

    #[test]
    fn wrong_command_lines_are_one_line_without_the_usage() {
        let failure = said_of(&["run", "--allow-al", "g.wasm"]);
        assert_eq!(
            failure.line,
            "unexpected argument '--allow-al' found; tip: a similar argument exists: \
             '--allow-all'; try `winsock-async run --help`"
        );
        assert_eq!(failure.status, 2);
        assert_eq!(
            said_of(&["run"]).line,
            "no guest is given; try `winsock-async run GUEST.wasm`"
        );
        assert_eq!(
            said_of(&["run", "--no-such", "g.wasm"]).line,
            "unexpected argument '--no-such' found; try `winsock-async run --help`"
        );
        assert_eq!(
            said_of(&[]).line,
            "no command is given; try `winsock-async --help`"
        );
    }
    #[test]
    fn what_was_given_does_not_cut_what_is_said_of_it() {
        assert_eq!(
            said_of(&[
                "run",
                "--timeout",
                "a\n\nUsage: b\n\ntip: to pass",
                "g.wasm"
            ])
            .line,
            "invalid value 'a Usage: b tip: to pass' for '--timeout <DURATION>': write seconds, or \
             a number with a unit as in 500ms, 10s, 2m; try `winsock-async run --help`"
        );
        // The reason names the pattern once more.
        assert_eq!(
            said_of(&["run", "--allow", "a\n\nUsage: b", "g.wasm"]).line,
            "invalid value 'a Usage: b' for '--allow <PATTERN>': `a Usage: b` is neither a host \
             name nor an address; try `winsock-async run --help`"
        );
        assert_eq!(
            said_of(&["run", "--a\n\nFor more", "g.wasm"]).line,
            "unexpected argument '--a For more' found; try `winsock-async run --help`"
        );
    }
}
