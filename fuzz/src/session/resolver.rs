//! A resolver that does everything that a resolver may do. The lookup decides what it does.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use winsock_async_engine::{
    Answer, ErrorCode, HostEntry, Lookup, Outcome, ProtocolEntry, Resolution, Resolver,
    ServiceEntry,
};

/// Ends lookups at once, from a worker, or when the gate is open, with an answer, an error or a
/// wrong answer. It never panics, because the fuzzer takes each panic for a fault.
pub(super) struct Answers {
    gate: Arc<Gate>,
}

/// When a lookup ends.
#[derive(Clone, Copy)]
enum When {
    Now,
    Nothing,
    Later,
    Held,
}

impl Answers {
    pub(super) fn new(gate: Arc<Gate>) -> Answers {
        Answers { gate }
    }
}

impl Resolver for Answers {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match fate(lookup) {
            (When::Now, outcome) => Resolution::Ready(outcome),
            (When::Nothing, _) => Resolution::NotFound,
            (When::Later | When::Held, _) => Resolution::Blocking,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        let (when, outcome) = fate(lookup);
        if let When::Held = when {
            self.gate.pass();
        }
        outcome
    }
}

/// When the lookup ends, and its outcome: a function of the lookup alone.
fn fate(lookup: &Lookup) -> (When, Outcome) {
    let mut hasher = DefaultHasher::new();
    lookup.hash(&mut hasher);
    let hash = hasher.finish() as usize;
    let when = [When::Now, When::Nothing, When::Later, When::Held][hash % 4];
    let outcome = match hash / 4 % 4 {
        0 => Err(ErrorCode::ALL[hash / 16 % ErrorCode::ALL.len()]),
        // Often the answer to another kind of lookup, or a host without an address.
        1 => Ok(answer(hash / 16 % 4)),
        _ => Ok(answer(match lookup {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => 1,
            Lookup::ServiceByName { .. } | Lookup::ServiceByPort { .. } => 2,
            _ => 3,
        })),
    };
    (when, outcome)
}

fn answer(kind: usize) -> Arc<Answer> {
    let (name, aliases) = ("name".to_owned(), vec!["alias".to_owned()]);
    Arc::new(match kind {
        0 => HostEntry::new(name, []).into(),
        1 => HostEntry::new(name, [Ipv4Addr::LOCALHOST]).into(),
        2 => Answer::Service(ServiceEntry {
            name,
            aliases,
            port: 7,
            protocol: "tcp".to_owned(),
        }),
        _ => Answer::Protocol(ProtocolEntry {
            name,
            aliases,
            number: 6,
        }),
    })
}

/// The gate at which held lookups wait. It is closed at first.
#[derive(Default)]
pub(super) struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub(super) fn open(&self) {
        *self.lock() = true;
        self.opened.notify_all();
    }

    pub(super) fn close(&self) {
        *self.lock() = false;
    }

    fn pass(&self) {
        let passed = self.opened.wait_while(self.lock(), |open| !*open);
        drop(passed.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
