//! The state of a thread, and the effects that run outside its tables.
//!
//! A component has one thread, and the message queue of Winsock belongs to a thread. So the state
//! is thread-local and not locked. Code of the program may call this library again, so it runs only
//! while the tables are not borrowed. [`run`] runs the effects that the tables return.

use std::cell::{Cell, RefCell};

use crate::core::{Core, Effect};

#[derive(Default)]
struct Thread {
    core: RefCell<Core>,
    last_error: Cell<i32>,
}

thread_local! {
    static THREAD: Thread = Thread::default();
}

/// Calls `f` on the tables of this thread. `f` must not call code of the program.
pub(crate) fn with<R>(f: impl FnOnce(&mut Core) -> R) -> R {
    THREAD.with(|thread| f(&mut thread.core.borrow_mut()))
}

/// Like [`with`], for destructors. Returns `None` after the thread has dropped its state.
pub(crate) fn try_with<R>(f: impl FnOnce(&mut Core) -> R) -> Option<R> {
    THREAD
        .try_with(|thread| f(&mut thread.core.borrow_mut()))
        .ok()
}

/// Runs effects in their order. Call it outside [`with`].
pub(crate) fn run(effects: impl IntoIterator<Item = Effect>) {
    for effect in effects {
        match effect {
            Effect::Wake(waker) => waker.wake(),
            Effect::Deliver {
                recipient,
                handle,
                outcome,
            } => {
                let message = recipient.deliver(handle, outcome).into_completion();
                with(|core| core.post_completion(message));
            }
            Effect::Drop(dropped) => drop(dropped),
        }
    }
}

/// Returns the number of the last error of this thread.
pub(crate) fn last_error() -> i32 {
    THREAD
        .try_with(|thread| thread.last_error.get())
        .unwrap_or_default()
}

/// Sets the number of the last error of this thread.
pub(crate) fn set_last_error(number: i32) {
    // After the thread has dropped its state, nothing can read the error.
    let _ = THREAD.try_with(|thread| thread.last_error.set(number));
}
