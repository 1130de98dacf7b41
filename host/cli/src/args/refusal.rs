//! Clap's errors of a wrong command line, in one line and without the usage.

use std::error::Error as _;
use std::ffi::OsString;

use anyhow::{Error, anyhow};
use clap::error::{ContextValue, ErrorKind};

use crate::error::one_line;

/// Turns clap's error into one of a single line that ends with the command for help. `args` is the
/// command line.
pub(crate) fn refusal(error: clap::Error, args: &[OsString]) -> Error {
    let command = match args.get(1) {
        Some(name) if name == "compile" => "compile",
        Some(name) if name == "compose" => "compose",
        _ => "run",
    };
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return anyhow!("no command is given; try `winsock-async --help`");
        }
        ErrorKind::MissingRequiredArgument if command == "compose" => {
            return anyhow!(
                "no guest or no output is given; try `winsock-async compose GUEST.wasm -o OUT.wasm`"
            );
        }
        // The guest is the only argument that is required.
        ErrorKind::MissingRequiredArgument => {
            return anyhow!("no guest is given; try `winsock-async {command} GUEST.wasm`");
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
    anyhow!("{said}; try `winsock-async {command} --help`")
}

/// Clap's text, in which blank lines separate parts and nothing else. For that, each value that the
/// user typed is put on one line first.
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

/// Removes clap's advice to write `-- --option`, which would make the option the guest's file.
fn without_dashes_tip(part: &str) -> String {
    part.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("tip: to pass"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::Cli;
    use crate::error;

    #[track_caller]
    fn assert_refused(args: &[&str], line: &str) {
        let args: Vec<_> = ["winsock-async"]
            .iter()
            .chain(args)
            .map(Into::into)
            .collect();
        let error = Cli::try_parse_from(&args).unwrap_err();
        let refusal = super::refusal(error, &args);
        assert_eq!(refusal.to_string(), line);
        assert_eq!(error::status(&refusal), 2);
    }

    #[test]
    fn a_wrong_command_line_is_one_line_without_the_usage() {
        assert_refused(
            &["run", "--allow-al", "g.wasm"],
            "unexpected argument '--allow-al' found; tip: a similar argument exists: \
             '--allow-all'; try `winsock-async run --help`",
        );
        assert_refused(
            &["run"],
            "no guest is given; try `winsock-async run GUEST.wasm`",
        );
        assert_refused(
            &["run", "--xyzzy", "g.wasm"],
            "unexpected argument '--xyzzy' found; try `winsock-async run --help`",
        );
        for given in [
            &["compose"][..],
            &["compose", "g.wasm"],
            &["compose", "-o", "o.wasm"],
        ] {
            assert_refused(
                given,
                "no guest or no output is given; \
                 try `winsock-async compose GUEST.wasm -o OUT.wasm`",
            );
        }
        assert_refused(
            &["compose", "--stats", "g.wasm", "-o", "o.wasm"],
            "unexpected argument '--stats' found; try `winsock-async compose --help`",
        );
        assert_refused(
            &["run", "--no-winsock-async compose", "g.wasm"],
            "unexpected argument '--no-winsock-async compose' found; \
             try `winsock-async run --help`",
        );
        assert_refused(&[], "no command is given; try `winsock-async --help`");
    }

    #[test]
    fn a_value_with_headings_of_clap_does_not_cut_the_message() {
        assert_refused(
            &[
                "run",
                "--timeout",
                "a\n\nUsage: b\n\ntip: to pass",
                "g.wasm",
            ],
            "invalid value 'a Usage: b tip: to pass' for '--timeout <DURATION>': write seconds, or \
             a number with a unit as in 500ms, 10s, 2m; try `winsock-async run --help`",
        );
        // The reason names the pattern once more.
        assert_refused(
            &["run", "--allow", "a\n\nUsage: b", "g.wasm"],
            "invalid value 'a Usage: b' for '--allow <PATTERN>': `a\\n\\nUsage: b` is neither a \
             host name nor an address; try `winsock-async run --help`",
        );
        assert_refused(
            &["run", "--a\n\nFor more", "g.wasm"],
            "unexpected argument '--a For more' found; try `winsock-async run --help`",
        );
    }
}
