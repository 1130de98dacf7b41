//! Makes calls on a subject, and has the model judge their results.

use std::collections::HashSet;
use std::fmt;

use crate::call::{Call, Handle, Kind};
use crate::code::Code;
use crate::question::{Outcome, Question};
use crate::session::{Room, Session, TakenCompletion};

/// The sessions of an engine, by number, as a test reaches them.
pub trait Subject {
    /// Replaces every session by one without a start-up.
    fn renew_all(&mut self);

    /// Drops a session, and replaces it by one without a start-up.
    fn renew(&mut self, session: usize);

    /// Start-up.
    fn startup(&mut self, session: usize) -> Result<(), Code>;

    /// Clean-up.
    fn cleanup(&mut self, session: usize) -> Result<(), Code>;

    /// A request.
    fn request(&mut self, session: usize, question: Question, tag: u64) -> Result<u64, Code>;

    /// Cancel.
    fn cancel(&mut self, session: usize, handle: u64) -> Result<(), Code>;

    /// Takes completions.
    fn take(&mut self, session: usize, max: u32) -> Vec<TakenCompletion>;

    /// Whether a completion can be taken now.
    fn look(&mut self, session: usize) -> bool;

    /// Waits for a completion, as long as it takes.
    fn wait(&mut self, session: usize) -> bool;

    /// Begins a lookup of the same guest as the session, as a future. `None` if the subject has no
    /// such lookups, else whether the lookup was refused. The number of the question names it.
    fn begin(&mut self, session: usize, question: Question) -> Option<Result<(), Code>> {
        let _ = (session, question);
        None
    }

    /// Polls a lookup.
    fn poll(&mut self, session: usize, number: u64) -> Option<Outcome> {
        unreachable!("session {session} has no lookup {number}")
    }

    /// Awaits a lookup, as long as it takes.
    fn finished(&mut self, session: usize, number: u64) -> Option<Outcome> {
        unreachable!("session {session} has no lookup {number}")
    }

    /// Drops a lookup.
    fn drop_lookup(&mut self, session: usize, number: u64) {
        unreachable!("session {session} has no lookup {number}")
    }

    /// Lets the resolver finish the lookup with this number. False if the subject can do that only
    /// by [`Question::Release`].
    fn finish(&mut self, number: u64) -> bool;

    /// Takes the engine down or brings it up. False if the subject cannot.
    fn switch(&mut self, up: bool) -> bool;

    /// The number of outstanding requests of the engine, if the subject sees it.
    fn outstanding(&self) -> Option<usize>;

    /// Whether the resolver was asked for this number. False if the subject cannot see that.
    fn was_asked(&self, number: u64) -> bool;
}

/// The limits of the subject.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Workers of the engine.
    pub workers: usize,
    /// Sessions on the engine.
    pub sessions: usize,
    /// Outstanding requests of one session.
    pub max_requests: usize,
    /// Outstanding requests of all sessions.
    pub requests_per_engine: usize,
    /// The number of newest taken completions for whose handles cancel still returns "already"
    /// (S-C9).
    pub remembered: usize,
}

impl Settings {
    /// The engine of the guest `replay`: its test makes it, and the guest relies on it.
    pub const GUEST: Settings = Settings {
        workers: 2,
        sessions: 1,
        max_requests: 6,
        requests_per_engine: 1000,
        remembered: 65_536,
    };
}

/// A result that the model does not allow, with every call up to it and what each returned.
#[derive(Debug)]
pub struct Disagreement {
    steps: Vec<(Call, String)>,
    why: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (call, got) in &self.steps {
            writeln!(f, "  {call:?}: {got}")?;
        }
        write!(f, "  {}", self.why)
    }
}

impl std::error::Error for Disagreement {}

/// Plays sequences of calls, one after the other, on one subject.
pub struct Player<S> {
    subject: S,
    settings: Settings,
    sessions: Vec<Pair>,
    /// Every handle that the subject has given in this sequence.
    given: HashSet<u64>,
    /// The number of the last request.
    number: u64,
    down: bool,
    steps: Vec<(Call, Got)>,
}

