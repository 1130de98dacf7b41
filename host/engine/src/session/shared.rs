//! What the faces of one guest share, and its lock.

use std::mem;
use std::ops::{Deref, DerefMut};

use super::receiver::SessionReceiver;
use super::requests::{Begun, Requests};
use super::task::Face;
use crate::lookup::Responder;
use crate::pool::SessionQueue;
use crate::shared::EngineShared;
use crate::sync::{Arc, Fault, Mutex, MutexGuard, planted};
use crate::types::{ErrorCode, Query};

/// What the faces of one guest share.
pub(crate) struct SessionShared {
    pub(super) engine: Arc<EngineShared>,
    pub(super) queue: Arc<SessionQueue>,
    requests: Mutex<Requests>,
}

/// The lock of a guest's requests.
///
/// Its drop releases the lock, and then wakes the threads and tasks that wait for completions. A
/// waker is the embedder's code, and may use the lookups of the same guest.
pub(super) struct Locked<'a> {
    /// None only during the drop.
    requests: Option<MutexGuard<'a, Requests>>,
    queue: &'a SessionQueue,
}

impl Deref for Locked<'_> {
    type Target = Requests;

    fn deref(&self) -> &Requests {
        self.requests.as_ref().expect("locked")
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut Requests {
        self.requests.as_mut().expect("locked")
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let wakes = mem::take(&mut self.must_wake);
        drop(self.requests.take());
        if wakes && !planted(Fault::SettleQuietly) {
            self.queue.arrived.notify();
        }
    }
}

impl SessionShared {
    pub(super) fn new(engine: Arc<EngineShared>) -> SessionShared {
        let requests = Requests::new(Arc::clone(&engine));
        SessionShared {
            engine,
            queue: Arc::clone(&requests.queue),
            requests: Mutex::new(requests),
        }
    }

    pub(super) fn requests(&self) -> Locked<'_> {
        self.engine.pool.look_without_threads();
        Locked {
            requests: Some(self.requests.lock().expect("no holder panics")),
            queue: &self.queue,
        }
    }

    /// Begins a request, and starts it in its resolver without the lock.
    pub(super) fn request(&self, face: Face, query: Query, tag: u64) -> Result<Begun, ErrorCode> {
        let mut begun = self.requests().request(face, query, tag)?;
        if let Some(job) = begun.start.take() {
            let responder = Responder::to(SessionReceiver {
                job: Arc::clone(&job),
                queue: Arc::clone(&self.queue),
            });
            self.engine.start(&job.lookup, responder);
        }
        Ok(begun)
    }
}
