//! Sessions of the engine, as an embedder has them.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use winsock_async_engine::{Answer, Completion, ErrorCode, LookupEngine, PendingLookup, Query};
use winsock_async_engine::{Outcome as EngineOutcome, Session};

use crate::code::Code;
use crate::gates::Gates;
use crate::player::{Settings, Subject};
use crate::question::{Outcome, Question};
use crate::session::TakenCompletion;

/// Ends a wait that would hang. A completion arrives within microseconds.
const FOREVER: Duration = Duration::from_secs(120);

/// Sessions on one engine, whose resolver is [`Gates`].
pub struct Native {
    gates: Gates,
    engine: LookupEngine,
    sessions: Vec<Guest>,
}

/// A session, and lookups of the same guest, by number. The session is dropped before them.
struct Guest {
    session: Session,
    lookups: HashMap<u64, PendingLookup>,
}

impl Guest {
    fn new(engine: &LookupEngine) -> Guest {
        Guest {
            session: engine.session(),
            lookups: HashMap::new(),
        }
    }

    fn poll(&mut self, number: u64, waker: &Waker) -> Option<Outcome> {
        let lookup = self.lookups.get_mut(&number)?;
        match Pin::new(lookup).poll(&mut Context::from_waker(waker)) {
            Poll::Ready(outcome) => Some(shown(&outcome)),
            Poll::Pending => None,
        }
    }
}

/// Wakes a thread that awaits a lookup.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Native {
    /// An engine with these limits, and its sessions.
    pub fn new(settings: &Settings) -> Native {
        let gates = Gates::default();
        let engine = gates.engine(settings);
        let sessions = (0..settings.sessions)
            .map(|_| Guest::new(&engine))
            .collect();
        Native {
            gates,
            engine,
            sessions,
        }
    }

    /// The resolver.
    pub fn gates(&self) -> &Gates {
        &self.gates
    }
}

impl Drop for Native {
    /// Lets every worker leave its gate.
    fn drop(&mut self) {
        self.gates.open_all();
    }
}

impl From<ErrorCode> for Code {
    fn from(error: ErrorCode) -> Code {
        Code::from_number(error.number())
    }
}

impl From<Completion> for TakenCompletion {
    fn from(completion: Completion) -> TakenCompletion {
        TakenCompletion {
            handle: completion.handle,
            tag: completion.tag,
            outcome: shown(&completion.outcome),
        }
    }
}

fn shown(outcome: &EngineOutcome) -> Outcome {
    match outcome.as_deref() {
        Ok(Answer::Host(host)) => host.addresses().next().map(u32::from).ok_or(Code::Other),
        Ok(_) => Err(Code::Other),
        Err(error) => Err(Code::from(*error)),
    }
}

fn query(question: Question) -> Query {
    Query::HostByName(question.name().into_bytes().into())
}

impl Subject for Native {
    fn renew_all(&mut self) {
        for session in &mut self.sessions {
            *session = Guest::new(&self.engine);
        }
        self.gates.open_all();
    }

    fn renew(&mut self, session: usize) {
        self.sessions[session] = Guest::new(&self.engine);
    }

    fn startup(&mut self, session: usize) -> Result<(), Code> {
        Ok(self.sessions[session].session.startup()?)
    }

    fn cleanup(&mut self, session: usize) -> Result<(), Code> {
        Ok(self.sessions[session].session.cleanup()?)
    }

    fn request(&mut self, session: usize, question: Question, tag: u64) -> Result<u64, Code> {
        Ok(self.sessions[session]
            .session
            .request(query(question), tag)?)
    }

    fn cancel(&mut self, session: usize, handle: u64) -> Result<(), Code> {
        Ok(self.sessions[session].session.cancel(handle)?)
    }

    fn take(&mut self, session: usize, max: u32) -> Vec<TakenCompletion> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let taken = self.sessions[session].session.take(max);
        taken.into_iter().map(TakenCompletion::from).collect()
    }

    fn look(&mut self, session: usize) -> bool {
        self.sessions[session].session.wait(Some(Duration::ZERO))
    }

    fn wait(&mut self, session: usize) -> bool {
        self.sessions[session].session.wait(Some(FOREVER))
    }

    fn begin(&mut self, session: usize, question: Question) -> Option<Result<(), Code>> {
        let Guest { session, lookups } = &mut self.sessions[session];
        let refused = session.stats().refused;
        let lookup = session.lookups().begin(query(question));
        if session.stats().refused == refused {
            lookups.insert(question.number(), lookup);
            return Some(Ok(()));
        }
        let error = lookup.outcome().and_then(EngineOutcome::err);
        Some(Err(error.map_or(Code::Other, Code::from)))
    }

    fn poll(&mut self, session: usize, number: u64) -> Option<Outcome> {
        self.sessions[session].poll(number, Waker::noop())
    }

    fn finished(&mut self, session: usize, number: u64) -> Option<Outcome> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let begun = Instant::now();
        loop {
            let polled = self.sessions[session].poll(number, &waker);
            let left = FOREVER.checked_sub(begun.elapsed());
            match (polled, left) {
                (None, Some(left)) => thread::park_timeout(left),
                (polled, _) => return polled,
            }
        }
    }

    fn drop_lookup(&mut self, session: usize, number: u64) {
        self.sessions[session].lookups.remove(&number);
    }

    fn finish(&mut self, number: u64) -> bool {
        self.gates.open(number);
        true
    }

    fn switch(&mut self, up: bool) -> bool {
        if up {
            self.engine.bring_up();
        } else {
            self.engine.take_down();
        }
        true
    }

    fn outstanding(&self) -> Option<usize> {
        Some(self.engine.outstanding())
    }

    fn was_asked(&self, number: u64) -> bool {
        self.gates.was_asked(number)
    }
}
