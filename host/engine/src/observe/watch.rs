//! A session's way to whoever observes it.

use std::sync::Arc;

use super::{Observer, QueryKind, RequestId, RunsOn};
use crate::panics::catch_panic;
use crate::types::{ErrorCode, Outcome, Query, TaskHandle};

/// Tells an engine's observers about one session. Its thread, workers and resolvers share it.
pub(crate) struct Watch {
    observers: Arc<[Arc<dyn Observer>]>,
    session: u64,
}

/// What is kept of a query, which the resolver gets, until it has a handle.
pub(crate) struct Seen {
    kind: QueryKind,
    query: Option<Query>,
}

impl Watch {
    pub(crate) fn new(observers: Arc<[Arc<dyn Observer>]>, session: u64) -> Watch {
        Watch { observers, session }
    }

    /// The number of the session.
    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// Keeps what observers want of a query; nothing where there are none.
    pub(crate) fn look(&self, query: &Query) -> Option<Seen> {
        if self.observers.is_empty() {
            return None;
        }
        let wanted = self
            .observers
            .iter()
            .any(|observer| catch_panic(|| observer.wants_queries()).unwrap_or(false));
        Some(Seen {
            kind: query.into(),
            query: wanted.then(|| query.clone()),
        })
    }

    pub(crate) fn request(&self, handle: TaskHandle, seen: Option<Seen>) {
        if let Some(Seen { kind, query }) = seen {
            self.tell(handle, |to, request| {
                to.request(request, kind, query.as_ref());
            });
        }
    }

    pub(crate) fn refusal(&self, kind: QueryKind, error: ErrorCode) {
        self.tell(0, |to, request| to.refusal(request.session, kind, error));
    }

    pub(crate) fn start(&self, handle: TaskHandle, on: RunsOn) {
        self.tell(handle, |to, request| to.start(request, on));
    }

    pub(crate) fn finish(&self, handle: TaskHandle, on: RunsOn) {
        self.tell(handle, |to, request| to.finish(request, on));
    }

    /// It completed; `denied` is by the policy.
    pub(crate) fn completion(&self, handle: TaskHandle, outcome: &Outcome, denied: bool) {
        self.tell(handle, |to, request| match denied {
            true => to.denial(request),
            false => to.answer(request, outcome),
        });
    }

    pub(crate) fn cancel(&self, handle: TaskHandle) {
        self.tell(handle, |to, request| to.cancel(request));
    }

    #[inline]
    fn tell(&self, handle: TaskHandle, what: impl Fn(&dyn Observer, RequestId)) {
        if !self.observers.is_empty() {
            self.tell_all(handle, &what);
        }
    }

    #[cold]
    fn tell_all(&self, handle: TaskHandle, what: &dyn Fn(&dyn Observer, RequestId)) {
        let request = RequestId {
            session: self.session,
            handle,
        };
        for observer in &*self.observers {
            // What goes wrong there is not the guest's business.
            let _ = catch_panic(|| what(&**observer, request));
        }
    }
}
