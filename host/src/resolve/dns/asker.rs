//! The thread that asks: c-ares' channel is its own, and so is the order of questions.
//!
//! c-ares sends from this thread and receives on one of its own. Answers come in calls from there, in which c-ares is
//! locked: they put what is to be asked next into this thread's queue, and never call c-ares themselves.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::Instant;

use c_ares::{
    Channel, DnsCls, DnsFlags, DnsOpcode, DnsRcode, DnsRecord, DnsRecordType, DnsRrKey, DnsSection,
};

use super::answer::{self, Found};
use super::cache::Cache;
use super::flights::Flights;
use super::settings::Settings;
use crate::resolve::Lookup;
use crate::types::ErrorCode;

/// The largest answer over UDP that is asked for: it crosses networks in one piece. Units: bytes.
const UDP_SIZE: u16 = 1232;

/// What the resolver, its thread and c-ares' share.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) cache: Cache,
    pub(super) flights: Flights,
    pub(super) to_asker: Sender<Message>,
    /// Questions that c-ares has.
    pub(super) asked: AtomicUsize,
    /// How many it may have.
    pub(super) most: usize,
    /// Whether the thread waits for one of them to end.
    pub(super) is_full: AtomicBool,
}

/// What the thread is told.
pub(super) enum Message {
    /// To ask this.
    Ask(Question),
    /// That c-ares has room for another.
    Room,
    /// To end.
    End,
}

/// A lookup, and how far its search has come.
pub(super) struct Question {
    pub(super) lookup: Lookup,
    step: usize,
    /// What the names before came to.
    so_far: Option<Found>,
}

impl Question {
    pub(super) fn new(lookup: Lookup) -> Question {
        Question {
            lookup,
            step: 0,
            so_far: None,
        }
    }
}

/// Starts the thread. Nobody joins it: it ends when it is told to.
pub(super) fn start(
    shared: Arc<Shared>,
    channel: Channel,
    messages: Receiver<Message>,
) -> std::io::Result<()> {
    let mut asker = Asker {
        shared,
        channel,
        backlog: VecDeque::new(),
        sweep_at: SWEEP,
    };
    let run = move || {
        asker.run(&messages);
        let shared = Arc::clone(&asker.shared);
        // Ends what c-ares has, without waiting for a server, and its thread.
        drop(asker);
        shared.flights.land_all(&Err(ErrorCode::TryAgain));
    };
    thread::Builder::new()
        .name("winsock-dns".into())
        .spawn(run)
        .map(drop)
}

/// How long the backlog is when it is first looked through for what was cancelled.
const SWEEP: usize = 1024;

struct Asker {
    shared: Arc<Shared>,
    channel: Channel,
    /// What waits for room.
    backlog: VecDeque<Question>,
    /// Swept when it is this long, so that sweeping costs the same for all together.
    sweep_at: usize,
}

impl Asker {
    fn run(&mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            match message {
                Message::Ask(question) => self.backlog.push_back(question),
                Message::Room => {}
                Message::End => return,
            }
            self.ask_on();
        }
    }

    fn ask_on(&mut self) {
        while !self.backlog.is_empty() && self.has_room() {
            if let Some(question) = self.backlog.pop_front()
                && self.shared.flights.is_wanted(&question.lookup)
            {
                self.ask(question);
            }
        }
        if self.backlog.len() >= self.sweep_at {
            let flights = &self.shared.flights;
            self.backlog
                .retain(|question| flights.is_wanted(&question.lookup));
            self.sweep_at = SWEEP.max(2 * self.backlog.len());
        }
    }

    /// If not, a message comes once it has.
    fn has_room(&self) -> bool {
        let shared = &self.shared;
        let has_room = || shared.asked.load(Ordering::SeqCst) < shared.most;
        if has_room() {
            return true;
        }
        shared.is_full.store(true, Ordering::SeqCst);
        // Again, as one may have ended before it could see that.
        has_room()
    }

    fn ask(&mut self, question: Question) {
        let shared = Arc::clone(&self.shared);
        let name = match shared.settings.name(&question.lookup, question.step) {
            Some(name) => name.into_owned(),
            None => return shared.answered(question, Found::failed(ErrorCode::NoRecovery)),
        };
        shared.asked.fetch_add(1, Ordering::SeqCst);
        let message = match message(&question.lookup, &name) {
            Ok(message) if !name.is_empty() => message,
            // No name that can be.
            _ => return shared.ended(question, Found::failed(ErrorCode::HostNotFound)),
        };
        // What it returns is said to the function too.
        let _ = self.channel.send_dnsrec(&message, move |answer| {
            // A panic in here would end the process.
            let read = AssertUnwindSafe(|| answer::read(&question.lookup, &name, answer));
            let found = catch_unwind(read).unwrap_or_else(|_| Found::failed(ErrorCode::NoRecovery));
            shared.ended(question, found);
        });
    }
}

/// The question as c-ares has it.
fn message(lookup: &Lookup, name: &str) -> c_ares::Result<DnsRecord> {
    let what = match lookup {
        Lookup::HostByAddress(_) => DnsRecordType::PTR,
        _ => DnsRecordType::A,
    };
    let mut message = DnsRecord::new(0, DnsFlags::RD, DnsOpcode::Query, DnsRcode::NoError)?;
    message.query_add(name, what, DnsCls::IN)?;
    message
        .rr_add(
            DnsSection::Additional,
            "",
            DnsRecordType::OPT,
            DnsCls::IN,
            0,
        )?
        .set_u16(DnsRrKey::OPT_UDP_SIZE, UDP_SIZE)?
        .set_u8(DnsRrKey::OPT_VERSION, 0)?
        .set_u16(DnsRrKey::OPT_FLAGS, 0)?;
    Ok(message)
}

impl Shared {
    /// c-ares is done with one question.
    fn ended(&self, question: Question, found: Found) {
        self.asked.fetch_sub(1, Ordering::SeqCst);
        self.answered(question, found);
        if self.is_full.load(Ordering::SeqCst) && self.is_full.swap(false, Ordering::SeqCst) {
            self.tell(Message::Room);
        }
    }

    /// A name came to this: the search goes on, or ends.
    fn answered(&self, question: Question, found: Found) {
        let found = match question.so_far {
            Some(before) => before.then(found),
            None => found,
        };
        let step = question.step + 1;
        let lookup = question.lookup;
        if found.is_miss() && self.settings.name(&lookup, step).is_some() {
            return self.tell(Message::Ask(Question {
                lookup,
                step,
                so_far: Some(found),
            }));
        }
        self.cache
            .put(&lookup, &found.outcome, found.life, Instant::now());
        self.flights.land(&lookup, &found.outcome);
    }

    /// Where the thread is gone, nobody waits for an answer.
    pub(super) fn tell(&self, message: Message) {
        let _ = self.to_asker.send(message);
    }
}
