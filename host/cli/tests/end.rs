//! The runner's status for each end of a guest, and `--help`.

mod support;

use std::process::{Output, Stdio};
use std::{fs, io};

use support::{Scratch, command, component, runner, with_enough_time};

/// A command component that waits for an hour.
const SLEEPER: &str = r#"(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $outer))
    (export "pollable" (type $pollable (eq $outer)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core module $m
    (import "" "block" (func $block (param i32)))
    (import "" "subscribe" (func $subscribe (param i64) (result i32)))
    (func (export "run") (result i32)
      (call $block (call $subscribe (i64.const 3600000000000)))
      (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance
    (export "block" (func $block))
    (export "subscribe" (func $subscribe))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))"#;

/// A command component that exits with status 7.
const EXITER: &str = r#"(component
  (import "wasi:cli/exit@0.2.12" (instance $exit
    (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $exit (canon lower (func $exit "exit-with-code")))
  (core module $m
    (import "" "exit" (func $exit (param i32)))
    (func (export "run") (result i32) (call $exit (i32.const 7)) (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance (export "exit" (func $exit))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))"#;

/// A command component that writes without end to the stream that replaces STREAM.
const WRITER: &str = r#"(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $outer))
    (export "error" (type $error (eq $outer)))
    (type $stream-error (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $failure (eq $stream-error)))
    (export "output-stream" (type $stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $stream)) (param "contents" (list u8))
      (result (result (error $failure)))))))
  (alias export $streams "output-stream" (type $stream))
  (import "wasi:cli/STREAM@0.2.0" (instance $STREAM
    (alias outer 1 $stream (type $outer))
    (export "output-stream" (type $stream (eq $outer)))
    (export "get-STREAM" (func (result (own $stream))))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $write (canon lower
    (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $memory "memory"))))
  (core func $get (canon lower (func $STREAM "get-STREAM")))
  (core module $m
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (import "" "get" (func $get (result i32)))
    (func (export "run") (result i32) (local $stream i32)
      (local.set $stream (call $get))
      (loop
        (call $write (local.get $stream) (i32.const 16) (i32.const 4096) (i32.const 0))
        (br 0))
      (i32.const 0)))
  (core instance $i (instantiate $m (with "" (instance
    (export "write" (func $write))
    (export "get" (func $get))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports)))"#;

fn run(name: &str, text: &str, options: &[&str]) -> Output {
    let guest = Scratch::new(name).wat("guest.wasm", text);
    runner(&[&["run"], options, &[&guest]].concat())
}

#[track_caller]
fn assert_ends(output: Output, status: i32, stderr: &str) {
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{text}");
    match stderr {
        "" => assert_eq!(text, ""),
        _ => {
            assert!(text.contains(stderr), "no {stderr:?} in {text:?}");
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(text.starts_with("winsock-async: "), "{text}");
        }
    }
}

#[test]
fn the_runner_has_the_status_of_the_guest() {
    assert_ends(run("success", &component("i32.const 0"), &[]), 0, "");
    assert_ends(run("failure", &component("i32.const 1"), &[]), 1, "");
    assert_ends(run("exit", EXITER, &[]), 7, "");
    assert_ends(run("exit-timed", EXITER, &["--timeout", "1h"]), 7, "");
}

#[test]
fn a_trap_is_reported_in_one_line_with_the_function() {
    let output = run("trap", &component("unreachable"), &[]);
    assert_ends(
        output,
        134,
        "guest.wasm trapped: wasm trap: wasm `unreachable` instruction",
    );
    let output = run("trap-name", &component("unreachable"), &[]);
    assert_ends(output, 134, "in inner");
}

#[test]
fn a_guest_that_computes_without_end_is_stopped() {
    let output = run(
        "loop",
        &component("(loop (br 0)) i32.const 0"),
        &["--timeout", "100ms"],
    );
    assert_ends(
        output,
        124,
        "guest.wasm was stopped: it ran longer than --timeout 100ms\n",
    );
}

#[test]
fn a_guest_that_waits_is_stopped() {
    let output = run("sleep", SLEEPER, &["--timeout", "0.1"]);
    assert_ends(
        output,
        124,
        "guest.wasm was stopped: it ran longer than --timeout 100ms\n",
    );
}

#[test]
fn a_guest_whose_call_blocks_is_stopped() {
    for stream in ["stdout", "stderr"] {
        let guest = Scratch::new(stream).wat("guest.wasm", &WRITER.replace("STREAM", stream));
        let timeline = Scratch::new(stream).path("timeline.svg");
        let stopped = |ms| {
            let mut child = command()
                .args(["run", "--timeout", &format!("{ms}ms"), "--timeline"])
                .args([&timeline, &guest])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // Nothing reads the pipes: if the guest were not stopped, the test would not end.
            assert_eq!(child.wait().unwrap().code(), Some(124), "{stream}");
            let picture = fs::read_to_string(&timeline).unwrap();
            assert!(picture.contains("No requests") && picture.ends_with("</svg>"));
            child.stderr.unwrap()
        };
        if stream == "stderr" {
            stopped(100);
            continue;
        }
        let text = |ms| io::read_to_string(stopped(ms)).unwrap();
        // The guest first has to fill the pipe.
        let text = with_enough_time(text, |text| text.contains(", in a call to the host"));
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("it ran longer than --timeout "), "{text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_timed_out_guest_is_stopped_although_no_program_reads_its_timeline() {
    let blocked = WRITER.replace("STREAM", "stdout");
    for (name, text) in [("full-sleep", SLEEPER), ("full-write", &blocked)] {
        let scratch = Scratch::new(name);
        let path = scratch.pipe("timeline.svg");
        let mut pipe = support::open_pipe(&path);
        support::fill(&mut pipe);
        let mut child = command()
            .args(["run", "--timeout=100ms", "--stats", "--timeline", &path])
            .arg(scratch.wat("guest.wasm", text))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(124), "{name}");
        let text = io::read_to_string(child.stderr.unwrap()).unwrap();
        assert!(
            text.contains(" was stopped: ") && text.contains("pending"),
            "{text}"
        );
        drop(pipe);
    }
}

#[test]
fn statistics_are_written_however_the_guest_ends() {
    let endless = component("(loop (br 0)) i32.const 0");
    for (name, text, timeout, status) in [
        ("stats-success", &component("i32.const 0"), "1h", 0),
        ("stats-trap", &component("unreachable"), "1h", 134),
        ("stats-loop", &endless, "200ms", 124),
        ("stats-exit", &EXITER.to_owned(), "1h", 7),
    ] {
        let output = run(name, text, &["--stats", "--timeout", timeout]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{text}");
        for word in [
            "requests ",
            "completed ",
            "cancelled ",
            "denied ",
            "99th percentile ",
            "workers ",
        ] {
            assert_eq!(text.matches(word).count(), 1, "{word} in {text}");
        }
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    for (args, said) in [
        (&["--help"][..], "Exit status:"),
        (
            &["run", "--help"],
            "winsock-async run [OPTIONS] GUEST.wasm [ARGS...]",
        ),
        (&["--version"], "winsock-async 0.1.0"),
    ] {
        let output = runner(args);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && text.contains(said),
            "{args:?}: {text}"
        );
    }
    let help = String::from_utf8(runner(&["run", "--help"]).stdout).unwrap();
    for option in [
        "--allow",
        "--allow-all",
        "--hosts",
        "--script",
        "--workers",
        "--max-requests",
        "--timeout",
        "--env",
        "--dir",
        "--stats",
        "--timeline",
        "--log",
    ] {
        assert!(help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")));
    }
}
