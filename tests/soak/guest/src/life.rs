//! A guest's life: calls at random, each checked against what the guest knows of its requests.

use std::collections::VecDeque;
use std::process;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use wasip2::clocks::monotonic_clock::subscribe_duration;
use winsock_async_guest::{Answer, TaskHandle, WSAEALREADY, WSAEINVAL, WSAEWOULDBLOCK, WsaError};

use crate::bindings::book::{Counts, Next, report};
use crate::face::{Done, Face, Way};
use crate::question::Question;

/// Handles of ended requests that are remembered, to cancel them once more.
const REMEMBERED: usize = 64;

/// What a guest is to do with its life.
#[derive(Debug)]
pub struct Plan {
    /// Guests of one seed do the same, as far as threads allow.
    pub seed: u64,
    /// The number of its first request, of which no other guest's has one.
    pub first: u32,
    /// Requests that it begins.
    pub requests: u32,
    /// How it ends then.
    pub ending: Ending,
    /// Requests that may be outstanding.
    pub limit: usize,
    /// How long it waits for what must come.
    pub patience: Duration,
}

/// How a guest ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
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

/// An outstanding request.
#[derive(Debug)]
struct Asked {
    handle: TaskHandle,
    number: u32,
    expected: Result<Answer, WsaError>,
    held: bool,
    /// Cancel has said that it has completed: it must come.
    completed: bool,
}

/// A guest.
pub struct Life<F> {
    face: F,
    rng: Rng,
    plan: Plan,
    counts: Counts,
    outstanding: Vec<Asked>,
    /// Handles whose completions were taken.
    taken: VecDeque<TaskHandle>,
    /// Handles that are none any more.
    dead: VecDeque<TaskHandle>,
}

