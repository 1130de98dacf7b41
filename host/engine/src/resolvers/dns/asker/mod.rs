//! The thread that asks and hears: c-ares' channels are its own, and so is the order of questions and servers.
//!
//! Whoever looks something up puts it into this thread's inbox, and wakes it where it sleeps. c-ares is never
//! called from within its own calls: what it says there goes into a queue, and is seen to once it has returned.

mod alone;
mod landing;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use c_ares::{Channel, Error};

use self::alone::Alone;
use super::answer::{self, Found};
use super::cache::Cache;
use super::ears::Ears;
use super::flights::{Flights, give};
use super::inbox::Inbox;
use super::plan::{Health, Plan, Set};
use super::question::Questions;
use super::settings::{self, Settings};
use super::waiting::Ask;
use crate::lookup::{Delivered, Owner};
use crate::lookup::{Lookup, Responder};
use crate::panics::catch_panic;
use crate::types::ErrorCode;

/// Lookups that are begun before the thread hears what c-ares' sockets have, and outcomes before whoever waits for them is
/// woken.
const AT_ONCE: usize = 64;

/// Channels for each server: one whose questions share ports, and one whose questions have a port each.
pub(super) const CHANNELS_EACH: usize = 2;

/// Looks at what may be overdue, in the time that a server has.
const LOOKS: u32 = 8;
const SHORTEST_TICK: Duration = Duration::from_millis(5);

/// What the resolver and its thread share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) cache: Cache,
    /// Lookups that are under way.
    pub(super) under_way: Arc<AtomicUsize>,
    pub(super) inbox: Inbox,
}

/// What c-ares said of a question.
struct Heard {
    lookup: Lookup,
    question: u64,
    owner: Owner,
    server: usize,
    /// When it was asked.
    asked: Instant,
    found: Found,
    how: How,
    /// Whether the question had a port of its own.
    is_alone: bool,
}

/// How an outcome came about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The server has spoken.
    Said,
    /// It has not.
    Unsaid,
    /// It was not asked.
    Unasked,
    /// A message could not be read, which may have been to another question.
    Garbled,
}

/// Starts the thread. Nobody joins it: it ends when the inbox is closed.
pub(super) fn start(shared: Arc<Shared>, channels: Vec<Channel>, ears: Ears) -> io::Result<()> {
    let run = move || {
        // However it ends, also in a panic, nobody waits for it any more.
        let _ends = Ends(Arc::clone(&shared));
        // It fails where the machine is short of memory: whoever asks is told that nobody answers.
        if let Ok(mut asker) = Asker::new(shared, channels, ears) {
            asker.run();
            asker.end();
        }
    };
    thread::Builder::new()
        .name("winsock-dns".into())
        .spawn(run)
        .map(drop)
}

/// Ends the inbox when it is dropped.
struct Ends(Arc<Shared>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.inbox.end();
    }
}

struct Asker {
    shared: Arc<Shared>,
    /// [`CHANNELS_EACH`] for each server.
    channels: Vec<Channel>,
    health: Health,
    alone: Alone,
    ears: Ears,
    bell: Waker,
    taken: Vec<Ask>,
    questions: Questions,
    /// Questions that were ever asked.
    asked: u64,
    flights: Flights,
    /// Questions that have ended and hold their places still, as a server has them.
    owing: HashSet<u64>,
    /// When to look for what is overdue: none while nothing is under way.
    look_at: Option<Instant>,
    /// What c-ares says, in its calls.
    says: Sender<Heard>,
    said: Receiver<Heard>,
    /// Who is to be woken, each once: a session that is woken for every outcome sleeps again before the next.
    delivered: Vec<Delivered>,
}

impl Asker {
    fn new(shared: Arc<Shared>, channels: Vec<Channel>, ears: Ears) -> c_ares::Result<Asker> {
        let (says, said) = mpsc::channel();
        let settings = &shared.settings;
        Ok(Asker {
            health: Health::new(settings.servers.len(), settings.rotate),
            flights: Flights::new(Arc::clone(&shared.under_way)),
            shared,
            channels,
            alone: Alone::default(),
            bell: ears.bell(),
            ears,
            taken: Vec::new(),
            questions: Questions::new()?,
            asked: 0,
            owing: HashSet::new(),
            look_at: None,
            says,
            said,
            delivered: Vec::new(),
        })
    }

    fn run(&mut self) {
        while self.ask_on() {
            // What fails at once makes room for more.
            let has_landed = self.land();
            if self.hear(has_landed).is_err() {
                return;
            }
            self.land();
            self.look();
        }
    }

