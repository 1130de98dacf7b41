//! One session of the engine, and the model that judges it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use winsock_async_engine::{
    Answer, Completion, ErrorCode, LookupEngine, Outcome, PendingLookup, Query, Session, TaskHandle,
};
use winsock_async_model::{
    Asked, Code, Inspection, Room, Session as Model, Settings, TakenCompletion,
};

/// A session, its model, and the handles that the session has given.
pub(super) struct Guest {
    session: Session,
    model: Model<Kind>,
    /// In the order of the requests.
    given: Vec<TaskHandle>,
    /// Lookups of the same guest, which the session never shows (`S-W1`).
    lookups: Vec<Lookup>,
    /// How many lookups have begun.
    begun: usize,
}

struct Lookup {
    kind: Kind,
    pending: PendingLookup,
    /// The outcome, once it was taken.
    taken: Option<Outcome>,
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

impl Kind {
    fn of(query: &Query) -> Kind {
        match query {
            Query::HostByName(_) | Query::HostByAddress(_) => Kind::Host,
            Query::ServiceByName(_) | Query::ServiceByPort(_) => Kind::Service,
            Query::ProtocolByName(_) | Query::ProtocolByNumber(_) => Kind::Protocol,
            Query::Addresses(_) => Kind::Addresses,
            Query::NameOf(_) => Kind::Name,
        }
    }
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
            lookups: Vec::new(),
            begun: 0,
        }
    }

    fn outstanding(&self) -> usize {
        self.model.outstanding().len()
    }

    /// Requests and lookups that count for the limits.
    pub(super) fn held(&self) -> usize {
        self.outstanding() + self.lookups.len()
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
        let kind = Kind::of(&query);
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

    pub(super) fn begin(&mut self, query: Query, room: Room, is_up: bool) {
        let kind = Kind::of(&query);
        let refused = self.session.stats().refused;
        let pending = self.session.lookups().begin(query);
        if self.session.stats().refused == refused {
            assert!(is_up && room != Room::Full, "{room:?}");
            self.begun += 1;
            self.lookups.push(Lookup {
                kind,
                pending,
                taken: None,
            });
        } else if is_up {
            assert_eq!(pending.outcome(), Some(Err(ErrorCode::WouldBlock)));
            assert_ne!(room, Room::Free);
        } else {
            assert_eq!(pending.outcome(), Some(Err(ErrorCode::NetworkDown)));
        }
    }

    pub(super) fn poll_lookup(&mut self, i: usize) {
        if let Some(i) = i.checked_rem(self.lookups.len()) {
            self.lookups[i].poll();
        }
    }

    pub(super) fn drop_lookup(&mut self, i: usize) {
        if let Some(i) = i.checked_rem(self.lookups.len()) {
            self.lookups.remove(i);
        }
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
        for mut lookup in self.lookups.drain(..) {
            while !lookup.poll() {
                std::thread::yield_now();
            }
        }
    }

    /// The counts of the session agree with the model, whatever the pace of the workers is.
    pub(super) fn check_counts(&self) {
        assert_eq!(self.session.outstanding(), self.outstanding());
        let stats = self.session.stats();
        assert_eq!(stats.requests, (self.given.len() + self.begun) as u64);
        let untaken = self.lookups.iter().filter(|lookup| lookup.taken.is_none());
        assert_eq!(
            stats.pending(),
            (self.outstanding() + untaken.count()) as u64
        );
        assert!(!self.model.has_completed() || self.session.readiness().is_ready());
    }
}

impl Lookup {
    /// Polls the lookup, and checks its outcome. False if it is pending.
    fn poll(&mut self) -> bool {
        let polled = pin!(&mut self.pending).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(outcome) = polled else {
            assert_eq!(self.taken, None, "an outcome is gone");
            return false;
        };
        assert!(self.kind.allows(&kind_of(&outcome)), "{outcome:?}");
        let taken = self.taken.get_or_insert_with(|| outcome.clone());
        assert_eq!(*taken, outcome, "another outcome");
        true
    }
}

fn kind_of(outcome: &Outcome) -> Result<Kind, Code> {
    match outcome.as_deref() {
        Ok(Answer::Host(_)) => Ok(Kind::Host),
        Ok(Answer::Service(_)) => Ok(Kind::Service),
        Ok(Answer::Protocol(_)) => Ok(Kind::Protocol),
        Ok(Answer::Addresses(_)) => Ok(Kind::Addresses),
        Ok(Answer::Name(_)) => Ok(Kind::Name),
        Err(error) => Err(Code::from(*error)),
    }
}

fn shown(completion: Completion) -> TakenCompletion<Kind> {
    TakenCompletion {
        handle: completion.handle,
        tag: completion.tag,
        outcome: kind_of(&completion.outcome),
    }
}
