//! `cargo xtask demo`: a guest makes the six kinds of lookups, and cancels a seventh.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::cargo;
use crate::guests;
use crate::process::{self, say};
use crate::workspace::Workspace;

/// One query of each kind. Every machine can answer them without a network.
const QUERIES: [&str; 6] = [
    "host:localhost",
    "addr:127.0.0.1",
    "serv:http/tcp",
    "port:53/udp",
    "proto:udp",
    "protonum:6",
];

/// A name that `examples/never.toml` never answers.
const NEVER: &str = "host:never.test";

/// The time limit of a guest, which takes under a second.
const LIMIT: Duration = Duration::from_secs(60);

/// The steps, each with the time of a first run on a machine with two processors.
const STEPS: [(&str, &str); 4] = [
    (
        "Set up the target wasm32-wasip2 for guests",
        "seconds, or a minute to install them",
    ),
    ("Build the guest `lookup`", "about half a minute"),
    (
        "Build the runner: 340 crates, among them wasmtime",
        "about five minutes",
    ),
    ("Run the guest twice", "two seconds"),
];

/// Sets up, builds, and shows the lookups. Fails if an outcome is not the expected one.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    say("The demo takes four steps; the times are for two idle processors and the first run.");
    let toolchain = step(0, guests::set_up)?;
    step(1, || guests::build_example(workspace, toolchain, "lookup"))?;
    let runner = step(2, || {
        // With the features of the whole workspace, so that the tests compile no dependency again.
        let runner = cargo::program(workspace, &["--workspace"], "winsock-async")?;
        say(&format!("  {}", workspace.relative(&runner).display()));
        Ok(runner)
    })?;
    step(3, || show_both(workspace, &runner))?;
    say("\nDone: six answers, and one request cancelled, for which status 1 is right.");
    Ok(())
}

/// Announces a step, runs it, then says how long it took and what remains.
fn step<T>(number: usize, act: impl FnOnce() -> Result<T>) -> Result<T> {
    let ((what, time), all) = (STEPS[number], STEPS.len());
    say(&format!("\n== {}/{all} {what} ({time})", number + 1));
    let start = Instant::now();
    let result = act()?;
    let seconds = start.elapsed().as_secs_f64();
    let left: Vec<&str> = STEPS[number + 1..].iter().map(|(what, _)| *what).collect();
    let left = if left.is_empty() {
        String::new()
    } else {
        format!("; next: {}", left.join(", then: "))
    };
    say(&format!("   took {seconds:.1} s{left}"));
    Ok(result)
}

/// Runs the guest with each of the two sets of queries.
fn show_both(workspace: &Workspace, runner: &Path) -> Result<()> {
    say("\n== A guest asks all six kinds at once, of this machine's own databases");
    let allow = ["--allow", "localhost", "--allow", "127.0.0.1"];
    let output = show(workspace, runner, &allow, &QUERIES)?;
    shows(six_answers(&output))?;

    say("\n== A guest asks for a name that never answers, and cancels the request after 500 ms");
    let script = ["--script", "examples/never.toml", "--allow", "never.test"];
    let output = show(workspace, runner, &script, &["--timeout", "500", NEVER])?;
    shows(one_cancelled(&output))
}

/// Adds to an error that the demo failed.
fn shows(part: Result<(), String>) -> Result<()> {
    part.map_err(|what| anyhow!("the demo has a wrong outcome: {what}"))
}

/// The outcome of a run.
struct Output {
    /// The exit status, unless a signal ended the runner.
    code: Option<i32>,
    /// The lines of standard output.
    lines: Vec<String>,
}