    /// Waits for a message or for c-ares' sockets, or not, and has c-ares hear those.
    fn hear(&mut self, at_once: bool) -> io::Result<()> {
        let inbox = &self.shared.inbox;
        let mut told = pin!(inbox.told.wait_until(|| !inbox.is_idle()));
        let is_told = told
            .as_mut()
            .poll(&mut Context::from_waker(&self.bell))
            .is_ready();
        let at_most = if is_told || at_once {
            Some(Duration::ZERO)
        } else {
            let look = self.look_at;
            let look = look.map(|at| at.saturating_duration_since(Instant::now()));
            let timeouts = self.channels.iter().filter_map(|c| c.timeout(None));
            timeouts.chain(look).min()
        };
        self.ears.hear(&mut self.channels, at_most)
    }

    /// Asks what may be asked, some at a time. Says whether there may be more some time.
    fn ask_on(&mut self) -> bool {
        let mut taken = std::mem::take(&mut self.taken);
        let is_closed = self.shared.inbox.take(AT_ONCE, &mut taken);
        for (lookup, reply) in taken.drain(..) {
            let owner = reply.owner();
            if is_closed {
                give(reply, Err(ErrorCode::TryAgain));
            } else if !self.receive(lookup, reply) {
                self.shared.inbox.give_back(owner);
            }
        }
        self.taken = taken;
        !is_closed
    }

    /// Has a lookup join what is under way, or asks a server for it. Says whether it needs its place.
    fn receive(&mut self, lookup: Lookup, reply: Responder) -> bool {
        let now = Instant::now();
        if !reply.is_wanted() {
            give(reply, Err(ErrorCode::TryAgain));
        } else if let Some(outcome) = self.shared.cache.get(&lookup, now) {
            // It was answered since it was looked for there.
            give(reply, outcome);
        } else if self.begin(&lookup, reply) {
            self.look_at.get_or_insert(now + self.tick());
            self.go_on(&lookup, false, now);
            return true;
        }
        false
    }

    /// Whether this is the first who waits for it.
    fn begin(&mut self, lookup: &Lookup, reply: Responder) -> bool {
        let plan = || Plan::new(&mut self.health);
        let is_first = self.flights.begin(lookup, reply, plan);
        if is_first && let Some(flight) = self.flights.get_mut(lookup) {
            self.asked += 1;
            flight.question = self.asked;
        }
        is_first
    }

    /// Until the next look at what may be overdue.
    fn tick(&self) -> Duration {
        (self.shared.settings.timeout / LOOKS).max(SHORTEST_TICK)
    }

    /// Asks these servers for the name that the search is at.
    fn ask(&mut self, lookup: &Lookup, servers: Set, now: Instant) {
        let Some(flight) = self.flights.get_mut(lookup) else {
            return;
        };
        flight.asked = now;
        let name = self.shared.settings.name(lookup, flight.step);
        let question = name
            .as_ref()
            .and_then(|name| self.questions.of(lookup, name));
        for server in servers.iter() {
            let heard = |found, how| Heard {
                lookup: lookup.clone(),
                question: flight.question,
                owner: flight.owner,
                server,
                asked: now,
                found,
                how,
                is_alone: false,
            };
            let Some(question) = question else {
                // No name that can be.
                let found = Found::failed(ErrorCode::HostNotFound);
                let _ = self.says.send(heard(found, How::Unasked));
                continue;
            };
            let mut heard = heard(Found::failed(ErrorCode::NoRecovery), How::Said);
            // Most names are asked for as they are.
            let completed = match &name {
                Some(Cow::Owned(name)) => Some(name.clone()),
                _ => None,
            };
            let says = self.says.clone();
            if flight.is_again && self.alone.has_room(flight.owner) {
                self.alone.add(flight.owner);
                heard.is_alone = true;
            }
            let channel = server * CHANNELS_EACH + usize::from(heard.is_alone);
            // What it returns is said to the function too.
            let _ = self.channels[channel].send_dnsrec(question, move |answer| {
                heard.how = match answer {
                    Ok(_) => How::Said,
                    Err(Error::EBADRESP) => How::Garbled,
                    Err(Error::ETIMEOUT | Error::ECONNREFUSED | Error::EOF) => How::Unsaid,
                    Err(_) => How::Unasked,
                };
                // A panic in here would end the process.
                let read = catch_panic(|| {
                    let lookup = &heard.lookup;
                    let name = completed.as_deref().unwrap_or(settings::own_name(lookup));
                    answer::read(lookup, name, answer)
                });
                if let Some(found) = read {
                    heard.found = found;
                }
                let _ = says.send(heard);
            });
        }
    }

    /// Ends what c-ares has, without waiting for a server. Whoever waits still is told so.
    fn end(self) {
        let Asker {
            channels,
            mut flights,
            ..
        } = self;
        drop(channels);
        let outcome = Err(ErrorCode::TryAgain);
        flights
            .drain()
            .flat_map(|flight| flight.land(outcome.clone()))
            .for_each(drop);
    }
}
