//! Runs other programs.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::iter;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use wait_timeout::ChildExt;

/// Runs a command within a time limit. Fails if the command fails. Its standard input is empty.
pub(crate) fn check_within(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = spawn(command.stdin(Stdio::null()))?;
    let status = wait(command, &mut child, limit, limit)?;
    succeeded(command, status)
}

/// Runs a command, and passes each line of its standard output to `each` as it comes. `None` is no
/// time limit.
pub(crate) fn each_line(
    command: &mut Command,
    limit: Option<Duration>,
    mut each: impl FnMut(&str),
) -> Result<ExitStatus> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = child.stdout.take().expect("standard output is a pipe");
    let (sender, lines) = mpsc::sync_channel(64);
    // A separate thread reads, so that the limit holds while the program writes nothing. This
    // function does not join the thread, because a child of a stopped program may keep the pipe
    // open.
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line);
            if sender
                .send(text.trim_end_matches(['\r', '\n']).to_owned())
                .is_err()
            {
                break;
            }
            line.clear();
        }
    });
    let Some(limit) = limit else {
        lines.iter().for_each(|line| each(&line));
        return child.wait().with_context(|| cannot_run(command));
    };
    let end = Instant::now() + limit;
    let left = || end.saturating_duration_since(Instant::now());
    // The loop checks the time for each line, because a receive with no time left still returns a
    // waiting line.
    while !left().is_zero() {
        match lines.recv_timeout(left()) {
            Ok(line) => each(&line),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => return Err(stop(command, &mut child, limit)),
        }
    }
    wait(command, &mut child, left(), limit)
}

/// Runs a command and returns its status and output. Its standard input is empty.
pub(crate) fn captured(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output();
    output.with_context(|| cannot_run(command))
}

/// Runs a command and returns its exit status.
pub(crate) fn exit_code(command: &mut Command) -> Result<ExitCode> {
    let status = spawn(command)?
        .wait()
        .with_context(|| cannot_run(command))?;
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Ok(code.into()),
        None => bail!("`{}` failed ({status})", typed(command)),
    }
}

/// Prints a line and flushes it. A closed standard output is no error.
pub(crate) fn say(line: &str) {
    let mut output = io::stdout().lock();
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

/// The command line, quoted for a shell. The path of cargo is shortened to its name.
pub(crate) fn typed(command: &Command) -> String {
    let program = command.get_program();
    let name = Path::new(program)
        .file_stem()
        .filter(|name| *name == "cargo");
    let words = iter::once(name.unwrap_or(program)).chain(command.get_args());
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// Fails unless the status is success.
pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "`{}` failed ({status})", typed(command));
    Ok(())
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| cannot_run(command))
}

/// Waits for the time that is left of the limit, then stops the child.
fn wait(
    command: &Command,
    child: &mut Child,
    left: Duration,
    limit: Duration,
) -> Result<ExitStatus> {
    match child
        .wait_timeout(left)
        .with_context(|| cannot_run(command))?
    {
        Some(status) => Ok(status),
        None => Err(stop(command, child, limit)),
    }
}

fn stop(command: &Command, child: &mut Child, limit: Duration) -> Error {
    // Both fail only if the child has just ended by itself.
    let _ = child.kill();
    let _ = child.wait();
    let seconds = limit.as_secs();
    anyhow!("`{}` did not end within {seconds} s", typed(command))
}

fn cannot_run(command: &Command) -> String {
    format!(
        "`{}` cannot be run",
        command.get_program().to_string_lossy()
    )
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+=:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn lines_come_one_by_one_with_the_status() {
        let mut seen = Vec::new();
        for limit in [None, Some(Duration::from_secs(3600))] {
            let mut command = shell(r"printf 'a\r\n\nlast'; exit 3");
            let status = each_line(&mut command, limit, |line| seen.push(line.to_owned()));
            assert_eq!(status.unwrap().code(), Some(3));
            assert_eq!(seen, ["a", "", "last"]);
            seen.clear();
        }
    }

    #[test]
    fn command_that_exceeds_its_time_limit_is_stopped() {
        // None ends by itself: one writes nothing, one closes its output, one never stops writing.
        let endless = "while :; do echo; done";
        for script in ["exec sleep 1000000", "exec sleep 1000000 >&-", endless] {
            let limit = Duration::from_millis(50);
            let error = each_line(&mut shell(script), Some(limit), |_| ()).unwrap_err();
            assert!(
                error.to_string().contains("did not end within 0 s"),
                "{error}"
            );
            let mut unread = shell(script);
            let error = check_within(unread.stdout(Stdio::null()), limit).unwrap_err();
            assert!(
                error.to_string().contains("did not end within 0 s"),
                "{error}"
            );
        }
    }

    #[test]
    fn failures_are_told_apart() {
        let check = |command: &mut Command| check_within(command, Duration::from_secs(3600));
        let error = check(&mut shell("exit 7")).unwrap_err().to_string();
        assert_eq!(error, "`sh -c 'exit 7'` failed (exit status: 7)");
        let error = check(&mut Command::new("./no-such-program")).unwrap_err();
        let error = format!("{error:#}");
        let expected = "`./no-such-program` cannot be run: ";
        assert!(error.starts_with(expected), "{error}");
        check(&mut shell("exit 0")).unwrap();
    }

    #[test]
    fn a_command_line_can_be_typed_again() {
        let mut command = Command::new("target/debug/winsock-async");
        command.args(["--allow", "*.test", "host:a b", "it's", "", "port:53/udp"]);
        assert_eq!(
            typed(&command),
            r"target/debug/winsock-async --allow '*.test' 'host:a b' 'it'\''s' '' port:53/udp"
        );
    }
}
