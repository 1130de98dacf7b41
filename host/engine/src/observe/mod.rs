//! Seeing what becomes of requests: one hook, on which logs, timelines and whatever else stand.
//!
//! An [`Observer`] is told of each step of each request. Without one the engine spends a comparison on
//! each step; the feature `tracing` adds one that makes `tracing`'s spans and events.
//!
//! A request is begun, and then answered, denied or cancelled, each told on the guest's own thread and in
//! this order. In between its lookup may start and finish, which is told wherever it happens:
//!
//! ```text
//! guest's thread    request ─────────────────────────────► answer, denial or cancel
//! worker's thread             └► start ────────► finish ─┘
//! ```
//!
//! The resolver cannot be stopped, so both may also be told after the cancel: from the cancel to
//! `finish` its worker is stuck (`S-C7`). So may both after an answer that is an error of the engine's own: the engine
//! went down, or the request was overdue.

mod query;
#[cfg(feature = "tracing")]
mod traced;
mod watch;

pub use self::query::{DisplayAnswer, DisplayQuery, QueryKind};
#[cfg(feature = "tracing")]
pub(crate) use self::traced::Traced;
pub(crate) use self::watch::{Seen, Watch};

use crate::types::{ErrorCode, Outcome, Query, TaskHandle};

/// One request, among those of all sessions of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId {
    /// The session: 1 for the first of the engine, and so on.
    pub session: u64,
    /// The handle, which is the session's own.
    pub handle: TaskHandle,
}

/// What a lookup occupies while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunsOn {
    /// A worker thread, on which `start` and `finish` are told.
    Worker,
    /// No thread of the engine: the resolver replies by itself, and each is told on any thread.
    Resolver,
}

/// Is told what becomes of requests. Each function does nothing unless it is implemented.
///
/// They are called in the middle of the guest's calls and of the workers' work: they must not wait
/// long, and must not use the session. A panic in one is contained and lost.
pub trait Observer: Send + Sync + 'static {
    /// Whether [`request`](Self::request) is to be told what is asked, for which it is copied. It may
    /// change at any time. Default: no.
    fn wants_queries(&self) -> bool {
        false
    }

    /// A request was begun: it has its handle, and nothing else has happened to it. `query` is what the guest
    /// asked, unchecked, if any observer wants it.
    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        let _ = (request, kind, query);
    }

    /// A request was refused at the call, by a limit or because the resolvers are down (`S-R2`, `S-R18`).
    fn refusal(&self, session: u64, kind: QueryKind, error: ErrorCode) {
        let _ = (session, kind, error);
    }

    /// Its lookup starts. What is known at once has no start.
    fn start(&self, request: RequestId, on: RunsOn) {
        let _ = (request, on);
    }

    /// Its lookup is over, wanted or not. What a worker told of its start it tells of its end.
    fn finish(&self, request: RequestId, on: RunsOn) {
        let _ = (request, on);
    }

    /// It completed with an answer or an error: the guest can take it.
    fn answer(&self, request: RequestId, outcome: &Outcome) {
        let _ = (request, outcome);
    }

    /// It completed with WSAEACCES, as the policy forbids it or the inspector refuses it (`S-R16`).
    fn denial(&self, request: RequestId) {
        let _ = request;
    }

    /// It was cancelled, by cancel, by the last clean-up, or because its session ended.
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

    fn cancel(&self, request: RequestId) {
        (**self).cancel(request);
    }
}