impl<F: Face> Life<F> {
    pub fn new(face: F, plan: Plan) -> Life<F> {
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
            outstanding: Vec::new(),
            taken: VecDeque::new(),
            dead: VecDeque::new(),
        }
    }

    /// Lives.
    pub fn live(mut self) {
        self.face.startup();
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
                panic!("the store was to be dropped");
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
            860..920 => self.cancel_in_vain(),
            920..970 => self.wait_briefly(),
            970..990 => self.wait_for_one(),
            990..998 => self.drain(),
            998.. => {
                self.clean_up();
                self.face.startup();
            }
        }
    }

    fn ask(&mut self) {
        if !self.more() {
            return;
        }
        let number = self.plan.first + self.counts.requests as u32;
        let question = Question::random(&mut self.rng, number);
        let at_limit = self.outstanding.len() >= self.plan.limit;
        match self.face.ask(&question.query, number.into()) {
            Ok(handle) => {
                assert_ne!(handle, 0, "S-R17");
                assert!(self.place(handle).is_none(), "a handle given twice: S-R17");
                assert!(!(F::EXACT && at_limit), "begun past the limit: S-R2");
                self.counts.requests += 1;
                self.counts.denied += u64::from(question.denied);
                self.outstanding.push(Asked {
                    handle,
                    number,
                    expected: question.expected,
                    held: question.held,
                    completed: false,
                });
            }
            Err(error) => {
                assert_eq!(error, WSAEWOULDBLOCK);
                assert!(at_limit, "refused below the limit: S-R2");
                self.counts.refused += 1;
                self.wait_for_one();
            }
        }
    }

    fn take(&mut self, max: u32) {
        for done in self.face.take(max) {
            self.accept(done);
        }
    }

    /// Takes note of a completion, which must be one of those to come, and as it is to be.
    fn accept(&mut self, done: Done) {
        let handle = done.handle;
        let Some(place) = self.place(handle) else {
            let what = if self.taken.contains(&handle) {
                "a second completion: S-R6"
            } else if self.dead.contains(&handle) {
                "a completion after cancel or clean-up: S-C1, S-S4"
            } else {
                "a completion of no request"
            };
            panic!("{what}: {done:?}");
        };
        let asked = self.outstanding.swap_remove(place);
        if let Some(tag) = done.tag {
            assert_eq!(tag, u64::from(asked.number), "another's tag: {asked:?}");
        }
        assert_eq!(done.outcome, asked.expected, "of request {}", asked.number);
        match done.outcome {
            Ok(_) => self.counts.answered += 1,
            Err(_) => self.counts.failed += 1,
        }
        remember(&mut self.taken, handle);
    }

    /// Cancels any request, which has completed or not.
    fn cancel(&mut self) {
        if !self.outstanding.is_empty() {
            let place = self.rng.usize(..self.outstanding.len());
            self.cancel_at(place);
        }
    }

    fn cancel_at(&mut self, place: usize) {
        let asked = &mut self.outstanding[place];
        match self.face.cancel(asked.handle) {
            Ok(()) => {
                assert!(!asked.completed, "cancelled after WSAEALREADY: S-C2");
                self.counts.cancelled += 1;
                let asked = self.outstanding.swap_remove(place);
                remember(&mut self.dead, asked.handle);
            }
            Err(WSAEALREADY) => {
                asked.completed = true;
                self.counts.late += 1;
            }
            Err(other) => panic!("cancel of an outstanding request: {other:?}"),
        }
    }

    /// Cancels what cannot be cancelled.
    fn cancel_in_vain(&mut self) {
        let (handle, expected) = match self.rng.u32(..4) {
            0 => (0, WSAEINVAL),
            1 => (self.rng.u64(..), WSAEINVAL),
            2 if !self.taken.is_empty() => {
                (self.taken[self.rng.usize(..self.taken.len())], WSAEALREADY)
            }
            _ if !self.dead.is_empty() => (self.dead[self.rng.usize(..self.dead.len())], WSAEINVAL),
            _ => return,
        };
        let said = self.face.cancel(handle);
        assert_eq!(said, Err(expected), "S-C2, S-C3: {handle:#x}");
        if expected == WSAEALREADY {
            self.counts.late += 1;
        } else {
            self.counts.invalid += 1;
        }
    }

    /// Waits, and nothing need come.
    fn wait_briefly(&mut self) {
        if !self.outstanding.is_empty() {
            let time = Duration::from_micros(self.rng.u64(..200));
            let way = [Way::Timed, Way::Polled][self.rng.usize(..2)];
            self.wait(time, way);
        }
    }

    /// Waits for one of those that must come soon, if there are any.
    fn wait_for_one(&mut self) {
        if self.outstanding.iter().any(|asked| !asked.held) {
            let way = [Way::Timed, Way::Endless, Way::Polled][self.rng.usize(..3)];
            self.must_come(way);
        }
    }

    /// Waits until nothing is outstanding. What the resolver may keep is cancelled.
    fn drain(&mut self) {
        for place in (0..self.outstanding.len()).rev() {
            if self.outstanding[place].held {
                self.cancel_at(place);
            }
        }
        while !self.outstanding.is_empty() {
            self.must_come(Way::Timed);
        }
        let more = self.face.take(1);
        assert!(more.is_empty(), "nothing is outstanding: {more:?}");
    }

    fn must_come(&mut self, way: Way) {
        assert!(
            self.wait(self.plan.patience, way),
            "nothing has come of {:?}",
            self.outstanding
        );
    }

    /// Says whether something came.
    fn wait(&mut self, time: Duration, way: Way) -> bool {
        report(self.counts, Next::GoesOn);
        let came = self.face.wait(time, way);
        let any = !came.is_empty();
        for done in came {
            self.accept(done);
        }
        any
    }

    /// The last clean-up, which ends everything that is outstanding: S-S4.
    fn clean_up(&mut self) {
        self.face.cleanup();
        self.counts.cleaned += self.outstanding.len() as u64;
        let ended = self.outstanding.drain(..).map(|asked| asked.handle);
        for handle in ended.chain(self.taken.drain(..)) {
            remember(&mut self.dead, handle);
        }
        assert!(self.face.take(u32::MAX).is_empty(), "after clean-up: S-S4");
    }

    fn place(&self, handle: TaskHandle) -> Option<usize> {
        let mut handles = self.outstanding.iter().map(|asked| asked.handle);
        handles.position(|outstanding| outstanding == handle)
    }
}

fn remember(handles: &mut VecDeque<TaskHandle>, handle: TaskHandle) {
    if handles.len() == REMEMBERED {
        handles.pop_front();
    }
    handles.push_back(handle);
}
