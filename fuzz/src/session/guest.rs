//! One session of the engine, and the model that judges it.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use winsock_async_engine::{Answer, Completion, LookupEngine, Query, Session, TaskHandle};
use winsock_async_model::{
    Asked, Code, Inspection, Room, Session as Model, Settings, TakenCompletion,
};

/// A session, its model, and the handles that the session has given.
pub(super) struct Guest {
    session: Session,
    model: Model<Kind>,
    /// In the order of the requests.
    given: Vec<TaskHandle>,
}

/// The kind of a query, and of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Host,
    Service,
    Protocol,
    Addresses,
    Name,
}

/// A resolver may fail any lookup, and may give a wrong answer, which the engine must not pass on.
impl Asked for Kind {
    type Answer = Kind;

    fn allows(&self, outcome: &Result<Kind, Code>) -> bool {
        outcome.is_err() || *outcome == Ok(*self)
    }
}

/// Panics unless the model allows what a call returned.
#[track_caller]
fn check(verdict: Inspection) {
    if let Err(why) = verdict {
        panic!("{why}");
    }
}

impl Guest {
    pub(super) fn new(engine: &LookupEngine) -> Guest {
        let mut model = Model::new(Settings::GUEST.remembered);
        if !engine.is_up() {
            model.take_down();
        }
        Guest {
            session: engine.session(),
            model,
            given: Vec::new(),
        }
    }

    pub(super) fn outstanding(&self) -> usize {
        self.model.outstanding().len()
    }

    /// One of the handles that the session has given, or 0 before the first.
    pub(super) fn given(&self, i: usize) -> TaskHandle {
        let i = i.checked_rem(self.given.len());
        i.map_or(0, |i| self.given[i])
    }

    pub(super) fn startup(&mut self) {
        let got = self.session.startup();
        check(self.model.startup(got.map_err(Code::from)));
    }

    pub(super) fn cleanup(&mut self) {
        let got = self.session.cleanup();
        check(self.model.cleanup(got.map_err(Code::from)));
    }

    pub(super) fn request(&mut self, query: Query, tag: u64, room: Room) {
        let kind = match query {
            Query::HostByName(_) | Query::HostByAddress(_) => Kind::Host,
            Query::ServiceByName(_) | Query::ServiceByPort(_) => Kind::Service,
            Query::ProtocolByName(_) | Query::ProtocolByNumber(_) => Kind::Protocol,
            Query::Addresses(_) => Kind::Addresses,
            Query::NameOf(_) => Kind::Name,
        };
        let got = self.session.request(query, tag).map_err(Code::from);
        self.given.extend(got);
        check(self.model.request(kind, tag, room, got));
    }

    pub(super) fn cancel(&mut self, handle: TaskHandle) {
        let got = self.session.cancel(handle);
        check(self.model.cancel(handle, got.map_err(Code::from)));
    }

    pub(super) fn take(&mut self, max: usize) {
        let taken: Vec<_> = self.session.take(max).into_iter().map(shown).collect();
        check(self.model.take(max, &taken));
    }

    pub(super) fn wait(&mut self) {
        let got = self.session.wait(Some(Duration::ZERO));
        check(self.model.wait(false, got));
    }

    /// Polls the future of a completion once, and drops it.
    pub(super) fn poll(&mut self) {
        let polled = pin!(self.session.completed()).poll(&mut Context::from_waker(Waker::noop()));
        let pending = self.outstanding() > 0;
        assert!(pending || polled.is_ready(), "no completion can come");
        check(self.model.wait(false, polled == Poll::Ready(true)));
    }

    /// Waits for every completion and takes it. Then none is left.
    pub(super) fn drain(&mut self) {
        loop {
            let got = self.session.wait(None);
            check(self.model.wait(true, got));
            if !got {
                break;
            }
            self.take(1);
        }
        self.take(usize::MAX);
        assert_eq!(self.outstanding(), 0);
    }

    /// The counts of the session agree with the model, whatever the pace of the workers is.
    pub(super) fn check_counts(&self) {
        assert_eq!(self.session.outstanding(), self.outstanding());
        let stats = self.session.stats();
        assert_eq!(stats.requests, self.given.len() as u64);
        assert_eq!(stats.pending(), self.outstanding() as u64);
        assert!(!self.model.has_completed() || self.session.readiness().is_ready());
    }
}

fn shown(completion: Completion) -> TakenCompletion<Kind> {
    let answer = |answer: &Answer| match answer {
        Answer::Host(_) => Kind::Host,
        Answer::Service(_) => Kind::Service,
        Answer::Protocol(_) => Kind::Protocol,
        Answer::Addresses(_) => Kind::Addresses,
        Answer::Name(_) => Kind::Name,
    };
    TakenCompletion {
        handle: completion.handle,
        tag: completion.tag,
        outcome: match completion.outcome {
            Ok(found) => Ok(answer(&found)),
            Err(error) => Err(Code::from(error)),
        },
    }
}
