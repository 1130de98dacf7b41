//! Records when each request was asked, ran and ended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use winsock_async_engine::observe::{DisplayQuery, Observer, QueryKind, RequestId, RunsOn};
use winsock_async_engine::{ErrorCode, Outcome, Query};

/// Requests that are recorded; those that come later are only counted.
const MOST: usize = 100_000;

/// Bytes of a question that are recorded, so that a guest's names do not fill the memory.
const QUESTION: usize = 80;

/// One request. Times are nanoseconds since the recorder was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: RequestId,
    pub kind: QueryKind,
    /// What was asked, in one line.
    pub question: String,
    pub asked: u64,
    /// When the resolver began with it.
    pub started: Option<u64>,
    /// When it was done, wanted or not.
    pub finished: Option<u64>,
    /// How it ended, and when.
    pub ended: Option<(u64, End)>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Answered,
    Failed(ErrorCode),
    Denied,
    Cancelled,
}

impl End {
    /// In a word, which is Winsock's for an error.
    pub fn name(self) -> &'static str {
        match self {
            End::Answered => "answered",
            End::Failed(error) => error.winsock_name(),
            End::Denied => "denied",
            End::Cancelled => "cancelled",
        }
    }
}

/// What was recorded until now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// In the order in which they were asked.
    pub requests: Vec<Record>,
    /// Requests that came when there was no room.
    pub left_out: u64,
    /// Requests that were refused at the call.
    pub refused: u64,
    /// When this was taken.
    pub now: u64,
}

/// Observes an engine.
pub struct Recorder {
    start: Instant,
    state: Mutex<State>,
    most: usize,
}

#[derive(Default)]
struct State {
    requests: Vec<Record>,
    /// Where each of them is.
    places: HashMap<RequestId, usize>,
    left_out: u64,
    refused: u64,
}

impl Default for Recorder {
    fn default() -> Recorder {
        Recorder::new(MOST)
    }
}

impl Recorder {
    /// One that records no more than so many requests.
    pub fn new(most: usize) -> Recorder {
        Recorder {
            start: Instant::now(),
            state: Mutex::default(),
            most,
        }
    }

    /// What was recorded so far.
    pub fn recording(&self) -> Recording {
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
            requests, places, ..
        } = &mut *state;
        if let Some(place) = places.get(&request) {
            change(&mut requests[*place], self.now());
        }
    }

    fn end(&self, request: RequestId, end: End) {
        self.change(request, |record, now| record.ended = Some((now, end)));
    }
}

impl Observer for Recorder {
    fn wants_queries(&self) -> bool {
        true
    }

    fn request(&self, request: RequestId, kind: QueryKind, query: Option<&Query>) {
        let mut state = self.state();
        if state.requests.len() >= self.most {
            state.left_out += 1;
            // The number may have been another request's, long ago.
            state.places.remove(&request);
            return;
        }
        let question = query.map_or(String::new(), |query| cut(DisplayQuery(query).to_string()));
        let place = state.requests.len();
        state.places.insert(request, place);
        state.requests.push(Record {
            id: request,
            kind,
            question,
            asked: self.now(),
            started: None,
            finished: None,
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

/// A text that is no longer than it may be.
fn cut(mut text: String) -> String {
    if text.len() > QUESTION {
        text.truncate(text.floor_char_boundary(QUESTION - '…'.len_utf8()));
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
            assert!(record.question.len() <= QUESTION && record.question.ends_with('…'));
            assert_eq!(record.ended.map(|(_, end)| end), Some(End::Cancelled));
        }
        assert_eq!(recorder.state().places.len(), 2);
    }
}
