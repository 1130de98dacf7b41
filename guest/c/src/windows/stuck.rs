//! Programs that wait for what can never come.
//!
//! Their waiting call fails, which new programs see. Old ones take any result but 0 for a message, and
//! would call again for ever.

use std::cell::Cell;
use std::process;

thread_local! {
    static IS_STUCK: Cell<bool> = const { Cell::new(false) };
}

/// The exit status of a program that does not see that it is stuck. Hosts may tell only that it is not 0.
const STATUS: i32 = 3;

/// Notes that waiting is in vain. The second time in a row the program ends.
pub(super) fn note(call: &str) {
    if IS_STUCK.replace(true) {
        eprintln!(
            "{call}: nothing that it waits for can ever come, and it was told so before; the program ends"
        );
        process::exit(STATUS);
    }
}

/// Notes that something has come, or will.
pub(crate) fn clear() {
    IS_STUCK.set(false);
}
