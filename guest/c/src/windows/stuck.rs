//! Ends programs that keep waiting although no message can come.
//!
//! The call that would wait for ever fails. A program may check that. Old programs take every
//! result except 0 for a message, and would call again for ever.

use std::cell::Cell;
use std::process;

thread_local! {
    static IS_STUCK: Cell<bool> = const { Cell::new(false) };
}

/// The exit status of a program that waits again. Some hosts tell only that it is not 0.
const STATUS: i32 = 3;

/// Notes that a call would wait for ever. The second note in a row ends the program.
pub(super) fn note(call: &str) {
    if IS_STUCK.replace(true) {
        eprintln!("{call}: no message can come, as the call before has reported; the program ends");
        process::exit(STATUS);
    }
}

/// Notes that a message has come, or can come.
pub(crate) fn clear() {
    IS_STUCK.set(false);
}
