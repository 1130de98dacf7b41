//! Helpers that the runner's tests share.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The runner, with an environment that has only a home. All tests share the home, and so the cache
/// of compiled guests.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_winsock-async"));
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home");
    command.env_clear().env("HOME", home);
    command
}

/// Runs the runner to its end, with nothing to read.
pub(crate) fn runner(args: &[&str]) -> Output {
    command().args(args).output().unwrap()
}

/// Runs the runner, which refuses to start, and returns its one line without the prefix.
pub(crate) fn refused(args: &[&str]) -> String {
    let output = runner(args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
    assert_eq!(output.stdout, b"", "{args:?}");
    let line = text.strip_suffix('\n').unwrap();
    assert_eq!(line.lines().count(), 1, "{args:?}: {text}");
    line.strip_prefix("winsock-async: ").unwrap().to_owned()
}

/// Asserts that a line has each of these parts.
#[track_caller]
pub(crate) fn assert_has(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "no {part:?} in {line:?}");
    }
}

/// Runs a guest with a time-out of 100 ms. While the guest has not `reached` the situation under
/// test, runs it again with twice the time: a busy machine needs longer.
pub(crate) fn with_enough_time<T>(run: impl Fn(u64) -> T, reached: impl Fn(&T) -> bool) -> T {
    let mut runs = (0..12).map(|doubled| run(100 << doubled));
    runs.find(reached).expect("it takes less than 200 s")
}

/// The path of an example guest, or of a guest for tests.
pub(crate) fn guest(name: &str) -> String {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests");
    let path = guests.join(name).with_extension("wasm");
    assert!(
        path.exists(),
        "there is no {}: run `cargo xtask guests` first",
        path.display()
    );
    path.into_os_string().into_string().unwrap()
}

/// Opens a pipe for reading and writing, so that it has a reader, which this process is.
#[cfg(target_os = "linux")]
pub(crate) fn open_pipe(path: &str) -> fs::File {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).open(path).unwrap()
}

/// Writes to a pipe until it is full.
#[cfg(target_os = "linux")]
pub(crate) fn fill(pipe: &mut fs::File) {
    use std::io::{ErrorKind, Write};

    use rustix::fs::{OFlags, fcntl_setfl};

    fcntl_setfl(&*pipe, OFlags::NONBLOCK).unwrap();
    let full = loop {
        if let Err(error) = pipe.write(&[b'x'; 1024]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    fcntl_setfl(&*pipe, OFlags::empty()).unwrap();
}

/// The text of a command component whose `run` has this body, of a type that returns i32: 0 for
/// success.
pub(crate) fn component(body: &str) -> String {
    format!(
        r#"(component
          (core module $m (func $inner (export "run") (result i32) {body}))
          (core instance $i (instantiate $m))
          (func $run (result (result)) (canon lift (core func $i "run")))
          (instance $exports (export "run" (func $run)))
          (export "wasi:cli/run@0.2.0" (instance $exports)))"#
    )
}

/// A directory of one test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Creates the directory, unless an earlier run of the test did. `name` is the test's own.
    pub(crate) fn new(name: &str) -> Scratch {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        Scratch(directory)
    }

    /// Creates an empty directory.
    pub(crate) fn empty(name: &str) -> Scratch {
        let scratch = Scratch::new(name);
        fs::remove_dir_all(&scratch.0).unwrap();
        Scratch::new(name)
    }

    /// The path of a file, which need not exist.
    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().unwrap()
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The names of all files, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Makes a named pipe, and returns its path.
    pub(crate) fn pipe(&self, name: &str) -> String {
        let path = self.path(name);
        let _ = fs::remove_file(&path);
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    }

    /// Writes a file of WebAssembly, given as text, and returns its path.
    pub(crate) fn wat(&self, name: &str, text: &str) -> String {
        self.file(name, &wat::parse_str(text).unwrap())
    }
}
