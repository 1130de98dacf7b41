//! Machines without room: one line and status 2, or a run.

#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use support::{Scratch, command, guest};

/// A user with no processes: the limit of threads counts all that a user has.
const USER: &str = "54321";

/// Looks a service and a host up under a limit that prlimit(1) sets.
fn limited(run: &mut Command, test: &str, limit: &str, options: &[&str]) -> Output {
    let scratch = Scratch::new(test);
    let hosts = scratch.file("hosts", b"192.0.2.1 a.test\n");
    let home = scratch.path("home");
    fs::create_dir_all(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o777)).unwrap();
    run.args(["prlimit", limit]).arg(command().get_program());
    run.args(["run", "--hosts", &hosts, "--allow-all", "--allow-private"]);
    run.args(options);
    run.args([&guest("lookup"), "serv:http/tcp", "host:a.test"]);
    run.env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .output()
        .unwrap()
}

/// Whether the run succeeded. If not, it wrote one line.
#[track_caller]
fn has_run(limit: &str, output: &Output) -> bool {
    let text = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => true,
        Some(2) => {
            assert_eq!(text.lines().count(), 1, "{limit}: {text}");
            assert!(text.starts_with("winsock-async: "), "{limit}: {text}");
            false
        }
        _ => panic!("{limit}: {output:?}"),
    }
}

#[test]
fn with_few_descriptors_a_run_succeeds_or_ends_with_one_line() {
    let mut runs = Vec::new();
    for files in 4..=24 {
        let limit = format!("--nofile={files}");
        let output = limited(&mut Command::new("env"), "room-files", &limit, &[]);
        runs.push(has_run(&limit, &output));
    }
    // The fewest are too few, and those of a small run suffice.
    assert_eq!((runs.first(), runs.last()), (Some(&false), Some(&true)));
}

// The signal SIGXFSZ would end the runner without a line.
#[test]
fn with_a_limit_on_file_size_the_write_fails_and_the_old_file_stays() {
    let scratch = Scratch::empty("room-size");
    let file = scratch.file("a.json", b"what was there");
    let output = Command::new("prlimit")
        .arg("--fsize=1000000")
        .arg(command().get_program())
        .args(["run", "--timeline", &file, &guest("lookup")])
        .args((0..10_000).map(|i| format!("host:many-{i}.test")))
        .env_clear()
        .env("HOME", scratch.path("home"))
        .output()
        .unwrap();
    // Each request is denied.
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    let last = text.lines().last();
    let line = format!("winsock-async: --timeline {file}: File too large (os error 27)");
    assert_eq!(last, Some(&*line));
    assert_eq!(fs::read(&file).unwrap(), b"what was there");
    assert!(!scratch.names().iter().any(|name| name.starts_with('.')));
}

#[test]
fn with_little_address_space_a_run_succeeds_or_ends_with_one_line() {
    // The program itself takes 54 MB: with less, the system ends it before it runs.
    for (mib, runs) in [
        (80_u64, false),
        (100, false),
        (500, false),
        (2048, true),
        (8192, true),
    ] {
        let limit = format!("--as={}", mib << 20);
        let output = limited(
            &mut Command::new("env"),
            "room-memory",
            &limit,
            &["--no-cache"],
        );
        let has_run = has_run(&limit, &output);
        assert_eq!(has_run, runs, "{limit}: {output:?}");
    }
}

// Root has no such limit: the run is another user's then.
#[test]
fn with_few_threads_a_run_succeeds_or_ends_with_one_line() {
    let user = || {
        let mut user = Command::new("setpriv");
        user.args(["--reuid", USER, "--regid", USER, "--clear-groups"]);
        user
    };
    let may = user()
        .arg(command().get_program())
        .arg("--version")
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: only root can run the runner as another user");
        return;
    }
    let mut runs = Vec::new();
    for threads in (1..=12).chain([100]) {
        let limit = format!("--nproc={threads}");
        let output = limited(&mut user(), "room-threads", &limit, &[]);
        runs.push(has_run(&limit, &output));
    }
    assert_eq!((runs.first(), runs.last()), (Some(&false), Some(&true)));
}
