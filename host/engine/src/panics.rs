//! Panics of the embedder's code: resolvers, inspectors, observers and wakers.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls `run`, and returns none if it panics. Drops the panic's payload, whose drop may panic too.
pub(crate) fn catch_panic<T>(run: impl FnOnce() -> T) -> Option<T> {
    let payload = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => return Some(value),
        Err(payload) => payload,
    };
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // Dropping it may panic again, without end.
        mem::forget(again);
    }
    None
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    /// Panics in its drop with another bomb, this number of times.
    struct Bomb(usize);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                panic_any(Bomb(self.0 - 1));
            }
        }
    }

    #[test]
    fn a_panic_becomes_none_also_if_its_payload_panics_in_drop() {
        assert_eq!(catch_panic(|| 7), Some(7));
        for bombs in 0..4 {
            assert_eq!(catch_panic(|| panic_any(Bomb(bombs))), None::<()>);
        }
    }
}
