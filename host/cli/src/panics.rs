//! Panics, as lines on standard error.

use std::panic::{self, AssertUnwindSafe};

use crate::error;

/// Has each panic of any thread write one line.
pub(crate) fn report_in_one_line() {
    panic::set_hook(Box::new(|panic| {
        let what = panic.payload_as_str().unwrap_or("no reason is given");
        let place = panic
            .location()
            .map_or(String::new(), |l| format!(" ({l})"));
        error::write(&format!("cannot go on: {what}{place}"));
    }));
}

/// Calls `run`, and returns none if it panics: libraries do where a thread cannot be started.
pub(crate) fn catch<T>(run: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(run)).ok()
}
