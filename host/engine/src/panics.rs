//! Code that is not the engine's: an embedder's resolvers, inspectors, observers and wakers.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs it; none if it panics. What it panicked with is dropped, which may panic in its turn.
pub(crate) fn contained<T>(run: impl FnOnce() -> T) -> Option<T> {
    let payload = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(done) => return Some(done),
        Err(payload) => payload,
    };
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // That may go on for ever.
        mem::forget(again);
    }
    None
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    /// Panics when it is dropped, so many times.
    struct Bomb(usize);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                panic_any(Bomb(self.0 - 1));
            }
        }
    }

    #[test]
    fn no_panic_gets_out() {
        assert_eq!(contained(|| 7), Some(7));
        for bombs in 0..4 {
            assert_eq!(contained(|| panic_any(Bomb(bombs))), None::<()>);
        }
    }
}
