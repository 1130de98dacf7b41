//! Observers of requests, for logs, timelines and metrics.
//!
//! The engine calls an [`Observer`] at each step of each request. Without an observer a step costs
//! one comparison. The feature `tracing` adds an observer that makes spans and events of `tracing`.
//!
//! `request` is called first, and one of `answer`, `denial` and `cancel` when the request completes
//! or is cancelled, on the guest's thread. For a guest with [`Lookups`](crate::Lookups) that is any
//! thread that uses them or their session, one at a time. `start` and `finish` of the lookup are
//! called on the thread that runs it:
//!
//! ```text
//! guest's thread    request ─────────────────────────────► answer, denial or cancel
//! worker's thread             └► start ────────► finish ─┘
//! ```
//!
//! `cancel` can also follow `answer` or `denial`, if the guest cancels a request whose completion
//! it has not taken (`S-C2`). So a guest cannot hide a denial by a cancel.
//!
//! A resolver cannot be stopped, so `start` and `finish` may come after the cancel. From the cancel
//! to `finish` the worker is stuck (`S-C7`). Both may also come after an answer that is the
//! engine's own error: the engine went down, or the request timed out.

mod observers;
mod query;
#[cfg(feature = "tracing")]
mod traced;

pub(crate) use self::observers::{ObservedQuery, SessionObservers};
pub use self::query::{DisplayAnswer, DisplayQuery, QueryKind};
#[cfg(feature = "tracing")]
pub(crate) use self::traced::Traced;

use crate::policy::{ConnectionDenied, ConnectionRule};
use crate::types::{ErrorCode, Outcome, Query, TaskHandle};

/// Names one request of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId {
    /// The number of the session: 1 for the first of the engine, 2 for the second.
    pub session: u64,
    /// The handle, which is unique in its session only.
    pub handle: TaskHandle,
}

/// Where a lookup runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunsOn {
    /// On a worker thread, which calls `start` and `finish`.
    Worker,
    /// In an asynchronous resolver. `start` and `finish` are called on any threads.
    Resolver,
}

/// Is called at each step of each request. By default each function does nothing.
///
/// The functions run inside a guest's calls and on workers: they must not block, and must not use
/// the session or its lookups, because the guest's lock is held. A panic in one is caught and
/// ignored.
pub trait Observer: Send + Sync + 'static {
    /// Whether [`request`](Self::request) needs the query, which costs a copy. Called for each
    /// request; the result may differ from call to call. Default: false.
    fn wants_queries(&self) -> bool {
        false
    }

    /// A request was made and has its handle. `query` is the guest's query, unchecked. None if no
    /// observer [wants queries](Self::wants_queries).
    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        let _ = (request, kind, query);
    }

    /// A call made no request: a limit was reached, or the engine is down (`S-R2`, `S-R18`).
    fn refusal(&self, session: u64, kind: QueryKind, error: ErrorCode) {
        let _ = (session, kind, error);
    }

    /// The lookup of a request starts. A lookup that the resolver answers at once has no start.
    fn start(&self, request: RequestId, on: RunsOn) {
        let _ = (request, on);
    }

    /// The lookup of a request is over, cancelled or not. With [`RunsOn::Worker`], the worker that
    /// called `start` calls this.
    fn finish(&self, request: RequestId, on: RunsOn) {
        let _ = (request, on);
    }

    /// A request completed with an answer or an error, and the guest can take it.
    fn answer(&self, request: RequestId, outcome: &Outcome) {
        let _ = (request, outcome);
    }

    /// A request completed with WSAEACCES: the policy forbids it, or the inspector refuses
    /// (`S-R16`).
    fn denial(&self, request: RequestId) {
        let _ = request;
    }

    /// Whether [`connection_allowed`](Self::connection_allowed) is to be called. Default: false.
    fn wants_connections(&self) -> bool {
        false
    }

    /// The policy allowed a connection, a datagram or a place to listen (`S-W4`). `rule` is the
    /// narrowest one that does: for the name that the guest had looked up, or for the address.
    fn connection_allowed(&self, session: u64, rule: &ConnectionRule) {
        let _ = (session, rule);
    }

    /// The policy denied a connection, a datagram or a place to listen (`S-W4`).
    fn connection_denied(&self, session: u64, denied: &ConnectionDenied) {
        let _ = (session, denied);
    }

    /// A request was cancelled: by cancel, by the last clean-up, by the end of its session, or by
    /// the drop of its [`PendingLookup`](crate::PendingLookup).
    ///
    /// After [`answer`](Self::answer) or [`denial`](Self::denial) only a cancel or such a drop
    /// calls this: the guest had not taken the completion (`S-C2`).
    fn cancel(&self, request: RequestId) {
        let _ = request;
    }
}

impl<O: Observer + ?Sized> Observer for std::sync::Arc<O> {
    fn wants_queries(&self) -> bool {
        (**self).wants_queries()
    }

    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        (**self).request(request, kind, query);
    }

    fn refusal(&self, session: u64, kind: QueryKind, error: ErrorCode) {
        (**self).refusal(session, kind, error);
    }

    fn start(&self, request: RequestId, on: RunsOn) {
        (**self).start(request, on);
    }

    fn finish(&self, request: RequestId, on: RunsOn) {
        (**self).finish(request, on);
    }

    fn answer(&self, request: RequestId, outcome: &Outcome) {
        (**self).answer(request, outcome);
    }

    fn denial(&self, request: RequestId) {
        (**self).denial(request);
    }

    fn wants_connections(&self) -> bool {
        (**self).wants_connections()
    }

    fn connection_allowed(&self, session: u64, rule: &ConnectionRule) {
        (**self).connection_allowed(session, rule);
    }

    fn connection_denied(&self, session: u64, denied: &ConnectionDenied) {
        (**self).connection_denied(session, denied);
    }

    fn cancel(&self, request: RequestId) {
        (**self).cancel(request);
    }
}
