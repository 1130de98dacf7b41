//! Readiness of a session, for pollables.

use std::fmt;

use crate::pool::SessionQueue;
use crate::sync::Arc;

/// Whether completions of a session can be taken, for callers that wait for several events at once.
///
/// A readiness is level-triggered. It can be ready although no completion can be taken, if a
/// request is cancelled after its result arrived. It stays ready after the session is dropped.
#[derive(Clone)]
pub struct Readiness {
    queue: Arc<SessionQueue>,
}

impl Readiness {
    pub(super) fn new(queue: Arc<SessionQueue>) -> Readiness {
        Readiness { queue }
    }

    /// Whether completions can be taken now.
    pub fn is_ready(&self) -> bool {
        self.queue.is_ready()
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
