//! Records when each request was made, ran and ended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use winsock_async_engine::observe::{DisplayQuery, Observer, QueryKind, RequestId, RunsOn};
use winsock_async_engine::{ErrorCode, Outcome, Query};

/// The number of requests to record. Later requests are only counted.
const MAX_REQUESTS: usize = 100_000;

/// The number of a question's bytes to record: a guest's names must not fill the memory.
const MAX_QUESTION_BYTES: usize = 80;

/// One request. Times are nanoseconds since the recorder was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) id: RequestId,
    pub(crate) kind: QueryKind,
    /// The question, in one line.
    pub(crate) question: String,
    pub(crate) asked: u64,
    /// When a resolver started on it.
    pub(crate) started: Option<u64>,
    /// When the resolver was done, even if the request was cancelled before.
    pub(crate) finished: Option<u64>,
    /// Whether its outcome was known without a resolver at work.
    pub(crate) at_once: bool,
    /// When and how the request ended. A cancel can follow an answer.
    pub(crate) ended: Option<(u64, End)>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Answered,
    Failed(ErrorCode),
    Denied,
    Cancelled,
}

impl End {
    /// One word; Winsock's name of an error.
    pub(crate) fn name(self) -> &'static str {
        match self {
            End::Answered => "answered",
            End::Failed(error) => error.winsock_name(),
            End::Denied => "denied",
            End::Cancelled => "cancelled",
        }
    }
}

/// A copy of what was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recording {
    /// In the order in which the guest made them.
    pub(crate) requests: Vec<Record>,
    /// The number of requests beyond the first [`MAX_REQUESTS`].
    pub(crate) left_out: u64,
    /// The number of requests that were refused at the call.
    pub(crate) refused: u64,
    /// When the copy was made.
    pub(crate) now: u64,
}

/// An observer that records requests.
pub(crate) struct Recorder {
    start: Instant,
    state: Mutex<State>,
    max_requests: usize,
}

#[derive(Default)]
struct State {
    requests: Vec<Record>,
    /// The index of each request in `requests`.
    indices: HashMap<RequestId, usize>,
    left_out: u64,
    refused: u64,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new(MAX_REQUESTS)
    }
}

impl Recorder {
    /// A recorder of the first `max_requests` requests.
    pub(crate) fn new(max_requests: usize) -> Recorder {
        Recorder {
            start: Instant::now(),
            state: Mutex::default(),
            max_requests,
        }
    }

    /// A copy of what was recorded so far.
    pub(crate) fn recording(&self) -> Recording {
        let state = self.state();
        Recording {
            requests: state.requests.clone(),
            left_out: state.left_out,
            refused: state.refused,
            now: self.now(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, request: RequestId, change: impl FnOnce(&mut Record, u64)) {
        let mut state = self.state();
        let State {
            requests, indices, ..
        } = &mut *state;
        if let Some(index) = indices.get(&request) {
            change(&mut requests[*index], self.now());
        }
    }

    fn end(&self, request: RequestId, end: End) {
        self.change(request, |record, now| {
            record.at_once |= record.started.is_none() && !end.was_pending();
            record.ended = Some((now, end));
        });
    }
}

impl Observer for Recorder {
    fn wants_queries(&self) -> bool {
        true
    }

    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        let mut state = self.state();
        if state.requests.len() >= self.max_requests {
            state.left_out += 1;
            // A recorded request may have had the same handle; it has ended.
            state.indices.remove(&request);
            return;
        }
        let question = query.map_or(String::new(), |query| cut(DisplayQuery(query).to_string()));
        let index = state.requests.len();
        state.indices.insert(request, index);
        state.requests.push(Record {
            id: request,
            kind,
            question,
            asked: self.now(),
            started: None,
            finished: None,
            at_once: false,
            ended: None,
        });
    }

    fn refusal(&self, _: u64, _: QueryKind, _: ErrorCode) {
        self.state().refused += 1;
    }

    fn start(&self, request: RequestId, _: RunsOn) {
        self.change(request, |record, now| record.started = Some(now));
    }

    fn finish(&self, request: RequestId, _: RunsOn) {
        self.change(request, |record, now| record.finished = Some(now));
    }

    fn answer(&self, request: RequestId, outcome: &Outcome) {
        let end = outcome.as_ref().err().copied();
        self.end(request, end.map_or(End::Answered, End::Failed));
    }

    fn denial(&self, request: RequestId) {
        self.end(request, End::Denied);
    }

    fn cancel(&self, request: RequestId) {
        self.end(request, End::Cancelled);
    }
}

/// Cuts a text to [`MAX_QUESTION_BYTES`].
fn cut(mut text: String) -> String {
    if text.len() > MAX_QUESTION_BYTES {
        text.truncate(text.floor_char_boundary(MAX_QUESTION_BYTES - '…'.len_utf8()));
        text.push('…');
    }
    text.shrink_to_fit();
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        let recorder = Recorder::new(2);
        let request = |handle| RequestId { session: 1, handle };
        let query = Query::HostByName("ö".repeat(60_000).into_bytes().into());
        for handle in [7, 8, 9, 10] {
            recorder.request(request(handle), QueryKind::HostByName, Some(&query));
            recorder.cancel(request(handle));
        }
        let recording = recorder.recording();
        assert_eq!((recording.requests.len(), recording.left_out), (2, 2));
        for record in &recording.requests {
            assert!(record.question.len() <= MAX_QUESTION_BYTES && record.question.ends_with('…'));
            assert_eq!(record.ended.map(|(_, end)| end), Some(End::Cancelled));
        }
        assert_eq!(recorder.state().indices.len(), 2);
    }
}
