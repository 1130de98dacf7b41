//! A guest's life: random calls, each of which the model of a session judges.

use std::collections::VecDeque;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use wasip2::clocks::monotonic_clock::subscribe_duration;
use winsock_async_guest::{Answer, TaskHandle};
use winsock_async_model::{Code, Inspection, Room, Session, Settings, TakenCompletion};

use crate::bindings::book::{Counts, Next, report};
use crate::face::{Face, Way};
use crate::question::Question;

/// The handles of ended requests that a guest keeps, to cancel them again.
const KEPT: usize = 64;

/// The plan of a guest's life.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The seed of the guest's calls.
    pub seed: u64,
    /// The number of the guest's first request. Numbers differ between guests.
    pub first: u32,
    /// The number of requests that the guest begins.
    pub requests: u32,
    /// How the guest ends after its last request.
    pub ending: Ending,
    /// The limit of outstanding requests.
    pub limit: usize,
    /// How long the guest waits for a completion that must come.
    pub patience: Duration,
}

/// How a guest ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    CleansUp,
    Returns,
    Traps,
    Sleeps,
}

impl FromStr for Ending {
    type Err = ();

    fn from_str(text: &str) -> Result<Ending, ()> {
        Ok(match text {
            "cleans-up" => Ending::CleansUp,
            "returns" => Ending::Returns,
            "traps" => Ending::Traps,
            "sleeps" => Ending::Sleeps,
            _ => return Err(()),
        })
    }
}

/// A guest.
pub(crate) struct Life<F> {
    face: F,
    rng: Rng,
    plan: Plan,
    counts: Counts,
    model: Session<Question>,
    /// The handles of requests that were taken, cancelled or cleaned up.
    ended: VecDeque<TaskHandle>,
}

/// Panics unless the model allows what a call returned.
#[track_caller]
fn check(verdict: Inspection) {
    if let Err(why) = verdict {
        panic!("{why}");
    }
}

impl<F: Face> Life<F> {
    pub(crate) fn new(face: F, plan: Plan) -> Life<F> {
        Life {
            face,
            rng: Rng::with_seed(plan.seed),
            plan,
            counts: Counts {
                requests: 0,
                refused: 0,
                denied: 0,
                answered: 0,
                failed: 0,
                cancelled: 0,
                cleaned: 0,
                late: 0,
                invalid: 0,
            },
            model: if F::RAW {
                Session::new(Settings::GUEST.remembered)
            } else {
                Session::with_queue(Settings::GUEST.remembered)
            },
            ended: VecDeque::new(),
        }
    }

    /// Makes the calls, and ends.
    pub(crate) fn live(mut self) {
        self.startup();
        while self.more() {
            self.step();
        }
        match self.plan.ending {
            Ending::CleansUp => {
                if self.rng.bool() {
                    self.drain();
                }
                self.clean_up();
                report(self.counts, Next::Returns);
            }
            Ending::Returns => report(self.counts, Next::Returns),
            Ending::Traps => {
                report(self.counts, Next::Traps);
                process::abort();
            }
            Ending::Sleeps => {
                report(self.counts, Next::Sleeps);
                subscribe_duration(u64::MAX).block();
                panic!("the store must be dropped by now");
            }
        }
    }

    fn more(&self) -> bool {
        self.counts.requests < self.plan.requests.into()
    }

    fn step(&mut self) {
        match self.rng.u32(..1000) {
            ..400 => self.ask(),
            400..600 => {
                for _ in 0..self.rng.u32(1..=16) {
                    self.ask();
                }
            }
            600..750 => {
                let max = self.rng.u32(..=32);
                self.take(max);
            }
            750..860 => self.cancel(),
            860..920 => self.cancel_without_effect(),
            920..970 => self.wait_briefly(),
            970..990 => self.wait_for_one(),
            990..998 => self.drain(),
            998.. => {
                self.clean_up();
                self.startup();
            }
        }
    }

    fn startup(&mut self) {
        self.face.startup();
        check(self.model.startup(Ok(())));
    }

