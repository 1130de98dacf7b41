//! Calls an engine's observers.

use std::sync::Arc;

use super::{Observer, QueryKind, RequestId, RunsOn};
use crate::judge::Verdict;
use crate::panics::catch_panic;
use crate::policy::{ConnectionDenied, ConnectionRule};
use crate::types::{ErrorCode, Query, TaskHandle};

/// An engine's observers, as one session calls them: on its own thread, on workers and on threads
/// of resolvers.
pub(crate) struct SessionObservers {
    observers: Arc<[Arc<dyn Observer>]>,
    session: u64,
}

/// What observers are told of a query, kept until the request has a handle. Admission consumes the
/// query itself.
pub(crate) struct ObservedQuery {
    kind: QueryKind,
    query: Option<Query>,
}

impl SessionObservers {
    pub(crate) fn new(observers: Arc<[Arc<dyn Observer>]>, session: u64) -> SessionObservers {
        SessionObservers { observers, session }
    }

    /// The number of the session.
    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// What to tell observers of a query, with a copy of the query if an observer wants it. None
    /// without an observer.
    pub(crate) fn observed(&self, query: &Query) -> Option<ObservedQuery> {
        if self.observers.is_empty() {
            return None;
        }
        let is_wanted = self
            .observers
            .iter()
            .any(|observer| catch_panic(|| observer.wants_queries()).unwrap_or(false));
        Some(ObservedQuery {
            kind: query.into(),
            query: is_wanted.then(|| query.clone()),
        })
    }

    pub(crate) fn request(&self, handle: TaskHandle, observed: Option<ObservedQuery>) {
        if let Some(ObservedQuery { kind, query }) = observed {
            self.tell(handle, |observer, request| {
                observer.request(request, kind, query.as_ref());
            });
        }
    }

    pub(crate) fn refusal(&self, kind: QueryKind, error: ErrorCode) {
        self.tell(0, |observer, request| {
            observer.refusal(request.session, kind, error);
        });
    }

    pub(crate) fn start(&self, handle: TaskHandle, on: RunsOn) {
        self.tell(handle, |observer, request| observer.start(request, on));
    }

    pub(crate) fn finish(&self, handle: TaskHandle, on: RunsOn) {
        self.tell(handle, |observer, request| observer.finish(request, on));
    }

    /// Tells of an answer, or of a denial.
    pub(crate) fn completion(&self, handle: TaskHandle, verdict: &Verdict) {
        self.tell(handle, |observer, request| match verdict.is_denied {
            true => observer.denial(request),
            false => observer.answer(request, &verdict.outcome),
        });
    }

    /// Whether any observer wants to know of allowed connections.
    pub(crate) fn want_connections(&self) -> bool {
        let mut observers = self.observers.iter();
        observers.any(|o| catch_panic(|| o.wants_connections()).unwrap_or(false))
    }

    pub(crate) fn connection_allowed(&self, rule: &ConnectionRule) {
        self.tell(0, |observer, request| {
            observer.connection_allowed(request.session, rule);
        });
    }

    pub(crate) fn connection_denied(&self, denied: &ConnectionDenied) {
        self.tell(0, |observer, request| {
            observer.connection_denied(request.session, denied);
        });
    }

    pub(crate) fn cancel(&self, handle: TaskHandle) {
        self.tell(handle, |observer, request| observer.cancel(request));
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
            // An observer's panic must not reach the guest or end a worker.
            let _ = catch_panic(|| what(&**observer, request));
        }
    }
}
