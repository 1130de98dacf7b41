//! The log: what `--log` or RUST_LOG asks for, on standard error.

use std::env;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::time;

use crate::error::Failure;

/// The variable that says what is logged where `--log` does not.
const VARIABLE: &str = "RUST_LOG";

/// How much of the lookups is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(LevelFilter);

impl FromStr for Level {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Level, Self::Err> {
        match text {
            "error" | "warn" | "info" | "debug" | "trace" => {
                text.parse().map(Level).map_err(|_| "it is no level")
            }
            _ => Err("write error, warn, info, debug or trace"),
        }
    }
}

/// Begins to log, if anything asks for it.
pub fn start(level: Option<Level>) -> Result<(), Failure> {
    let Some(filter) = filter(level, env::var(VARIABLE).ok())? else {
        return Ok(());
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_timer(time::uptime())
        .with_target(false)
        // Where standard error is closed, nobody reads that either.
        .log_internal_errors(false)
        .init();
    Ok(())
}

/// The option is for the lookups alone; the variable can name whatever logs in this process.
fn filter(level: Option<Level>, variable: Option<String>) -> Result<Option<EnvFilter>, Failure> {
    let directives = match (level, variable) {
        (Some(Level(level)), _) => format!("winsock_async={level}"),
        (None, Some(variable)) if !variable.is_empty() => variable,
        (None, _) => return Ok(None),
    };
    EnvFilter::try_new(&directives)
        .map(Some)
        .map_err(|error| Failure::unusable(format_args!("{VARIABLE}={directives}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_wins_over_the_variable() {
        let text = |level: Option<&str>, variable: Option<&str>| {
            let level = level.map(|level| level.parse().unwrap());
            let filter = filter(level, variable.map(Into::into)).unwrap();
            filter.map(|filter| filter.to_string())
        };
        assert_eq!(text(None, None), None);
        assert_eq!(text(None, Some("")), None);
        assert_eq!(text(None, Some("warn")).as_deref(), Some("warn"));
        let debug = Some("winsock_async=debug");
        assert_eq!(text(Some("debug"), Some("warn")).as_deref(), debug);
    }

    #[test]
    fn what_is_no_level_or_filter_is_refused() {
        for wrong in ["", "loud", "Info", "off", "winsock_async=debug"] {
            assert!(wrong.parse::<Level>().is_err(), "{wrong}");
        }
        assert!(filter(None, Some("a=b=c".into())).is_err());
    }
}
