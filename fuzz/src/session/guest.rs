//! One session, and all that is known of its requests.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use winsock_async_engine::{
    Answer, Completion, ErrorCode, Limits, LookupEngine, Query, Session, TaskHandle,
};

use super::input::Question;

/// A session with the model of it: what each call may say follows from the calls before, but for when a
/// worker is done.
pub(super) struct Guest {
    session: Session,
    startups: u64,
    /// Every handle that was given out, in order.
    given: Vec<TaskHandle>,
    unique: HashSet<TaskHandle>,
    /// What was begun since the last clean-up.
    requests: HashMap<TaskHandle, Request>,
    /// Those of them that are outstanding.
    outstanding: usize,
    /// Something can be taken: a wait has said so.
    promised: bool,
    begun: u64,
}

/// What bears on a request from outside its session.
pub(super) struct Call<'a> {
    pub(super) engine_outstanding: usize,
    pub(super) limits: &'a Limits,
    pub(super) workers: usize,
    /// The limit of bytes can be reached before that of requests.
    pub(super) few_bytes: bool,
    /// Every worker that there may be is stuck.
    pub(super) exhausted: bool,
}

struct Request {
    tag: u64,
    kind: Kind,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Completed or not, as nobody has asked.
    Outstanding,
    /// A cancel came too late: the completion can be taken.
    Completed,
    Cancelled,
    Taken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Host,
    Service,
    Protocol,
}

impl Guest {
    pub(super) fn new(engine: &LookupEngine) -> Guest {
        Guest {
            session: engine.session(),
            startups: 0,
            given: Vec::new(),
            unique: HashSet::new(),
            requests: HashMap::new(),
            outstanding: 0,
            promised: false,
            begun: 0,
        }
    }

    pub(super) fn outstanding(&self) -> usize {
        self.outstanding
    }

    /// One of the handles that were given out; 0 while there is none.
    pub(super) fn given(&self, i: usize) -> TaskHandle {
        let i = i.checked_rem(self.given.len());
        i.map_or(0, |i| self.given[i])
    }

    pub(super) fn startup(&mut self) {
        assert_eq!(self.session.startup(), Ok(()));
        self.startups += 1;
    }

    /// S-S3, S-S4
    pub(super) fn cleanup(&mut self) {
        let result = self.session.cleanup();
        if self.startups == 0 {
            return assert_eq!(result, Err(ErrorCode::NotInitialised));
        }
        assert_eq!(result, Ok(()));
        self.startups -= 1;
        if self.startups == 0 {
            self.requests.clear();
            self.outstanding = 0;
            self.promised = false;
        }
    }

    /// S-R1, S-R2, S-R17, S-R18, S-S5
    pub(super) fn request(&mut self, question: Question, tag: u64, call: &Call) {
        let query = Query::from(question);
        let kind = Kind::of_query(&query);
        let begun = self.session.request(query, tag);
        let limits = call.limits;
        let full = self.outstanding >= limits.max_requests
            || call.engine_outstanding >= limits.requests_per_engine;
        // How many bytes are held depends on what has completed; with nothing outstanding it is none.
        let may_be_full = full || call.exhausted || (call.few_bytes && self.outstanding > 0);
        let handle = match begun {
            _ if self.startups == 0 => return assert_eq!(begun, Err(ErrorCode::NotInitialised)),
            _ if call.workers == 0 => return assert_eq!(begun, Err(ErrorCode::NetworkDown)),
            Err(error) => {
                assert_eq!(error, ErrorCode::WouldBlock);
                return assert!(may_be_full, "refused without reason");
            }
            Ok(handle) => handle,
        };
        assert!(!full, "begun at a limit");
        assert!(handle != 0 && self.unique.insert(handle), "{handle:#x}");
        let state = State::Outstanding;
        self.requests.insert(handle, Request { tag, kind, state });
        self.given.push(handle);
        self.outstanding += 1;
        self.begun += 1;
    }

