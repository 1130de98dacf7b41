//! Arbitrary calls on the sessions of an engine, against the model of a session.

mod guest;
mod input;
mod resolver;
mod settings;

use winsock_async_model::Room;

use self::guest::Guest;
use self::input::{Number, Step};
use self::settings::{SETTINGS, Setting};

pub use self::input::Input;

/// Sessions of the engine: several, so that a call can pass the handle of another session.
const GUESTS: usize = 3;

/// Makes the calls, checks each result, and then that every request has ended.
pub fn run(input: Input) {
    let setting = &SETTINGS[usize::from(input.engine) % SETTINGS.len()];
    let mut world = World::new(setting);
    if input.started {
        world.guests.iter_mut().for_each(Guest::startup);
    }
    for (guest, step) in input.steps {
        world.step(usize::from(guest) % GUESTS, step);
        world.check_outstanding();
    }
    world.end();
}

struct World {
    setting: &'static Setting,
    guests: [Guest; GUESTS],
}

impl World {
    fn new(setting: &'static Setting) -> World {
        setting.gate.close();
        let guests = [(); GUESTS].map(|()| Guest::new(&setting.engine));
        World { setting, guests }
    }

    fn step(&mut self, at: usize, step: Step) {
        match step {
            Step::Request(question, tag) => {
                let room = self.room(at);
                self.guests[at].request(question.into(), tag, room);
            }
            Step::Cancel(number) => {
                let handle = self.handle(at, number);
                self.guests[at].cancel(handle);
            }
            Step::Startup => self.guests[at].startup(),
            Step::Cleanup => self.guests[at].cleanup(),
            Step::Take(max) => self.guests[at].take(usize::from(max)),
            Step::TakeAll => self.guests[at].take(usize::MAX),
            Step::Wait => self.guests[at].wait(),
            Step::Poll => self.guests[at].poll(),
            Step::Hold => self.setting.gate.close(),
            Step::Release => self.setting.gate.open(),
            Step::Yield => std::thread::yield_now(),
            // The old session is dropped with its requests.
            Step::Drop => self.guests[at] = Guest::new(&self.setting.engine),
            Step::Begin(question) => {
                let room = self.room(at);
                let is_up = self.setting.engine.is_up();
                self.guests[at].begin(question.into(), room, is_up);
            }
            Step::PollLookup(i) => self.guests[at].poll_lookup(i.into()),
            Step::DropLookup(i) => self.guests[at].drop_lookup(i.into()),
        }
    }

    /// Whether the session can begin one more request.
    fn room(&self, at: usize) -> Room {
        let (own, all) = (self.guests[at].held(), self.held());
        let Setting { limits, .. } = self.setting;
        // The last sixteenth below the limit is for sessions that hold nothing.
        let reserve = if own > 0 {
            limits.requests_per_engine / 16
        } else {
            0
        };
        if own >= limits.max_requests || all + reserve >= limits.requests_per_engine {
            Room::Full
        } else if self.setting.is_exhausted() || (self.setting.few_bytes() && own > 0) {
            // How many bytes a session holds depends on which requests have completed.
            Room::Unknown
        } else {
            Room::Free
        }
    }

    /// The handle that is passed to cancel.
    fn handle(&self, at: usize, number: Number) -> u64 {
        match number {
            Number::Any(number) => number,
            Number::Given(i) => self.guests[at].given(i.into()),
            Number::Foreign(i) => self.guests[(at + 1) % GUESTS].given(i.into()),
            Number::Flipped(i, bit) => self.guests[at].given(i.into()) ^ (1 << (bit % 64)),
        }
    }

    /// Requests and lookups that count for the engine's limit.
    fn held(&self) -> usize {
        self.guests.iter().map(Guest::held).sum()
    }

    fn check_outstanding(&self) {
        assert_eq!(self.setting.engine.outstanding(), self.held());
        self.guests.iter().for_each(Guest::check_counts);
    }

    /// Lets every lookup finish, and checks that every request ends.
    fn end(mut self) {
        self.setting.gate.open();
        self.guests.iter_mut().for_each(Guest::drain);
        self.check_outstanding();
        let engine = &self.setting.engine;
        assert_eq!(engine.outstanding(), 0);
        drop(self.guests);
        assert_eq!(engine.outstanding(), 0);
    }
}
