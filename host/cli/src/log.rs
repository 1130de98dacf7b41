//! `--log` and RUST_LOG: the log on standard error.

use std::env;
use std::io::{self, IsTerminal};
use std::str::FromStr;

use anyhow::{Context, Result};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::time;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{fmt, registry};

/// The environment variable that selects what to log if `--log` is not given.
const VARIABLE: &str = "RUST_LOG";

/// The least severe level to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level(LevelFilter);

impl FromStr for Level {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Level, Self::Err> {
        match text {
            "error" | "warn" | "info" | "debug" | "trace" => {
                text.parse().map(Level).map_err(|_| "this is not a level")
            }
            _ => Err("write error, warn, info, debug or trace"),
        }
    }
}

/// Starts the log, if `--log` or RUST_LOG asks for one.
///
/// # Errors
/// If RUST_LOG is malformed.
pub(crate) fn start(level: Option<Level>) -> Result<()> {
    let Some(filter) = filter(level, env::var(VARIABLE).ok())? else {
        return Ok(());
    };
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_timer(time::uptime())
        .with_target(false)
        // These errors would go to standard error, to which writing has failed.
        .log_internal_errors(false);
    registry().with(filter).with(lines).init();
    Ok(())
}

/// What to log: the lookups and the runner at `level`, or the targets in `variable`.
fn filter(level: Option<Level>, variable: Option<String>) -> Result<Option<Targets>> {
    let directives = match (level, variable) {
        (Some(Level(level)), _) => format!("winsock_async={level}"),
        (None, Some(variable)) if !variable.is_empty() => variable,
        (None, _) => return Ok(None),
    };
    let targets = directives.parse();
    targets
        .map(Some)
        .with_context(|| format!("{VARIABLE}={directives}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_takes_precedence_over_the_variable() {
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
    fn a_malformed_level_or_filter_is_refused() {
        for wrong in ["", "loud", "Info", "off", "winsock_async=debug"] {
            assert!(wrong.parse::<Level>().is_err(), "{wrong}");
        }
        assert!(filter(None, Some("a=b=c".into())).is_err());
    }
}