/// A session's model, and every request that the session was asked for.
struct Pair {
    model: Session<Question>,
    made: Vec<Made>,
}

#[derive(Clone, Copy)]
struct Made {
    /// 0 if the request was refused, or is a lookup.
    handle: u64,
    number: u64,
}

/// The result of a call.
enum Got {
    Unit(Result<(), Code>),
    Handle(Result<u64, Code>),
    Taken(Vec<TakenCompletion>),
    Ready(bool),
    Polled(Option<Outcome>),
    Nothing,
}

impl Pair {
    /// The resolver may finish the request with this number.
    fn finish(&mut self, number: u64) {
        if let Some(made) = self.made.iter().find(|made| made.number == number) {
            self.model.finish(made.handle);
            self.model.finish_lookup(number);
        }
    }
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Got::Unit(got) => write!(f, "{got:?}"),
            Got::Handle(got) => write!(f, "{got:x?}"),
            Got::Taken(got) => write!(f, "{got:x?}"),
            Got::Ready(got) => write!(f, "{got}"),
            Got::Polled(got) => write!(f, "{got:x?}"),
            Got::Nothing => write!(f, "done"),
        }
    }
}

impl<S: Subject> Player<S> {
    /// A player for a subject with these limits.
    pub fn new(subject: S, settings: Settings) -> Player<S> {
        Player {
            subject,
            settings,
            sessions: Vec::new(),
            given: HashSet::new(),
            number: 0,
            down: false,
            steps: Vec::new(),
        }
    }

    /// The subject.
    pub fn subject(&self) -> &S {
        &self.subject
    }

    /// Makes the calls on sessions with one start-up each, then lets every lookup finish and checks
    /// that every completion arrives.
    ///
    /// # Errors
    /// A result that the model does not allow. The subject must not be used any more.
    pub fn play(&mut self, calls: &[Call]) -> Result<(), Disagreement> {
        self.subject.renew_all();
        self.sessions = (0..self.settings.sessions).map(|_| self.pair()).collect();
        self.given.clear();
        self.steps.clear();
        let starts = (0..self.settings.sessions).map(|session| Call::Startup { session });
        let verdict = starts
            .chain(calls.iter().copied())
            .try_for_each(|call| self.call(call))
            .and_then(|()| self.end());
        verdict.map_err(|why| Disagreement {
            steps: self
                .steps
                .iter()
                .map(|(call, got)| (*call, got.to_string()))
                .collect(),
            why,
        })
    }

    fn pair(&self) -> Pair {
        let mut model = Session::new(self.settings.remembered);
        if self.down {
            model.take_down();
        }
        Pair {
            model,
            made: Vec::new(),
        }
    }

    fn switch(&mut self, up: bool) {
        self.down = !up;
        for Pair { model, .. } in &mut self.sessions {
            if up {
                model.bring_up();
            } else {
                model.take_down();
            }
        }
    }

    fn note(&mut self, call: Call, got: Got) {
        self.steps.push((call, got));
    }

