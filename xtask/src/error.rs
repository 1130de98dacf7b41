//! What can go wrong in a command.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// Why a command failed, in words for the person who typed it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program is not there, or may not be run.
    #[error("`{program}` cannot be run: {source}")]
    Start {
        /// The program as it was called.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program ran and failed; it has said why.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The program was stopped, as it took too long.
    #[error("`{command}` did not end within {} s", limit.as_secs())]
    TooLong {
        /// The command line.
        command: String,
        /// The time it had.
        limit: Duration,
    },
    /// A file or directory could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program was not started by cargo, which tells it where the workspace is.
    #[error("run it as `cargo xtask`")]
    NotFromCargo,
    /// There is no way to build for WebAssembly on this machine.
    #[error(
        "nothing here can build for {target}\n\
         \x20 with rustup: {rustup}\n\
         \x20 with Debian's packages: {debian}\n\
         Install one of the two, then try again:\n\
         \x20 rustup target add {target}\n\
         \x20 apt-get update && apt-get install {packages}   (as root, Debian 12)"
    )]
    NoGuestToolchain {
        /// The target.
        target: &'static str,
        /// Why rustup's target cannot be used.
        rustup: String,
        /// Why Debian's packages cannot be used.
        debian: String,
        /// Debian's packages, separated by spaces.
        packages: String,
    },
    /// The packages were installed, but something that the build needs is not among them.
    #[error("the packages are installed, yet {} is missing", missing.display())]
    PackagesIncomplete {
        /// The first file that is not there.
        missing: PathBuf,
    },
    /// There is no C compiler for WebAssembly on this machine.
    #[error(
        "nothing here can compile C for wasm32-wasip1, and Debian's clang cannot be installed: {debian}\n\
         Do one of the two, then try again:\n\
         \x20 set WASI_SDK_PATH to where https://github.com/WebAssembly/wasi-sdk is unpacked\n\
         \x20 apt-get update && apt-get install {packages}   (as root, Debian 12)"
    )]
    NoClang {
        /// Why Debian's packages cannot be used.
        debian: String,
        /// Debian's packages, separated by spaces.
        packages: String,
    },
    /// The runner cannot be built.
    #[error(
        "the runner needs CMake and make, with which c-ares is built, and Debian's cannot be installed: {debian}\n\
         Install them, then try again:\n\
         \x20 apt-get update && apt-get install {packages}   (as root, on Debian)"
    )]
    NoCmake {
        /// Why Debian's packages cannot be used.
        debian: String,
        /// Debian's packages, separated by spaces.
        packages: String,
    },
    /// The SDK of WASI that was named has no compiler.
    #[error("WASI_SDK_PATH names a directory without {}; correct it, or unset it", missing.display())]
    NoWasiSdk {
        /// Where the compiler should be.
        missing: PathBuf,
    },
    /// Compilers of C, which have said why, refused programs.
    #[error("{failed} of {all} C programs were not built; the compiler's messages are above")]
    Compile {
        /// How many were refused.
        failed: usize,
        /// How many there are.
        all: usize,
    },
    /// Two guest programs would be written to one file.
    #[error("two guest programs are called {name}; rename one")]
    SameName {
        /// Their name.
        name: String,
    },
    /// A package that should have programs has none.
    #[error("package {package} has no program {program}")]
    NoProgram {
        /// The package.
        package: String,
        /// The program, or "at all".
        program: String,
    },
    /// A build succeeded without a static library.
    #[error("no static library came of `{command}`")]
    NoLibrary {
        /// The command line.
        command: String,
    },
    /// `cargo test` succeeded without running a test.
    #[error("no test ran in `{command}`")]
    NoTestRan {
        /// The command line.
        command: String,
    },
    /// A source could not be read as Rust.
    #[error("{path}:{line}: this is not Rust")]
    Source {
        /// The file, from the root of the workspace.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// Rules and tests do not fit.
    #[error("the rules and their tests do not fit:\n  {}", problems.join("\n  "))]
    Rules {
        /// What is wrong, a line each.
        problems: Vec<String>,
    },
    /// There is no fuzz target of a name that was given.
    #[error("there is no fuzz target {name}; there are {targets}")]
    NoFuzzTarget {
        /// The name.
        name: String,
        /// Those that there are, separated by commas.
        targets: String,
    },
    /// Fuzzing has found inputs that break something.
    #[error("fuzzing has found a fault: {targets}; the input's file is named above")]
    Fuzz {
        /// The targets that failed, separated by commas.
        targets: String,
    },
    /// The demo ran, and did not show what it is there to show.
    #[error("the demo did not show what it should: {what}")]
    Demo {
        /// What was wrong.
        what: String,
    },
}

impl Error {
    /// For `map_err` on what was done to `path`.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { path, source }
    }
}
