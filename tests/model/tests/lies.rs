//! The model finds each of 26 planted lies.

use std::collections::{HashMap, HashSet};

use winsock_async_model::{
    Code, Native, Outcome, Player, Question, Random, Settings, Subject, TakenCompletion,
};

const SETTINGS: Settings = Settings {
    workers: 2,
    sessions: 2,
    max_requests: 4,
    requests_per_engine: 6,
    remembered: 65_536,
};

/// The number of sequences within which a lie must be found.
const SEQUENCES: u64 = 2000;

/// A fault of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    /// Nothing.
    None,
    /// The next take shows a completion again.
    ShownTwice,
    /// A cancelled request is shown.
    CancelledShown,
    /// The first of several completions is lost.
    Lost,
    /// The tags of two completions are swapped.
    TagsSwapped,
    /// The outcomes of two completions are swapped.
    OutcomesSwapped,
    /// The newest completion comes first.
    NewestFirst,
    /// Two requests get the same handle.
    HandleAgain,
    /// A handle is zero.
    HandleZero,
    /// A refused request gets a handle.
    NotRefused,
    /// A request is refused although there is room.
    Refused,
    /// A cancel that comes too late returns success.
    LateCancelOk,
    /// A cancel that succeeds returns "already".
    CancelAlready,
    /// Cancel returns "already" while a completion waits to be taken.
    UntakenAlready,
    /// Cancel returns "invalid" for a request that has completed.
    NeverForAlready,
    /// Cancel returns "already" for a handle that was never given.
    AlreadyForNever,
    /// One clean-up too many succeeds.
    CleanupOk,
    /// Start-ups are not counted.
    StartupOnce,
    /// A wait returns the opposite.
    WaitReversed,
    /// A denied lookup gets an answer.
    DeniedAnswered,
    /// A request that has ended still counts against the limit.
    PlacesKept,
    /// The outcome of a lookup never comes.
    LookupLost,
    /// A lookup that the resolver keeps has an outcome.
    LookupEarly,
    /// A lookup gets the outcome of another.
    LookupSwapped,
    /// A second poll of a lookup returns nothing.
    LookupOnce,
    /// A lookup needs a start-up.
    LookupNeedsStartup,
    /// A lookup that was dropped still counts against the limit.
    LookupKept,
}

const LIES: [Lie; 26] = [
    Lie::ShownTwice,
    Lie::CancelledShown,
    Lie::Lost,
    Lie::TagsSwapped,
    Lie::OutcomesSwapped,
    Lie::NewestFirst,
    Lie::HandleAgain,
    Lie::HandleZero,
    Lie::NotRefused,
    Lie::Refused,
    Lie::LateCancelOk,
    Lie::CancelAlready,
    Lie::UntakenAlready,
    Lie::NeverForAlready,
    Lie::AlreadyForNever,
    Lie::CleanupOk,
    Lie::StartupOnce,
    Lie::WaitReversed,
    Lie::DeniedAnswered,
    Lie::PlacesKept,
    Lie::LookupLost,
    Lie::LookupEarly,
    Lie::LookupSwapped,
    Lie::LookupOnce,
    Lie::LookupNeedsStartup,
    Lie::LookupKept,
];

struct Liar {
    native: Native,
    lie: Lie,
    last: Option<TakenCompletion>,
    cancelled: Option<TakenCompletion>,
    asked: HashMap<u64, (u64, Outcome)>,
    handle: u64,
    started: Vec<bool>,
    /// The lookups that were polled and had an outcome.
    polled: HashSet<u64>,
    has_dropped_lookup: bool,
}

impl Liar {
    fn new(lie: Lie) -> Liar {
        Liar {
            native: Native::new(&SETTINGS),
            lie,
            last: None,
            cancelled: None,
            asked: HashMap::new(),
            handle: 0,
            started: vec![false; SETTINGS.sessions],
            polled: HashSet::new(),
            has_dropped_lookup: false,
        }
    }

    /// What a poll of a lookup returns, if this is right.
    fn polled(&mut self, number: u64, right: Option<Outcome>) -> Option<Outcome> {
        match self.lie {
            Lie::LookupLost => None,
            Lie::LookupEarly => right.or(Some(Ok(number as u32))),
            Lie::LookupSwapped => right.map(|outcome| outcome.map(|address| address + 1)),
            Lie::LookupOnce if right.is_some() && !self.polled.insert(number) => None,
            _ => right,
        }
    }

    fn lied(&self, lie: Lie) -> bool {
        self.lie == lie
    }
}

impl Subject for Liar {
    fn renew_all(&mut self) {
        (self.last, self.cancelled, self.handle) = (None, None, 0);
        self.started.fill(false);
        self.has_dropped_lookup = false;
        self.native.renew_all();
    }

    fn renew(&mut self, session: usize) {
        self.started[session] = false;
        self.native.renew(session);
    }

    fn startup(&mut self, session: usize) -> Result<(), Code> {
        if self.lied(Lie::StartupOnce) && self.started[session] {
            return Ok(());
        }
        self.started[session] = true;
        self.native.startup(session)
    }