    fn call(&mut self, call: Call) -> Result<(), String> {
        match call {
            Call::Startup { session } => {
                let got = self.subject.startup(session);
                self.note(call, Got::Unit(got));
                self.sessions[session].model.startup(got)?;
            }
            Call::Cleanup { session } => {
                let got = self.subject.cleanup(session);
                self.note(call, Got::Unit(got));
                self.sessions[session].model.cleanup(got)?;
            }
            Call::Request { session, kind } => {
                let question = self.question(kind);
                self.request(call, session, question)?;
            }
            Call::Begin { session, kind } => self.begin(call, session, kind)?,
            Call::Await { session, back } if !self.await_ends(session, back) => {
                self.call(Call::Poll { session, back })?;
            }
            Call::Poll { session, back } | Call::Await { session, back } => {
                if let Some(number) = self.lookup(session, back) {
                    let certain = matches!(call, Call::Await { .. });
                    let got = if certain {
                        self.subject.finished(session, number)
                    } else {
                        self.subject.poll(session, number)
                    };
                    self.note(call, Got::Polled(got));
                    let model = &mut self.sessions[session].model;
                    model.poll(number, certain, got.as_ref())?;
                }
            }
            Call::DropLookup { session, back } => {
                if let Some(number) = self.lookup(session, back) {
                    self.subject.drop_lookup(session, number);
                    self.note(call, Got::Nothing);
                    self.sessions[session].model.drop_lookup(number);
                }
            }
            Call::Finish { session, back } => self.finish(call, session, back)?,
            Call::Cancel { session, handle } => {
                let handle = self.handle(handle);
                let got = self.subject.cancel(session, handle);
                self.note(call, Got::Unit(got));
                self.sessions[session].model.cancel(handle, got)?;
            }
            Call::Take { session, max } => {
                let got = self.subject.take(session, max);
                let max = usize::try_from(max).unwrap_or(usize::MAX);
                let verdict = self.sessions[session].model.take(max, &got);
                self.note(call, Got::Taken(got));
                verdict?;
            }
            Call::Look { session } => {
                let got = self.subject.look(session);
                self.note(call, Got::Ready(got));
                self.sessions[session].model.wait(false, got)?;
            }
            Call::Wait { session } if !self.wait_ends(session) => {
                self.call(Call::Look { session })?;
            }
            Call::Wait { session } => {
                let got = self.subject.wait(session);
                self.note(call, Got::Ready(got));
                self.sessions[session].model.wait(true, got)?;
            }
            Call::Drop { session } => {
                self.subject.renew(session);
                self.note(call, Got::Nothing);
                // The old handles are foreign to the new session (S-R17).
                self.sessions[session].model = self.pair().model;
            }
            Call::TakeDown | Call::BringUp => {
                let up = call == Call::BringUp;
                if self.subject.switch(up) {
                    self.note(call, Got::Nothing);
                    self.switch(up);
                }
            }
        }
        // S-R2, S-C6, S-S7: a request that ends no longer counts against the limits.
        match (self.subject.outstanding(), self.places()) {
            (Some(got), right) if got != right => Err(format!(
                "{got} requests are outstanding, and {right} is right"
            )),
            _ => Ok(()),
        }
    }

    /// Requests and lookups that count for the limit of the engine.
    fn places(&self) -> usize {
        self.sessions.iter().map(|pair| pair.model.places()).sum()
    }

    /// A new question of this kind.
    fn question(&self, kind: Kind) -> Question {
        let number = self.number + 1;
        match kind {
            Kind::Held => Question::Held(number),
            Kind::Quick => Question::Quick(number),
            Kind::Known => Question::Known(number),
            Kind::Nothing => Question::Nothing(number),
            Kind::Denied => Question::Denied(number),
        }
    }

    /// Whether a wait ends: a request of the session has completed, or a worker is free for one
    /// that may finish, or none is outstanding. A worker in a cancelled lookup is replaced (S-C7).
    fn wait_ends(&self, session: usize) -> bool {
        let model = &self.sessions[session].model;
        let outstanding = model.outstanding().len();
        model.has_completed()
            || outstanding == 0
            || (model.is_finishing() && self.has_free_worker())
    }

    fn has_free_worker(&self) -> bool {
        let held: usize = self.sessions.iter().map(|pair| pair.model.held()).sum();
        held < self.settings.workers
    }

    /// Whether awaiting a lookup ends.
    fn await_ends(&self, session: usize, back: usize) -> bool {
        let model = &self.sessions[session].model;
        let number = self.lookup(session, back);
        number.is_some_and(|number| model.lookup_ends(number, self.has_free_worker()))
    }

    /// The number of a lookup that was not dropped.
    fn lookup(&self, session: usize, back: usize) -> Option<u64> {
        let mut lookups = self.sessions[session].model.lookups();
        let at = lookups.len().checked_sub(back + 1)?;
        lookups.nth(at)
    }

