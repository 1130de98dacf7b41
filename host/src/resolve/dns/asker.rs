//! The thread that asks and hears: c-ares' channel is its own, and so is the order of questions.
//!
//! Whoever looks something up puts it into this thread's inbox, and wakes it where it sleeps. c-ares is never
//! called from within its own calls: what it says there goes into a queue, and is seen to once it has returned.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::hash_map::{Entry, HashMap};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use c_ares::Channel;

use super::answer::{self, Found};
use super::cache::Cache;
use super::ears::{CHANNELS, Ears};
use super::flights::{Flights, give};
use super::question::Questions;
use super::settings::{self, Settings};
use super::turns::Turns;
use crate::engine::{Delivered, Event, Owner};
use crate::resolve::{Lookup, Reply};
use crate::types::ErrorCode;

/// Messages that are seen to before the thread hears what c-ares' sockets have, and outcomes before whoever waits for
/// them is woken.
const AT_ONCE: usize = 64;

/// Lookups whose questions have a port each, as those are an embedder's sockets.
const ALONE: usize = 256;
/// Those of one session, so that no guest has them all.
const ALONE_EACH: usize = 16;

/// What the resolver and its thread share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) cache: Cache,
    /// Questions that are under way.
    pub(super) under_way: Arc<AtomicUsize>,
    pub(super) to_asker: Sender<Message>,
    /// That there is a message.
    pub(super) told: Event,
}

impl Shared {
    /// Where the thread is gone, nobody waits for an answer: the reply is dropped, and so is sent.
    pub(super) fn tell(&self, message: Message) {
        let _ = self.to_asker.send(message);
        self.told.notify();
    }
}

/// What the thread is told.
pub(super) enum Message {
    /// To ask this.
    Ask(Lookup, Reply),
    /// To end.
    End,
}

/// What c-ares said of the name that was asked for last.
struct Heard {
    lookup: Lookup,
    found: Found,
    /// A message could not be read, which may have been another question's.
    is_garbled: bool,
}

/// Starts the thread. Nobody joins it: it ends when it is told to.
pub(super) fn start(
    shared: Arc<Shared>,
    channels: [Channel; CHANNELS],
    ears: Ears,
    inbox: Receiver<Message>,
    places: usize,
) -> io::Result<()> {
    let run = move || {
        let mut asker = match Asker::new(shared, channels, ears, inbox, places) {
            Ok(asker) => asker,
            // The machine is short of memory: whoever asks is told that nobody answers.
            Err(_) => return,
        };
        asker.run();
        asker.end();
    };
    thread::Builder::new()
        .name("winsock-dns".into())
        .spawn(run)
        .map(drop)
}

struct Asker {
    shared: Arc<Shared>,
    /// One whose questions share ports, and one whose questions have a port each.
    channels: [Channel; CHANNELS],
    /// Lookups whose questions have one each, by session.
    alone: HashMap<Owner, usize>,
    ears: Ears,
    bell: Waker,
    inbox: Inbox,
    questions: Questions,
    turns: Turns,
    flights: Flights,
    /// What c-ares says, in its calls.
    says: Sender<Heard>,
    said: Receiver<Heard>,
    /// Who is to be woken, each once: a session that is woken for every outcome sleeps again before the next.
    delivered: Vec<Delivered>,
}

/// Messages, of which the next may have been looked at.
struct Inbox {
    messages: Receiver<Message>,
    next: RefCell<Option<Message>>,
}

impl Inbox {
    fn take(&mut self) -> Option<Message> {
        let next = self.next.get_mut().take();
        next.or_else(|| self.messages.try_recv().ok())
    }

    fn is_empty(&self) -> bool {
        let mut next = self.next.borrow_mut();
        if next.is_none() {
            *next = self.messages.try_recv().ok();
        }
        next.is_none()
    }
}

impl Asker {
    fn new(
        shared: Arc<Shared>,
        channels: [Channel; CHANNELS],
        ears: Ears,
        inbox: Receiver<Message>,
        places: usize,
    ) -> c_ares::Result<Asker> {
        let (says, said) = mpsc::channel();
        Ok(Asker {
            flights: Flights::new(Arc::clone(&shared.under_way)),
            shared,
            channels,
            alone: HashMap::new(),
            bell: ears.bell(),
            ears,
            inbox: Inbox {
                messages: inbox,
                next: RefCell::new(None),
            },
            questions: Questions::new()?,
            turns: Turns::new(places),
            says,
            said,
            delivered: Vec::new(),
        })
    }

    fn run(&mut self) {
        loop {
            for _ in 0..AT_ONCE {
                match self.inbox.take() {
                    Some(Message::Ask(lookup, reply)) => self.receive(lookup, reply),
                    Some(Message::End) => return,
                    None => break,
                }
            }
            // What fails at once makes room for more.
            self.ask_on();
            while self.land() {
                self.ask_on();
            }
            if self.hear().is_err() {
                return;
            }
            self.land();
        }
    }

    /// Waits for a message or for c-ares' sockets, and has c-ares hear those.
    fn hear(&mut self) -> io::Result<()> {
        let inbox = &self.inbox;
        let mut told = pin!(self.shared.told.wait_until(|| !inbox.is_empty()));
        let is_told = told
            .as_mut()
            .poll(&mut Context::from_waker(&self.bell))
            .is_ready();
        let at_most = if is_told {
            Some(Duration::ZERO)
        } else {
            let timeouts = self.channels.iter().filter_map(|c| c.timeout(None));
            timeouts.min()
        };
        self.ears.hear(&mut self.channels, at_most)
    }

