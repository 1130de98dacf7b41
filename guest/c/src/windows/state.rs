//! What the thread keeps. Code of the program never runs inside [`with`], as it may call anything here.

use std::cell::RefCell;

use super::class::Classes;
use super::names::Names;
use super::table::Table;
use super::timer::Timers;

/// Everything that `windows.h` needs besides the guest library.
#[derive(Default)]
pub(super) struct State {
    pub(super) names: Names,
    pub(super) classes: Classes,
    pub(super) windows: Table,
    pub(super) timers: Timers,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Runs `f` on this thread's state.
pub(super) fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
    STATE.with_borrow_mut(f)
}
