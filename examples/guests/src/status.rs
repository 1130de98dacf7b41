//! The exit status of a program.

use std::io::{Write, stderr, stdout};

/// The exit status of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every lookup was answered.
    Answered = 0,
    /// A lookup failed or was cancelled, or input or output failed.
    Failed = 1,
    /// The arguments are invalid.
    Usage = 2,
}

/// Ends the program. `std::process::exit` knows only 0 and 1 in a component for WASI 0.2.
pub fn exit(status: Status) {
    // The program ends, so it cannot report a failure.
    let _ = stdout().flush().and(stderr().flush());
    if status != Status::Answered {
        #[cfg(target_env = "p2")]
        wasip2::cli::exit::exit_with_code(status as u8);
        #[cfg(not(target_env = "p2"))]
        std::process::exit(status as i32);
    }
}
