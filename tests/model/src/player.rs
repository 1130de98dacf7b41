//! Makes calls on a subject, and has the model judge what they return.

use std::collections::HashSet;
use std::fmt;

use crate::call::{Call, Handle, Kind};
use crate::question::{Code, Question};
use crate::session::{Session, Shown};

/// What plays by the rules: the sessions of an engine, by number.
pub trait Subject {
    /// Puts sessions that were not started up in the place of all.
    fn renew_all(&mut self);

    /// Drops a session, and puts one that was not started up in its place.
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
    fn take(&mut self, session: usize, max: u32) -> Vec<Shown>;

    /// Whether a completion can be taken now.
    fn look(&mut self, session: usize) -> bool;

    /// Waits for a completion, as long as it takes.
    fn wait(&mut self, session: usize) -> bool;

    /// Lets the resolver finish what was asked under this number. False where this subject cannot, but
    /// by [`Question::Release`].
    fn finish(&mut self, number: u64) -> bool;

    /// Takes the engine down or brings it up. False where this subject cannot.
    fn switch(&mut self, up: bool) -> bool;

    /// Outstanding requests of the engine, where that can be seen.
    fn outstanding(&self) -> Option<usize>;

    /// Whether the resolver was asked under this number; false where that cannot be seen.
    fn was_asked(&self, number: u64) -> bool;
}

/// How the subject was made.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Workers of the engine.
    pub workers: usize,
    /// Sessions.
    pub sessions: usize,
    /// Most outstanding requests of a session.
    pub max_requests: usize,
    /// Most outstanding requests of all sessions.
    pub requests_per_engine: usize,
    /// Completions for which "already" is told from "never" (S-C9).
    pub remembered: usize,
}

impl Settings {
    /// The guest's engine, as its test makes it and the guest expects it.
    pub const GUEST: Settings = Settings {
        workers: 2,
        sessions: 1,
        max_requests: 6,
        requests_per_engine: 1000,
        remembered: 65_536,
    };
}

/// A result that the model does not allow, with all calls up to it and what they returned.
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
    /// Every handle that was given in this sequence.
    given: HashSet<u64>,
    /// The last number that a request was asked under.
    number: u64,
    down: bool,
    steps: Vec<(Call, Got)>,
}

/// A session's model, and what the test must know to speak of its requests.
struct Pair {
    model: Session,
    made: Vec<Made>,
}

#[derive(Clone, Copy)]
struct Made {
    /// 0 where the request was refused.
    handle: u64,
    number: u64,
}

/// What a call returned.
enum Got {
    Unit(Result<(), Code>),
    Handle(Result<u64, Code>),
    Shown(Vec<Shown>),
    Ready(bool),
    Nothing,
}

impl fmt::Display for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Got::Unit(got) => write!(f, "{got:?}"),
            Got::Handle(got) => write!(f, "{got:x?}"),
            Got::Shown(got) => write!(f, "{got:x?}"),
            Got::Ready(got) => write!(f, "{got}"),
            Got::Nothing => write!(f, "done"),
        }
    }
}

impl<S: Subject> Player<S> {
    /// A player on a subject that was made so.
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

    /// Makes the calls on sessions that were started up once, then lets everything finish and sees
    /// that all of it arrives.
    ///
    /// # Errors
    /// A result that the model does not allow. The subject is not to be used any more.
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
        let Settings {
            max_requests,
            remembered,
            ..
        } = self.settings;
        let mut model = Session::new(max_requests, remembered);
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
                let number = self.number + 1;
                let question = match kind {
                    Kind::Held => Question::Held(number),
                    Kind::Quick => Question::Quick(number),
                    Kind::Known => Question::Known(number),
                    Kind::Nothing => Question::Nothing(number),
                    Kind::Denied => Question::Denied(number),
                };
                self.request(call, session, question)?;
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
                self.note(call, Got::Shown(got));
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
                // What was made stays known: to the new session it is another's (S-R17).
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
        // S-R2, S-C6, S-S7: places are given back at once.
        match (self.subject.outstanding(), self.outstanding()) {
            (Some(got), right) if got != right => {
                Err(format!("{got} are outstanding, and {right} is right"))
            }
            _ => Ok(()),
        }
    }

    fn outstanding(&self) -> usize {
        self.sessions
            .iter()
            .map(|pair| pair.model.outstanding())
            .sum()
    }

    /// Whether a wait comes to an end: something of the session has completed, or will, as a worker is left
    /// for it (S-C7: those in a cancelled request do not count); or nothing could come.
    fn wait_ends(&self, session: usize) -> bool {
        let model = &self.sessions[session].model;
        let held: usize = self.sessions.iter().map(|pair| pair.model.held()).sum();
        let finishing = model.outstanding() > model.held();
        model.has_completed()
            || model.outstanding() == 0
            || (finishing && held < self.settings.workers)
    }

    fn request(&mut self, call: Call, session: usize, question: Question) -> Result<(), String> {
        self.number += 1;
        let number = self.number;
        let full = self.outstanding() >= self.settings.requests_per_engine;
        let tag = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let got = self.subject.request(session, question, tag);
        self.note(call, Got::Handle(got));
        if let (Question::Release(released), Ok(_)) = (question, got) {
            self.sessions[session].model.finish(released);
        }
        let pair = &mut self.sessions[session];
        pair.model.request(question, tag, full, got)?;
        let handle = got.unwrap_or(0);
        if !matches!(question, Question::Release(_)) {
            pair.made.push(Made { handle, number });
        }
        // S-R17: nor is it another session's.
        if handle != 0 && !self.given.insert(handle) {
            return Err(format!("{handle:#x} is or was another's"));
        }
        // S-R2, S-R16: what is refused or denied is not asked of a resolver.
        let unasked = got.is_err() || matches!(question, Question::Denied(_));
        if unasked && self.subject.was_asked(number) {
            return Err(format!("the resolver was asked for {}", question.name()));
        }
        Ok(())
    }

    fn finish(&mut self, call: Call, session: usize, back: usize) -> Result<(), String> {
        let Some(Made { number, .. }) = self.made(session, back) else {
            return Ok(());
        };
        if !self.subject.finish(number) {
            return self.request(call, session, Question::Release(number));
        }
        self.note(call, Got::Nothing);
        self.sessions[session].model.finish(number);
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

    /// Everything is let finish, and arrives.
    fn end(&mut self) -> Result<(), String> {
        let max = u32::MAX;
        self.call(Call::BringUp)?;
        for session in 0..self.sessions.len() {
            self.call(Call::Startup { session })?;
            let requests = self.sessions[session].made.len();
            // A guest needs room for the requests by which it lets others finish.
            for back in 0..requests {
                if self.sessions[session].model.outstanding() < self.settings.max_requests {
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
            while self.sessions[session].model.outstanding() > 0 {
                self.call(Call::Wait { session })?;
                self.call(Call::Take { session, max })?;
            }
            self.call(Call::Look { session })?;
            self.call(Call::Take { session, max })?;
        }
        Ok(())
    }
}
