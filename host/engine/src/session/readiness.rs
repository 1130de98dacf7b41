//! Readiness of a session, for pollables.

use std::fmt;

use super::shared::SessionShared;
use crate::pool::SessionQueue;
use crate::sync::{Arc, Weak};

/// Whether completions of a session can be taken, for callers that wait for several events at once.
///
/// A readiness is level-triggered. Results of the session's [`lookups`](super::Session::lookups) do
/// not make it ready. It stays ready after the session is dropped.
#[derive(Clone)]
pub struct Readiness {
    queue: Arc<SessionQueue>,
    /// Weak, because a readiness keeps nothing of a session that is gone (`S-S7`).
    shared: Weak<SessionShared>,
}

impl Readiness {
    pub(super) fn new(shared: &Arc<SessionShared>) -> Readiness {
        Readiness {
            queue: Arc::clone(&shared.queue),
            shared: Arc::downgrade(shared),
        }
    }

    /// Whether completions can be taken now.
    pub fn is_ready(&self) -> bool {
        // A result may be one of a lookup, or of a request that was cancelled.
        if self.queue.has_news()
            && let Some(shared) = self.shared.upgrade()
        {
            shared.requests().settle();
        }
        self.queue.has_completion()
    }

    /// Waits until completions can be taken. The future may be dropped at any time.
    pub async fn ready(&self) {
        self.queue.arrived.wait_until(|| self.is_ready()).await;
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness")
            .field("ready", &self.is_ready())
            .finish()
    }
}
