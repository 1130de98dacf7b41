//! An observer that makes spans and events of `tracing`.

use std::cell::RefCell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;
use tracing::span::EnteredSpan;
use tracing::{Level, Span, debug, enabled, info, info_span, warn};

use super::{DisplayAnswer, DisplayQuery, Observer, QueryKind, RequestId, RunsOn};
use crate::policy::ConnectionDenied;
use crate::types::{ErrorCode, Outcome, Query};

/// The target of every span and event.
const TARGET: &str = "winsock_async";

/// Has one span for each request that is enabled when it is made. Events of the level debug have
/// names and answers; all else is of the level info.
#[derive(Default)]
pub(crate) struct Traced {
    spans: Mutex<FxHashMap<RequestId, Span>>,
    /// The number of spans. While it is 0, no lock is taken.
    open: AtomicUsize,
}

thread_local! {
    /// The span of the lookup that this worker runs.
    static RUNNING: RefCell<Option<EnteredSpan>> = const { RefCell::new(None) };
}

impl Traced {
    fn open(&self, request: RequestId, span: Span) {
        let mut spans = self.spans.lock().expect("no holder panics");
        spans.insert(request, span);
        self.open.store(spans.len(), Ordering::Relaxed);
    }

    fn span(&self, request: RequestId) -> Option<Span> {
        if self.open.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let spans = self.spans.lock().expect("no holder panics");
        spans.get(&request).cloned()
    }

    /// Removes the span of a request that ends, if it has one.
    fn close(&self, request: RequestId) -> Option<Span> {
        if self.open.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut spans = self.spans.lock().expect("no holder panics");
        let span = spans.remove(&request);
        self.open.store(spans.len(), Ordering::Relaxed);
        span
    }
}

impl Observer for Traced {
    fn wants_queries(&self) -> bool {
        enabled!(target: TARGET, Level::DEBUG)
    }

    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        if !enabled!(target: TARGET, Level::INFO) {
            return;
        }
        let RequestId { session, handle } = request;
        let handle = format_args!("{handle:#x}");
        // A root span: the span of the guest's call ends before the request does.
        let span = info_span!(target: TARGET, parent: None, "lookup", session, %handle, %kind);
        info!(target: TARGET, parent: &span, "request");
        if let Some(query) = query {
            debug!(target: TARGET, parent: &span, query = %DisplayQuery(query), "asked");
        }
        self.open(request, span);
    }

    fn refusal(&self, session: u64, kind: QueryKind, error: ErrorCode) {
        info!(target: TARGET, session, %kind, %error, "refusal");
    }

    fn connection_denied(&self, session: u64, denied: &ConnectionDenied) {
        warn!(target: TARGET, session, "connection denied: {denied}");
    }

    fn start(&self, request: RequestId, on: RunsOn) {
        let Some(span) = self.span(request) else {
            return;
        };
        info!(target: TARGET, parent: &span, ?on, "start");
        if on == RunsOn::Worker {
            RUNNING.set(Some(span.entered()));
        }
    }

    fn finish(&self, request: RequestId, on: RunsOn) {
        match on {
            // A cancel has removed the span from the map, and the worker still has it.
            RunsOn::Worker => {
                if let Some(span) = RUNNING.take() {
                    info!(target: TARGET, parent: &*span, "finish");
                }
            }
            RunsOn::Resolver => {
                if let Some(span) = self.span(request) {
                    info!(target: TARGET, parent: &span, "finish");
                }
            }
        }
    }

    fn answer(&self, request: RequestId, outcome: &Outcome) {
        let Some(span) = self.close(request) else {
            return;
        };
        match outcome {
            Ok(answer) => {
                info!(target: TARGET, parent: &span, "answer");
                debug!(target: TARGET, parent: &span, answer = %DisplayAnswer(answer), "answered");
            }
            Err(error) => info!(target: TARGET, parent: &span, %error, "answer"),
        }
    }

    fn denial(&self, request: RequestId) {
        if let Some(span) = self.close(request) {
            info!(target: TARGET, parent: &span, "denial");
        }
    }

    fn cancel(&self, request: RequestId) {
        if let Some(span) = self.close(request) {
            info!(target: TARGET, parent: &span, "cancel");
        } else {
            // The answer or denial has closed the span.
            let RequestId { session, handle } = request;
            info!(target: TARGET, session, handle = %format_args!("{handle:#x}"), "cancel");
        }
    }
}