    /// Whether the session can begin one more request or lookup.
    fn room(&self, session: usize) -> Room {
        let own = self.sessions[session].model.places();
        let Settings {
            max_requests,
            requests_per_engine,
            ..
        } = self.settings;
        if own >= max_requests || self.places() >= requests_per_engine {
            Room::Full
        } else {
            Room::Free
        }
    }

    fn begin(&mut self, call: Call, session: usize, kind: Kind) -> Result<(), String> {
        let (question, room) = (self.question(kind), self.room(session));
        let Some(got) = self.subject.begin(session, question) else {
            return Ok(());
        };
        self.number += 1;
        let number = self.number;
        self.note(call, Got::Unit(got));
        let pair = &mut self.sessions[session];
        pair.model.begin(number, question, room, got)?;
        pair.made.push(Made { handle: 0, number });
        self.is_unasked(question, got.is_err())
    }

    /// S-R2, S-R16: a request that is refused or denied reaches no resolver.
    fn is_unasked(&self, question: Question, refused: bool) -> Result<(), String> {
        let unasked = refused || matches!(question, Question::Denied(_));
        if unasked && self.subject.was_asked(question.number()) {
            return Err(format!("the resolver was asked for {}", question.name()));
        }
        Ok(())
    }

    fn request(&mut self, call: Call, session: usize, question: Question) -> Result<(), String> {
        self.number += 1;
        let number = self.number;
        let room = self.room(session);
        let tag = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let got = self.subject.request(session, question, tag);
        self.note(call, Got::Handle(got));
        let pair = &mut self.sessions[session];
        if let (Question::Release(released), Ok(_)) = (question, got) {
            pair.finish(released);
        }
        pair.model.request(question, tag, room, got)?;
        let handle = got.unwrap_or(0);
        if !matches!(question, Question::Release(_)) {
            pair.made.push(Made { handle, number });
        }
        // S-R17
        if handle != 0 && !self.given.insert(handle) {
            return Err(format!("{handle:#x} is or was another session's"));
        }
        self.is_unasked(question, got.is_err())
    }

    fn finish(&mut self, call: Call, session: usize, back: usize) -> Result<(), String> {
        let Some(Made { number, .. }) = self.made(session, back) else {
            return Ok(());
        };
        if !self.subject.finish(number) {
            return self.request(call, session, Question::Release(number));
        }
        self.note(call, Got::Nothing);
        self.sessions[session].finish(number);
        Ok(())
    }

    fn made(&self, session: usize, back: usize) -> Option<Made> {
        self.sessions[session].made.iter().rev().nth(back).copied()
    }

    fn handle(&self, handle: Handle) -> u64 {
        let of = |session, back| self.made(session, back).map_or(0, |made| made.handle);
        match handle {
            Handle::Of { session, back } => of(session, back),
            Handle::Flipped { session, back, bit } => of(session, back) ^ (1 << bit),
            Handle::Number(number) => number,
        }
    }

    /// Lets every lookup finish, and takes every completion.
    fn end(&mut self) -> Result<(), String> {
        let max = u32::MAX;
        self.call(Call::BringUp)?;
        for session in 0..self.sessions.len() {
            self.call(Call::Startup { session })?;
            let requests = self.sessions[session].made.len();
            // A guest needs room for the request that lets another finish.
            for back in 0..requests {
                if self.sessions[session].model.places() < self.settings.max_requests {
                    break;
                }
                let handle = Handle::Of { session, back };
                self.call(Call::Take { session, max })?;
                self.call(Call::Cancel { session, handle })?;
            }
            for back in 0..requests {
                self.call(Call::Take { session, max })?;
                self.call(Call::Finish { session, back })?;
            }
        }
        for session in 0..self.sessions.len() {
            while self.sessions[session].model.outstanding().len() > 0 {
                self.call(Call::Wait { session })?;
                self.call(Call::Take { session, max })?;
            }
            while self.sessions[session].model.lookups().len() > 0 {
                self.call(Call::Await { session, back: 0 })?;
                self.call(Call::DropLookup { session, back: 0 })?;
            }
            self.call(Call::Look { session })?;
            self.call(Call::Take { session, max })?;
        }
        Ok(())
    }
}
