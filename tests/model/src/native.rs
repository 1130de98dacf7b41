//! Sessions of the engine, as an embedder has them.

use std::time::Duration;

use winsock_async_engine::{Answer, Completion, ErrorCode, LookupEngine, Query, Session};

use crate::code::Code;
use crate::gates::Gates;
use crate::player::{Settings, Subject};
use crate::question::Question;
use crate::session::TakenCompletion;

/// Ends a wait that would hang. A completion arrives within microseconds.
const FOREVER: Duration = Duration::from_secs(120);

/// Sessions on one engine, whose resolver is [`Gates`].
pub struct Native {
    gates: Gates,
    engine: LookupEngine,
    sessions: Vec<Session>,
}

impl Native {
    /// An engine with these limits, and its sessions.
    pub fn new(settings: &Settings) -> Native {
        let gates = Gates::default();
        let engine = gates.engine(settings);
        let sessions = (0..settings.sessions).map(|_| engine.session()).collect();
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
        let outcome = match completion.outcome.as_deref() {
            Ok(Answer::Host(host)) => host.addresses().next().map(u32::from).ok_or(Code::Other),
            Ok(_) => Err(Code::Other),
            Err(error) => Err(Code::from(*error)),
        };
        TakenCompletion {
            handle: completion.handle,
            tag: completion.tag,
            outcome,
        }
    }
}

impl Subject for Native {
    fn renew_all(&mut self) {
        for session in &mut self.sessions {
            *session = self.engine.session();
        }
        self.gates.open_all();
    }

    fn renew(&mut self, session: usize) {
        self.sessions[session] = self.engine.session();
    }

    fn startup(&mut self, session: usize) -> Result<(), Code> {
        Ok(self.sessions[session].startup()?)
    }

    fn cleanup(&mut self, session: usize) -> Result<(), Code> {
        Ok(self.sessions[session].cleanup()?)
    }

    fn request(&mut self, session: usize, question: Question, tag: u64) -> Result<u64, Code> {
        let query = Query::HostByName(question.name().into_bytes().into());
        Ok(self.sessions[session].request(query, tag)?)
    }

    fn cancel(&mut self, session: usize, handle: u64) -> Result<(), Code> {
        Ok(self.sessions[session].cancel(handle)?)
    }

    fn take(&mut self, session: usize, max: u32) -> Vec<TakenCompletion> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let taken = self.sessions[session].take(max);
        taken.into_iter().map(TakenCompletion::from).collect()
    }

    fn look(&mut self, session: usize) -> bool {
        self.sessions[session].wait(Some(Duration::ZERO))
    }

    fn wait(&mut self, session: usize) -> bool {
        self.sessions[session].wait(Some(FOREVER))
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