    /// S-C1, S-C2, S-C3, S-C5
    pub(super) fn cancel(&mut self, handle: TaskHandle, is_up: bool) {
        let said = self.session.cancel(handle);
        if self.startups == 0 {
            return assert_eq!(said, Err(ErrorCode::NotInitialised));
        }
        if !is_up {
            return assert_eq!(said, Err(ErrorCode::NetworkDown));
        }
        let request = self.requests.get_mut(&handle);
        let state = request.as_ref().map(|request| request.state);
        match (request, said) {
            (Some(request), Ok(())) if request.state == State::Outstanding => {
                request.state = State::Cancelled;
                self.outstanding -= 1;
            }
            (Some(request), Err(ErrorCode::AlreadyCompleted)) => match request.state {
                State::Outstanding => request.state = State::Completed,
                State::Completed | State::Taken => {}
                State::Cancelled => panic!("cancelled, and then completed"),
            },
            (request, Err(ErrorCode::InvalidArgument)) => {
                let unknown = request.is_none_or(|r| r.state == State::Cancelled);
                assert!(unknown, "{state:?} is unknown");
            }
            _ => panic!("{state:?}: {said:?}"),
        }
        assert!(self.ready() <= self.outstanding, "it was to be taken");
    }

    /// S-R6, S-C1
    pub(super) fn take(&mut self, max: usize) {
        let taken = self.session.take(max);
        let least = self.ready().min(max);
        assert!((least..=max).contains(&taken.len()));
        for Completion {
            handle,
            tag,
            outcome,
        } in taken
        {
            let request = self.requests.get_mut(&handle).expect("one that was begun");
            let state = std::mem::replace(&mut request.state, State::Taken);
            assert!(matches!(state, State::Outstanding | State::Completed));
            assert_eq!(tag, request.tag);
            if let Ok(answer) = outcome {
                assert_eq!(Kind::of_answer(&answer), request.kind);
            }
            self.outstanding -= 1;
            self.promised = false;
        }
    }

    pub(super) fn wait(&mut self) {
        let ready = self.session.wait(Some(Duration::ZERO));
        self.check_wait(Some(ready));
    }

    pub(super) fn poll(&mut self) {
        let polled = pin!(self.session.completed()).poll(&mut Context::from_waker(Waker::noop()));
        let ready = match polled {
            Poll::Ready(ready) => Some(ready),
            Poll::Pending => None,
        };
        self.check_wait(ready);
    }

    /// Waits for what is pending and takes it; then all that was begun has ended as it should.
    pub(super) fn drain(&mut self) {
        while self.session.wait(None) {
            self.promised = true;
            self.take(1);
        }
        assert_eq!(self.outstanding, 0);
        let ended = |request: &Request| matches!(request.state, State::Cancelled | State::Taken);
        assert!(self.requests.values().all(ended));
        assert!(self.session.take(usize::MAX).is_empty());
    }

    /// The counts balance, whatever is under way.
    pub(super) fn check_counts(&self) {
        assert_eq!(self.session.outstanding(), self.outstanding);
        let stats = self.session.stats();
        assert_eq!(stats.requests, self.begun);
        let pending = stats.requests - stats.completed() - stats.cancelled;
        assert!(pending <= self.outstanding as u64);
        assert!(self.ready() == 0 || self.session.readiness().is_ready());
    }

    /// `None` is "not yet".
    fn check_wait(&mut self, ready: Option<bool>) {
        if self.outstanding == 0 {
            assert_eq!(ready, Some(false), "nothing could come");
        }
        if self.ready() > 0 {
            assert_eq!(ready, Some(true), "it was to be taken");
        }
        self.promised |= ready == Some(true);
    }

    /// At least so many completions can be taken.
    fn ready(&self) -> usize {
        let completed = |request: &&Request| request.state == State::Completed;
        let completed = self.requests.values().filter(completed).count();
        completed.max(self.promised.into())
    }
}

impl Kind {
    fn of_query(query: &Query) -> Kind {
        match query {
            Query::HostByName(_) | Query::HostByAddress(_) => Kind::Host,
            Query::ServiceByName(_) | Query::ServiceByPort(_) => Kind::Service,
            Query::ProtocolByName(_) | Query::ProtocolByNumber(_) => Kind::Protocol,
        }
    }

    fn of_answer(answer: &Answer) -> Kind {
        match answer {
            Answer::Host(_) => Kind::Host,
            Answer::Service(_) => Kind::Service,
            Answer::Protocol(_) => Kind::Protocol,
        }
    }
}
