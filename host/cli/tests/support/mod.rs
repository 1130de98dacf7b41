//! What the tests of the runner share.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Runs the runner to its end, with nothing to read and nothing in the environment.
pub fn runner(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_winsock-async"))
        .env_clear()
        .args(args)
        .output()
        .unwrap()
}

/// A directory of one test.
pub struct Scratch(PathBuf);

impl Scratch {
    /// `name` is the test's own.
    pub fn new(name: &str) -> Scratch {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        Scratch(directory)
    }

    /// The path of a file that may not be there.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).into_os_string().into_string().unwrap()
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes a file that is made from WebAssembly's text, and gives its path.
    pub fn wat(&self, name: &str, text: &str) -> String {
        self.file(name, &wat::parse_str(text).unwrap())
    }
}
