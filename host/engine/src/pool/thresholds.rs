//! What the watchdog looks for: alarms, and how long a worker may be in a turn.

use std::time::Duration;

use crate::sync::nanoseconds;

/// When a session wants to be told that a deadline has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Alarm {
    /// On the engine's clock. Units: nanoseconds.
    pub(crate) at: u64,
    /// The session's number, as two sessions can have the same time.
    pub(crate) session: u64,
}

/// How long a worker may be in a turn. Units: nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    /// Then it is slow.
    pub(super) slow: u64,
    /// Then it is stuck.
    pub(super) stuck: u64,
}

/// How long a lookup takes at least before a worker is replaced, if sessions wait.
const SLOW: Duration = Duration::from_millis(10);
/// The shortest time between two scans.
const SHORTEST: Duration = Duration::from_micros(100);
/// How long after a failure the watchdog tries again to start an extra worker.
pub(super) const RETRY: Duration = Duration::from_millis(5);

impl Thresholds {
    /// None for [`Duration::MAX`]: only a worker whose lookup was cancelled is stuck.
    pub(super) fn new(stuck_after: Duration) -> Option<Thresholds> {
        let stuck = stuck_after.max(SHORTEST);
        (stuck_after < Duration::MAX).then(|| Thresholds {
            slow: nanoseconds(SLOW.min(stuck)),
            stuck: nanoseconds(stuck),
        })
    }
}