    /// A lookup joins what is under way, or waits for its turn.
    fn receive(&mut self, lookup: Lookup, reply: Reply) {
        if !reply.is_wanted() {
            return give(reply, Err(ErrorCode::TryAgain));
        }
        if let Err(reply) = self.flights.join(&lookup, reply) {
            self.turns.push(lookup, reply);
        }
    }

    /// Asks what may be asked.
    fn ask_on(&mut self) {
        while let Some((lookup, reply)) = self.turns.next() {
            let owner = reply.owner();
            if !reply.is_wanted() {
                give(reply, Err(ErrorCode::TryAgain));
            } else if let Some(outcome) = self.shared.cache.get(&lookup, Instant::now()) {
                // It was answered since it was looked for there.
                give(reply, outcome);
            } else if self.flights.begin(&lookup, reply) {
                self.ask(lookup, 0, false);
                continue;
            }
            self.turns.give_back(owner);
        }
    }

    /// Asks for a name of a search, over a port of its own or one that others share.
    fn ask(&mut self, lookup: Lookup, step: usize, is_alone: bool) {
        let name = self.shared.settings.name(&lookup, step);
        let question = name
            .as_ref()
            .and_then(|name| self.questions.of(&lookup, name));
        let Some(question) = question else {
            // No name that can be.
            let found = Found::failed(ErrorCode::HostNotFound);
            let _ = self.says.send(Heard {
                lookup,
                found,
                is_garbled: false,
            });
            return;
        };
        // Most names are asked for as they are.
        let completed = match name {
            Some(Cow::Owned(name)) => Some(name),
            _ => None,
        };
        let says = self.says.clone();
        // What it returns is said to the function too.
        let channel = &mut self.channels[usize::from(is_alone)];
        let _ = channel.send_dnsrec(question, move |answer| {
            let is_garbled = matches!(answer, Err(c_ares::Error::EBADRESP));
            // A panic in here would end the process.
            let read = AssertUnwindSafe(|| {
                let name = completed.as_deref().unwrap_or(settings::own_name(&lookup));
                answer::read(&lookup, name, answer)
            });
            let found = catch_unwind(read).unwrap_or_else(|_| Found::failed(ErrorCode::NoRecovery));
            let _ = says.send(Heard {
                lookup,
                found,
                is_garbled,
            });
        });
    }

    /// Sees to what c-ares has said; whether it had said anything.
    fn land(&mut self) -> bool {
        let mut landed = 0;
        while let Ok(heard) = self.said.try_recv() {
            self.answered(heard);
            landed += 1;
            if landed % AT_ONCE == 0 {
                self.delivered.clear();
            }
        }
        self.delivered.clear();
        landed > 0
    }

    /// A name came to this: the search goes on, or ends.
    fn answered(&mut self, heard: Heard) {
        let Heard {
            lookup,
            found,
            is_garbled,
        } = heard;
        let Some(flight) = self.flights.get_mut(&lookup) else {
            return;
        };
        if is_garbled && !flight.is_again && flight.is_wanted() {
            // c-ares fails all questions of a port together when it cannot read a message.
            flight.is_again = true;
            let own = self.alone.get(&flight.owner).copied().unwrap_or(0);
            flight.is_alone = own < ALONE_EACH && self.alone.values().sum::<usize>() < ALONE;
            if flight.is_alone {
                self.alone.insert(flight.owner, own + 1);
            }
            let (step, is_alone) = (flight.step, flight.is_alone);
            return self.ask(lookup, step, is_alone);
        }
        let found = match flight.so_far.take() {
            Some(before) => before.then(found),
            None => found,
        };
        let next = flight.step + 1;
        let shared = &self.shared;
        if found.is_miss() && shared.settings.name(&lookup, next).is_some() && flight.is_wanted() {
            flight.step = next;
            flight.so_far = Some(found);
            let is_alone = flight.is_alone;
            return self.ask(lookup, next, is_alone);
        }
        if let Some(flight) = self.flights.end(&lookup) {
            if flight.is_alone
                && let Entry::Occupied(mut alone) = self.alone.entry(flight.owner)
            {
                *alone.get_mut() -= 1;
                if *alone.get() == 0 {
                    alone.remove();
                }
            }
            self.turns.give_back(flight.owner);
            let outcome = found.outcome.clone();
            shared
                .cache
                .put(lookup, outcome, found.life, Instant::now());
            for delivered in flight.land(found.outcome) {
                wake_once(&mut self.delivered, delivered);
                // Thousands of sessions may wait for one name.
                if self.delivered.len() >= AT_ONCE {
                    self.delivered.clear();
                }
            }
        }
    }

    /// Ends what c-ares has, without waiting for a server. Whoever waits still is told so.
    fn end(self) {
        let Asker {
            channels,
            mut turns,
            mut flights,
            inbox,
            ..
        } = self;
        drop(channels);
        let outcome = Err(ErrorCode::TryAgain);
        flights
            .drain()
            .flat_map(|flight| flight.land(outcome.clone()))
            .for_each(drop);
        turns.drain().for_each(|reply| give(reply, outcome.clone()));
        drop(inbox);
    }
}

/// Adds one, unless the same session is to be woken already.
fn wake_once(all: &mut Vec<Delivered>, one: Delivered) {
    let left = all
        .iter()
        .try_fold(one, |one, other| match one.leave_to(other) {
            Ok(()) => Err(()),
            Err(one) => Ok(one),
        });
    all.extend(left);
}