    fn cleanup(&mut self, session: usize) -> Result<(), Code> {
        let got = self.native.cleanup(session);
        if self.lied(Lie::LookupNeedsStartup) {
            self.started[session] = false;
        }
        if self.lied(Lie::CleanupOk) {
            Ok(())
        } else {
            got
        }
    }

    fn request(&mut self, session: usize, question: Question, tag: u64) -> Result<u64, Code> {
        if self.lied(Lie::Refused) && question.number().is_multiple_of(16) {
            return Err(Code::WouldBlock);
        }
        let last = self.handle;
        let handle = match self.native.request(session, question, tag) {
            Err(Code::WouldBlock) if self.lied(Lie::NotRefused) => Ok(tag | 1),
            got => got,
        }?;
        self.handle = handle;
        self.asked.insert(handle, (tag, question.outcome()));
        match self.lie {
            Lie::HandleZero => Ok(0),
            Lie::HandleAgain if last != 0 => Ok(last),
            _ => Ok(handle),
        }
    }

    fn cancel(&mut self, session: usize, handle: u64) -> Result<(), Code> {
        if self.lied(Lie::UntakenAlready) && self.native.look(session) {
            return Err(Code::Already);
        }
        let got = self.native.cancel(session, handle);
        if got.is_ok() {
            let (tag, outcome) = self.asked[&handle];
            self.cancelled = Some(TakenCompletion {
                handle,
                tag,
                outcome,
            });
        }
        match (self.lie, got) {
            (Lie::LateCancelOk, Err(Code::Already)) => Ok(()),
            (Lie::CancelAlready, Ok(())) => Err(Code::Already),
            (Lie::NeverForAlready, Err(Code::Already)) => Err(Code::Invalid),
            (Lie::AlreadyForNever, Err(Code::Invalid)) => Err(Code::Already),
            _ => got,
        }
    }

    fn take(&mut self, session: usize, max: u32) -> Vec<TakenCompletion> {
        let mut shown = self.native.take(session, max);
        let room = shown.len() < max as usize;
        let last = self.last.take();
        self.last = shown.last().copied();
        match self.lie {
            Lie::ShownTwice if room => shown.extend(last),
            Lie::CancelledShown if room => shown.extend(self.cancelled.take()),
            Lie::Lost if shown.len() > 1 => drop(shown.remove(0)),
            Lie::NewestFirst => shown.reverse(),
            _ => {}
        }
        if let [a, b, ..] = &mut shown[..] {
            match self.lie {
                Lie::TagsSwapped => std::mem::swap(&mut a.tag, &mut b.tag),
                Lie::OutcomesSwapped => std::mem::swap(&mut a.outcome, &mut b.outcome),
                _ => {}
            }
        }
        for one in &mut shown {
            if self.lied(Lie::DeniedAnswered) && one.outcome == Err(Code::AccessDenied) {
                one.outcome = Ok(1);
            }
        }
        shown
    }

    fn look(&mut self, session: usize) -> bool {
        self.native.look(session) != self.lied(Lie::WaitReversed)
    }

    fn wait(&mut self, session: usize) -> bool {
        self.native.wait(session) != self.lied(Lie::WaitReversed)
    }

    fn begin(&mut self, session: usize, question: Question) -> Option<Result<(), Code>> {
        if self.lied(Lie::LookupNeedsStartup) && !self.started[session] {
            return Some(Err(Code::NotInitialised));
        }
        self.native.begin(session, question)
    }

    fn poll(&mut self, session: usize, number: u64) -> Option<Outcome> {
        let right = self.native.poll(session, number);
        self.polled(number, right)
    }

    fn finished(&mut self, session: usize, number: u64) -> Option<Outcome> {
        let right = self.native.finished(session, number);
        self.polled(number, right)
    }

    fn drop_lookup(&mut self, session: usize, number: u64) {
        self.has_dropped_lookup = true;
        self.native.drop_lookup(session, number);
    }

    fn finish(&mut self, number: u64) -> bool {
        self.native.finish(number)
    }

    fn switch(&mut self, up: bool) -> bool {
        self.native.switch(up)
    }

    fn outstanding(&self) -> Option<usize> {
        let kept = match self.lie {
            Lie::PlacesKept => self.last.is_some(),
            Lie::LookupKept => self.has_dropped_lookup,
            _ => false,
        };
        let right = self.native.outstanding();
        right.map(|right| right + usize::from(kept))
    }

    fn was_asked(&self, number: u64) -> bool {
        self.native.was_asked(number)
    }
}

/// The first sequence in which the model finds the lie.
fn found(lie: Lie) -> Option<u64> {
    let mut player = Player::new(Liar::new(lie), SETTINGS);
    (0..SEQUENCES).find(|seed| {
        let calls = Random::new(*seed).calls(SETTINGS.sessions);
        player.play(&calls).is_err()
    })
}

// S-C1, S-C2, S-C3, S-R2, S-R5, S-R6, S-R16, S-R17, S-S3, S-W1, S-W3
#[test]
fn every_planted_lie_is_found() {
    for lie in LIES {
        let sequence = found(lie).unwrap_or_else(|| panic!("{lie:?} is not found"));
        println!("{lie:?} is found in sequence {sequence}");
    }
}

#[test]
fn a_session_without_a_lie_passes() {
    assert_eq!(found(Lie::None), None);
}
