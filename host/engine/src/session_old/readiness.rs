//! Readiness: what pollables ask.

use std::fmt;

use crate::pool::job::Lane;
use crate::sync::Arc;

/// Whether completions of a session can be taken, for whoever waits for several things at once.
///
/// It is level-triggered, and can be ready although nothing can be taken, when what arrived was
/// cancelled. It is ready for good once the session is gone.
#[derive(Clone)]
pub struct Readiness {
    lane: Arc<Lane>,
}

impl Readiness {
    pub(super) fn new(lane: Arc<Lane>) -> Readiness {
        Readiness { lane }
    }

    /// Whether it is ready now.
    pub fn is_ready(&self) -> bool {
        self.lane.is_ready()
    }

    /// Waits until it is ready; may be dropped at any time.
    pub async fn ready(&self) {
        self.lane.arrived.wait_until(|| self.is_ready()).await;
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness")
            .field("ready", &self.is_ready())
            .finish()
    }
}
