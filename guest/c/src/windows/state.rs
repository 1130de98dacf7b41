//! The tables of the thread.

use std::cell::RefCell;

use super::tables::Tables;

thread_local! {
    static TABLES: RefCell<Tables> = RefCell::default();
}

/// Calls `f` on the tables of this thread. `f` must not call code of the program, which may call
/// any function here.
pub(super) fn with<R>(f: impl FnOnce(&mut Tables) -> R) -> R {
    TABLES.with_borrow_mut(f)
}