    fn ask(&mut self) {
        if !self.more() {
            return;
        }
        let number = self.plan.first + self.counts.requests as u32;
        let question = Question::random(&mut self.rng, number);
        let room = match self.model.outstanding().len() {
            outstanding if outstanding < self.plan.limit => Room::Free,
            _ if F::RAW => Room::Full,
            _ => Room::Unknown,
        };
        let tag = if F::RAW { number.into() } else { 0 };
        let got = self.face.ask(&question.query, tag);
        let denied = question.denied;
        check(self.model.request(question, tag, room, got));
        if got.is_ok() {
            self.counts.requests += 1;
            self.counts.denied += u64::from(denied);
        } else {
            self.counts.refused += 1;
            self.wait_for_one();
        }
    }

    fn take(&mut self, max: u32) {
        let shown = self.face.take(max);
        self.note(max as usize, &shown);
    }

    /// Records the completions that a call with the limit `max` took.
    fn note(&mut self, max: usize, shown: &[TakenCompletion<Answer>]) {
        check(self.model.take(max, shown));
        for one in shown {
            match one.outcome {
                Ok(_) => self.counts.answered += 1,
                Err(_) => self.counts.failed += 1,
            }
            self.keep(one.handle);
        }
    }

    /// Cancels any outstanding request.
    fn cancel(&mut self) {
        let outstanding = self.model.outstanding().len();
        if outstanding > 0 {
            let place = self.rng.usize(..outstanding);
            let handle = self
                .model
                .outstanding()
                .nth(place)
                .map(|(handle, _)| handle);
            self.cancel_this(handle.expect("the place of a request"));
        }
    }

    fn cancel_this(&mut self, handle: TaskHandle) {
        let got = self.face.cancel(handle);
        check(self.model.cancel(handle, got));
        match got {
            Ok(()) => {
                self.counts.cancelled += 1;
                self.keep(handle);
            }
            Err(Code::Already) => self.counts.late += 1,
            Err(_) => self.counts.invalid += 1,
        }
    }

    /// Cancels a handle that most likely names no outstanding request.
    fn cancel_without_effect(&mut self) {
        let handle = match self.rng.u32(..4) {
            0 => 0,
            1 => self.rng.u64(..),
            _ if self.ended.is_empty() => return,
            _ => self.ended[self.rng.usize(..self.ended.len())],
        };
        self.cancel_this(handle);
    }

    /// Waits for a short time. A completion may come.
    fn wait_briefly(&mut self) {
        if self.model.outstanding().len() > 0 {
            let time = Duration::from_micros(self.rng.u64(..200));
            let way = [Way::Timed, Way::Polled][self.rng.usize(..2)];
            self.wait(time, way);
        }
    }

    /// Waits for a completion, if one must come.
    fn wait_for_one(&mut self) {
        if self.model.outstanding().any(|(_, question)| !question.held) {
            let way = [Way::Timed, Way::Endless, Way::Polled][self.rng.usize(..3)];
            self.must_come(way);
        }
    }

    /// Waits until no request is outstanding. Cancels the requests that the resolver may keep.
    fn drain(&mut self) {
        let held = self
            .model
            .outstanding()
            .filter(|(_, question)| question.held);
        let held: Vec<_> = held.map(|(handle, _)| handle).collect();
        for handle in held {
            self.cancel_this(handle);
        }
        while self.model.outstanding().len() > 0 {
            self.must_come(Way::Timed);
        }
        self.take(1);
    }

    fn must_come(&mut self, way: Way) {
        let came = self.wait(self.plan.patience, way);
        let waits_for: Vec<_> = self.model.outstanding().collect();
        assert!(came, "no completion has come of {waits_for:?}");
    }

    /// Waits, and returns whether a completion came.
    fn wait(&mut self, time: Duration, way: Way) -> bool {
        report(self.counts, Next::GoesOn);
        let shown = self.face.wait(time, way);
        self.note(shown.len(), &shown);
        !shown.is_empty()
    }

    /// The last clean-up, which ends every outstanding request (S-S4).
    fn clean_up(&mut self) {
        let outstanding = self.model.outstanding().map(|(handle, _)| handle);
        let outstanding: Vec<_> = outstanding.collect();
        self.face.cleanup();
        check(self.model.cleanup(Ok(())));
        self.counts.cleaned += outstanding.len() as u64;
        for handle in outstanding {
            self.keep(handle);
        }
        self.take(u32::MAX);
    }

    fn keep(&mut self, handle: TaskHandle) {
        if self.ended.len() == KEPT {
            self.ended.pop_front();
        }
        self.ended.push_back(handle);
    }
}
