//! Lookups as futures.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::shared::SessionShared;
use super::task::Face;
use crate::sync::{Arc, Fault, planted};
use crate::types::{ErrorCode, Outcome, Query, TaskHandle};

/// Begins lookups of one guest, as futures. A clone is the same guest's.
///
/// [`Session::lookups`](crate::Session::lookups) makes them for the other interfaces of a guest,
/// and [`LookupEngine::lookups`](crate::LookupEngine::lookups) for a guest without a session. All
/// lookups of a guest count for the same limits, and share its workers (`S-W1`).
///
/// ```
/// use winsock_async_engine::resolvers::Tables;
/// use winsock_async_engine::{Answer, LookupEngine, NameQuery, Policy, Query};
///
/// # async fn look_up() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = LookupEngine::builder()
///     .resolver(Tables::builder().hosts_text("8.8.8.8 www.test").build()?)
///     .policy(Policy::allow_all())
///     .build();
/// let query = NameQuery {
///     name: b"www.test"[..].into(),
///     family: None,
/// };
/// let answer = engine.lookups().begin(Query::Addresses(query)).await?;
/// if let Answer::Addresses(list) = &*answer {
///     assert_eq!(list.addresses().count(), 1);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Lookups {
    shared: Arc<SessionShared>,
}

impl Lookups {
    pub(super) fn new(shared: Arc<SessionShared>) -> Lookups {
        Lookups { shared }
    }

    /// Begins a lookup. It is under way when this call returns, before the future is polled.
    ///
    /// The future returns every error. Past a limit, it is WSAEWOULDBLOCK at once, and WSAENETDOWN
    /// if the engine is down.
    pub fn begin(&self, query: Query) -> PendingLookup {
        PendingLookup(match self.shared.request(Face::Lookups, query, 0) {
            Ok(begun) => Stage::Begun(Begun {
                shared: Arc::clone(&self.shared),
                handle: begun.handle,
                has_waker: false,
            }),
            Err(error) => Stage::Refused(error),
        })
    }
}

impl fmt::Debug for Lookups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lookups = self.shared.requests().lookups;
        f.debug_struct("Lookups")
            .field("outstanding", &lookups)
            .finish_non_exhaustive()
    }
}

/// A lookup: a future of its outcome.
///
/// Dropping it cancels the lookup (`S-W3`). It may be polled again after it was ready, and returns
/// the same outcome. Until it is dropped, it counts for the guest's limits.
#[must_use = "a lookup that is dropped is cancelled"]
pub struct PendingLookup(Stage);

enum Stage {
    /// A limit is reached, or the engine is down.
    Refused(ErrorCode),
    Begun(Begun),
}

/// A lookup that has begun. Its drop ends it.
struct Begun {
    shared: Arc<SessionShared>,
    handle: TaskHandle,
    /// Whether a waker of it may be among the wakers of the session.
    has_waker: bool,
}

impl Begun {
    fn outcome(&self) -> Option<Outcome> {
        self.shared.requests().outcome_of_lookup(self.handle)
    }

    fn leave(&mut self) {
        if self.has_waker {
            self.has_waker = false;
            self.shared.queue.lookups.leave(self.handle);
        }
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<Outcome> {
        if let Some(outcome) = self.outcome() {
            return Poll::Ready(outcome);
        }
        self.shared.engine.pool.ensure_watchdog();
        self.has_waker = true;
        let wakers = &self.shared.queue.lookups;
        wakers.enter(self.handle, context.waker());
        // A result may have come before the waker.
        if !planted(Fault::EnterUnseen)
            && let Some(outcome) = self.outcome()
        {
            self.leave();
            return Poll::Ready(outcome);
        }
        Poll::Pending
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.shared.requests().end_lookup(self.handle);
        self.leave();
    }
}

impl PendingLookup {
    /// Returns the outcome if it is known, without waiting. Then it is taken, as by a poll.
    pub fn outcome(&self) -> Option<Outcome> {
        match &self.0 {
            Stage::Refused(error) => Some(Err(*error)),
            Stage::Begun(begun) => begun.outcome(),
        }
    }
}

impl Future for PendingLookup {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        match &mut self.0 {
            Stage::Refused(error) => Poll::Ready(Err(*error)),
            Stage::Begun(begun) => begun.poll(context),
        }
    }
}

impl fmt::Debug for PendingLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handle = match &self.0 {
            Stage::Refused(_) => None,
            Stage::Begun(begun) => Some(begun.handle),
        };
        f.debug_struct("PendingLookup")
            .field("handle", &handle)
            .finish_non_exhaustive()
    }
}
