//! What the library keeps, one for each thread.
//!
//! A component has one thread, and Winsock's queue belongs to a thread. So nothing here is shared and
//! nothing is locked. Code of the program (window procedures, hooks, wakers, what their closures own)
//! runs and is dropped only outside [`with`], as it may call this library again.

use std::cell::RefCell;

use crate::blocking::Blocking;
use crate::face::Handles;
use crate::lookup::pending::Pending;
use crate::lookup::time::Sleepers;
use crate::queue::Queue;
use crate::timer::Timers;
use crate::window::Windows;

/// Everything that a thread keeps.
#[derive(Default)]
pub(crate) struct State {
    pub windows: Windows,
    pub queue: Queue,
    pub timers: Timers,
    pub pending: Pending,
    pub handles: Handles,
    pub sleepers: Sleepers,
    pub blocking: Blocking,
    /// Start-ups less clean-ups, only to know the last clean-up; the host decides (`S-S3`).
    pub startups: u32,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Runs `f` on this thread's state. `f` must call no code of the program.
pub(crate) fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(f)
}

/// Like [`with`], for destructors: none when the thread's state is gone.
pub(crate) fn try_with<R>(f: impl FnOnce(&mut State) -> R) -> Option<R> {
    STATE.try_with(|state| f(&mut state.borrow_mut())).ok()
}
