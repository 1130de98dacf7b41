//! Signals: the exit status says which, and what the options ask for is written.

#![cfg(target_os = "linux")]

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use rustix::fs::{OFlags, fcntl_setfl};
use serde_json::Value;
use support::{Scratch, command, fill, guest, open_pipe};

const SCRIPT: &str = r#"rule = [{ host = "never.test", never = true }]"#;

/// The runner, which heeds all signals. A shell starts what runs in the background without SIGINT.
fn heeding() -> Command {
    let mut run = Command::new("env");
    run.env_clear()
        .envs(
            command()
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .arg("--default-signal")
        .arg(command().get_program());
    run
}

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.unwrap().success());
}

/// Starts a guest whose request is never answered, and returns when the request was made.
fn started(test: &str, options: &[&str], run: &mut Command) -> Child {
    let script = Scratch::new(test).file("script.toml", SCRIPT.as_bytes());
    let mut child = run
        .args(["run", "--script", &script, "--allow=*.test", "--log=info"])
        .args(options)
        .args([&guest("lookup"), "host:never.test"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().ends_with(" start on=Worker"));
    child
}

/// The lines that a child writes after those of the log.
fn rest(child: &mut Child) -> String {
    let mut text = String::new();
    let errors = child.stderr.as_mut().unwrap();
    errors.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_first_signal_writes_the_timeline_and_the_statistics() {
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let scratch = Scratch::empty(&format!("signal-{signal}"));
        let file = scratch.file("timeline.json", b"what was there");
        let options = ["--stats", "--timeline", &file];
        let mut child = started(&format!("signal-{signal}"), &options, &mut heeding());
        // Nothing is written before the end.
        assert_eq!(fs::read(&file).unwrap(), b"what was there");
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(status));
        let text = rest(&mut child);
        let pending = text.lines().find(|line| line.starts_with("  pending "));
        assert!(pending.is_some_and(|line| line.ends_with(" 1")), "{text}");
        let trace: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(trace["otherData"]["requests"], 1);
        assert_eq!(scratch.names(), ["script.toml", "timeline.json"]);
    }
}

#[test]
fn a_signal_ends_a_run_that_leaves_nothing() {
    let mut child = started("signal-plain", &[], &mut command());
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(rest(&mut child), "");
}

#[test]
fn a_killed_run_keeps_the_file_and_leaves_no_other() {
    let scratch = Scratch::empty("signal-kill");
    let file = scratch.file("timeline.json", b"what was there");
    let mut child = started("signal-kill", &["--timeline", &file], &mut command());
    send("KILL", &child);
    child.wait().unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"what was there");
    assert_eq!(scratch.names(), ["script.toml", "timeline.json"]);
}

/// Starts a run that writes a timeline of `requests` requests to this pipe, and returns when it has
/// begun to write.
fn writing(pipe: &mut File, path: &str, requests: usize) -> Child {
    let child = command()
        .args(["run", "--stats", "--timeline", path, &guest("lookup")])
        .args((0..requests).map(|i| format!("host:many-{i}.test")))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    pipe.read_exact(&mut [0]).unwrap();
    child
}

#[test]
fn one_signal_ends_a_run_whose_timeline_no_program_reads() {
    let path = Scratch::empty("signal-pipe").pipe("timeline.json");
    let mut pipe = open_pipe(&path);
    let mut child = writing(&mut pipe, &path, 1000);
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(rest(&mut child).contains("\n  pending "));
}

#[test]
fn one_signal_ends_a_run_whose_statistics_no_program_reads() {
    let scratch = Scratch::new("signal-stats");
    let script = scratch.file("script.toml", SCRIPT.as_bytes());
    let path = scratch.pipe("errors");
    let mut errors = open_pipe(&path);
    fill(&mut errors);
    let mut child = command()
        .args(["run", "--stats", "--script", &script, "--allow=*.test"])
        .args([&guest("lookup"), "proto:udp", "host:never.test"])
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .unwrap();
    // The guest runs, and waits for the second name.
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

// The reader takes 1 KiB at a time, so that the first signal alone writes all of it.
#[test]
fn a_second_signal_ends_a_run_that_is_being_written() {
    let path = Scratch::empty("signal-second").pipe("timeline.json");
    let mut pipe = open_pipe(&path);
    let mut child = writing(&mut pipe, &path, 10_000);
    let mut text = Vec::new();
    let mut part = [0; 1024];
    // Two that come together count as one.
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => send("TERM", &child),
        }
        let length = pipe.read(&mut part).unwrap();
        text.extend_from_slice(&part[..length]);
    };
    assert_eq!(status.code(), Some(143));
    fcntl_setfl(&pipe, OFlags::NONBLOCK).unwrap();
    while let Ok(length) = pipe.read(&mut part) {
        text.extend_from_slice(&part[..length]);
    }
    assert!(!text.ends_with(b"}\n"), "{} bytes", text.len());
}

// As nohup(1) starts programs.
#[test]
fn an_ignored_signal_stays_ignored() {
    let mut nohup = Command::new("sh");
    nohup
        .env_clear()
        .envs(
            command()
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(command().get_program());
    let mut child = started("signal-ignored", &[], &mut nohup);
    send("HUP", &child);
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
}
