//! The commands of this workspace; `cargo xtask --help` lists them.

#![forbid(unsafe_code)]

mod bench;
mod c_programs;
mod cargo;
mod circles;
mod clang;
mod demo;
mod foreign;
mod fuzz;
mod guests;
mod javascript;
mod machine;
mod models;
mod package;
mod process;
mod provider;
mod publish;
mod rules;
mod sdk;
mod sdk_names;
mod setup;
mod soak;
mod sources;
mod suite;
mod toolchain;
mod wit;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::process::say;
use crate::workspace::Workspace;

/// Sets up, builds, shows and tests this workspace.
///
/// Guests need a Rust toolchain for wasm32-wasip2. The SDK for C needs one for wasm32-wasip1, and
/// clang. A command installs what it needs: rustup's target, or Debian's packages if rustup cannot
/// fetch it and the user is root. WASI_SDK_PATH selects another clang than Debian's.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
enum Command {
    /// Builds all guest programs to target/guests/NAME.wasm, C programs to target/guests/c
    ///
    /// Builds the SDK and the provider first. Tests in C are compiled as C89, C99, C17 and C++17,
    /// each to NAME.STANDARD.wasm. Examples and tests in Rust are built as core modules too, to
    /// target/guests/core, with rustup's target wasm32-wasip1. Ordinary WASI programs, which open
    /// sockets, need rustup's target wasm32-wasip2. Guests in Python, JavaScript and Go need
    /// python3 with venv, npm, and a network once. The tests in JavaScript need the same, and
    /// Debian's Chromium. If one of these is missing, the command says so and succeeds.
    Guests,
    /// Builds the SDK for C programs to target/sdk
    ///
    /// The SDK has headers, the library, and files for CMake and pkg-config.
    Sdk,
    /// Builds one guest and the runner, looks up six things, then cancels a lookup
    ///
    /// Uses this machine's databases and no network. Fails if an outcome is not the expected one.
    Demo,
    /// Builds the guests, then runs every test and the models
    ///
    /// Fails if a test fails or none ran.
    Test {
        /// Arguments of `cargo test`, such as: -- --test NAME, or -- FILTER
        ///
        /// The second run of the engine, without wasmtime, gets them too. It is left out if they
        /// choose packages or targets.
        #[arg(last = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
    /// Runs the models of the engine with loom and with shuttle
    Models {
        /// Arguments of `cargo test`, such as: -- -- --exact NAME
        #[arg(last = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
    /// Lists the rules of docs/semantics.md with the tests that name them
    ///
    /// Fails if a rule has no test or two rows, or if a file names a rule that the document lacks.
    Rules {
        /// Rules to list, such as S-C3 [default: all]
        #[arg(value_name = "ID")]
        ids: Vec<String>,
    },
    /// Fails if modules of a crate import each other, directly or through others
    Circles,
    /// Packages every published crate, and builds each from its package
    ///
    /// Crates that depend on others are built with the packages of these. Needs no network once the
    /// dependencies are fetched.
    Package,
    /// Copies wit/, LICENSE and the tables into the packages that have them
    Wit,
    /// Fuzzes the engine and its parsers, and fails if a target finds a fault
    ///
    /// Needs rustup's nightly toolchain and a C++ compiler. If one is missing, the command says so
    /// and succeeds. It installs cargo-fuzz into target/.
    Fuzz {
        /// Seconds that each target runs
        #[arg(
            long,
            value_name = "N",
            default_value_t = 10,
            value_parser = clap::value_parser!(u32).range(1..)
        )]
        seconds: u32,
        /// Targets to run [default: all]
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// Builds the guests and runs the bench
    Bench {
        /// Arguments of the bench; `cargo xtask bench -- --help` lists them
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "ARGS"
        )]
        args: Vec<OsString>,
    },
    /// Builds the guests and runs the soak: random requests, cancels and ends of guests
    ///
    /// Runs ten million requests of 100 guests at a time by default. Fails if a request is lost or
    /// ends twice, or if memory or threads grow.
    Soak {
        /// Arguments of the soak, such as: --requests N --guests G --seed S; `-- --help` lists them
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "ARGS"
        )]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match command {
        Command::Guests => {
            let toolchain = guests::build(&workspace)?;
            c_programs::build(&workspace, toolchain)?;
        }
        Command::Sdk => {
            let _lock = publish::lock(&workspace, say)?;
            sdk::build(&workspace, None)?;
        }
        Command::Demo => demo::run(&workspace)?,
        Command::Test { args } => suite::run(&workspace, &args)?,
        Command::Models { args } => {
            models::run(&workspace, &args)?;
        }
        Command::Rules { ids } => rules::run(&workspace, &ids)?,
        Command::Circles => circles::run(&workspace)?,
        Command::Package => package::run(&workspace)?,
        Command::Wit => wit::run(&workspace)?,
        Command::Fuzz { seconds, targets } => fuzz::run(&workspace, seconds, &targets)?,
        Command::Bench { args } => return bench::run(&workspace, &args),
        Command::Soak { args } => return soak::run(&workspace, &args),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Command {
        Arguments::try_parse_from(line.split(' '))
            .expect(line)
            .command
    }

    #[test]
    fn arguments_are_passed_on_as_they_are() {
        let args = |list: &[&str]| list.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            parse("xtask test -- --test session -- --nocapture"),
            Command::Test {
                args: args(&["--test", "session", "--", "--nocapture"])
            }
        );
        let ids = |ids: &[&str]| ids.iter().map(|id| id.to_string()).collect();
        assert_eq!(
            parse("xtask rules S-A1 S-A2"),
            Command::Rules {
                ids: ids(&["S-A1", "S-A2"])
            }
        );
        assert_eq!(parse("xtask test"), Command::Test { args: Vec::new() });
        assert_eq!(
            parse("xtask bench --runs 3 cancel"),
            Command::Bench {
                args: args(&["--runs", "3", "cancel"])
            }
        );
        assert_eq!(
            parse("xtask bench -- --help"),
            Command::Bench {
                args: args(&["--help"])
            }
        );
        assert_eq!(
            parse("xtask soak --requests 1000 --guests 2"),
            Command::Soak {
                args: args(&["--requests", "1000", "--guests", "2"])
            }
        );
    }

    #[test]
    fn fuzzing_takes_ten_seconds_per_target_by_default() {
        assert_eq!(
            parse("xtask fuzz"),
            Command::Fuzz {
                seconds: 10,
                targets: Vec::new()
            }
        );
        assert_eq!(
            parse("xtask fuzz --seconds 3 hosts session"),
            Command::Fuzz {
                seconds: 3,
                targets: vec!["hosts".into(), "session".into()]
            }
        );
    }

    #[test]
    fn unknown_words_are_refused() {
        for line in [
            "xtask",
            "xtask nonsense",
            "xtask guests more",
            "xtask sdk more",
            // libFuzzer would take 0 seconds for no limit.
            "xtask fuzz --seconds 0",
            "xtask test more",
        ] {
            assert!(
                Arguments::try_parse_from(line.split(' ')).is_err(),
                "{line}"
            );
        }
    }

    #[test]
    fn command_line_is_consistent() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }
}