/// Runs the guest `lookup` and shows the command line, the output and the status.
fn show(workspace: &Workspace, runner: &Path, options: &[&str], args: &[&str]) -> Result<Output> {
    let guest = workspace.guests().join("lookup.wasm");
    let complete = |program: &Path| {
        let mut command = Command::new(program);
        command
            .current_dir(workspace.root())
            .arg("run")
            .args(options);
        command.arg(workspace.relative(&guest)).args(args);
        command
    };
    say(&format!(
        "$ {}",
        process::typed(&complete(workspace.relative(runner)))
    ));
    let mut lines = Vec::new();
    let status = process::each_line(&mut complete(runner), Some(LIMIT), |line| {
        say(line);
        lines.push(line.to_owned());
    })?;
    say(&format!("({status})"));
    Ok(Output {
        code: status.code(),
        lines,
    })
}

/// Checks the outcome of the six lookups.
fn six_answers(output: &Output) -> Result<(), String> {
    for query in QUERIES {
        answer(output, query)?;
    }
    status(output, 0)
}

/// Checks the outcome of the cancelled lookup.
fn one_cancelled(output: &Output) -> Result<(), String> {
    if !answer(output, NEVER)?.contains("cancelled") {
        return Err(format!("{NEVER} was not cancelled"));
    }
    status(output, 1)
}

/// What follows the query in its line. Fails unless there is exactly one line.
fn answer<'a>(output: &'a Output, query: &str) -> Result<&'a str, String> {
    let rest = |line: &'a String| {
        let rest = line.strip_prefix(query)?;
        rest.starts_with([' ', '\t', ':'])
            .then(|| rest.trim_start_matches([' ', '\t', ':']))
    };
    let answers: Vec<&str> = output.lines.iter().filter_map(rest).collect();
    match answers[..] {
        [answer] if !answer.is_empty() => Ok(answer),
        [_] => Err(format!("the line of {query} says nothing")),
        _ => Err(format!("{query} has {} lines, not one", answers.len())),
    }
}

fn status(output: &Output, expected: i32) -> Result<(), String> {
    match output.code {
        Some(code) if code == expected => Ok(()),
        Some(code) => Err(format!("the status is {code}, not {expected}")),
        None => Err(format!(
            "the runner was killed, status {expected} was expected"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(code: i32, lines: &[&str]) -> Output {
        Output {
            code: Some(code),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    fn six() -> Vec<String> {
        QUERIES
            .iter()
            .rev()
            .map(|query| format!("{query} an answer"))
            .collect()
    }

    #[test]
    fn six_lines_and_status_0_are_right() {
        let lines = six();
        six_answers(&Output {
            code: Some(0),
            lines: lines.clone(),
        })
        .unwrap();
        let error = six_answers(&Output {
            code: Some(1),
            lines: lines.clone(),
        })
        .unwrap_err();
        assert_eq!(error, "the status is 1, not 0");
        assert!(six_answers(&Output { code: None, lines }).is_err());
    }

    #[test]
    fn missing_empty_or_repeated_line_is_wrong() {
        let wrong = |spoil: fn(&mut Vec<String>)| {
            let mut lines = six();
            spoil(&mut lines);
            six_answers(&Output {
                code: Some(0),
                lines,
            })
            .unwrap_err()
        };
        assert_eq!(
            wrong(|lines| drop(lines.pop())),
            "host:localhost has 0 lines, not one"
        );
        assert_eq!(
            wrong(|lines| lines[5] = "host:localhost  ".into()),
            "the line of host:localhost says nothing"
        );
        assert_eq!(
            wrong(|lines| lines.push(lines[0].clone())),
            "protonum:6 has 2 lines, not one"
        );
    }

    #[test]
    fn a_cancelled_request_and_status_1_are_right() {
        let cancelled = "host:never.test: cancelled after 500 ms";
        one_cancelled(&output(1, &[cancelled])).unwrap();
        assert!(one_cancelled(&output(0, &[cancelled])).is_err());
        assert!(one_cancelled(&output(1, &["host:never.test: WSAEACCES (10013)"])).is_err());
        assert!(one_cancelled(&output(1, &[])).is_err());
    }
}
