//! Writes that may never end: to a pipe that no program empties, for example.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts writes, so that another thread sees whether one goes on. At most one thread writes at a
/// time.
#[derive(Clone, Default)]
pub(crate) struct Writes {
    /// Odd while a write is under way.
    ends: Arc<AtomicU64>,
}

impl Writes {
    /// Calls `write`, which may block.
    pub(crate) fn watch<T>(&self, write: impl FnOnce() -> T) -> T {
        self.ends.fetch_add(1, Ordering::Relaxed);
        let written = write();
        self.ends.fetch_add(1, Ordering::Relaxed);
        written
    }

    /// Returns a writer whose writes to `to` are counted here.
    pub(crate) fn to<'a>(&'a self, to: impl Write + 'a) -> impl Write + 'a {
        Watched { writes: self, to }
    }

    /// The write that is under way.
    pub(crate) fn under_way(&self) -> Option<u64> {
        let ends = self.ends.load(Ordering::Relaxed);
        (ends % 2 == 1).then_some(ends)
    }
}

struct Watched<'a, W> {
    writes: &'a Writes,
    to: W,
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.watch(|| self.to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writes.watch(|| self.to.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_write_is_told_from_the_next() {
        let writes = Writes::default();
        let first = writes.watch(|| writes.under_way());
        let second = writes.watch(|| writes.under_way());
        assert!(first.is_some() && second.is_some() && first != second);
        assert_eq!(writes.under_way(), None);
    }
}
