//! The resolver. The name in a lookup says what the resolver does.

use std::net::Ipv4Addr;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use winsock_async_engine::{
    ErrorCode, HostEntry, Lookup, Outcome, ProtocolEntry, Resolution, Resolver, ServiceEntry,
};

/// The number of lookups that are held at the same time, below the number of workers.
const HELD: u64 = 3;
/// The longest delay of a lookup.
const MAX_DELAY: Duration = Duration::from_micros(500);

/// A name is a letter and a number. Hosts are under `test`; for a service's port, the protocol is
/// the name.
///
/// | letter | what the resolver does |
/// |---|---|
/// | `k` | answers at once, on the guest's thread |
/// | `n` | finds nothing, at once |
/// | `w` | answers, from a worker |
/// | `e` | fails with WSATRY_AGAIN, from a worker |
/// | `d` | answers, from a worker, after up to 500 µs |
/// | `p` | panics, in a worker |
/// | `h` | holds a worker until three more are held or no guest is left, then answers |
///
/// Even addresses and protocol numbers are answered at once, odd ones from a worker. The number is
/// that of the request, and of the answer.
pub(crate) struct Mixed {
    /// Calls on the guests' threads.
    pub asked: AtomicU64,
    /// Calls on the guests' threads that left the lookup to a worker.
    pub later: AtomicU64,
    /// Lookups that a worker has begun.
    pub begun: AtomicU64,
    /// Lookups that a worker has ended, some with a panic.
    pub ended: AtomicU64,
    /// The number, plus 1, of a request that was looked up twice; else 0.
    twice: AtomicU64,
    /// A bit for each request: whether it was looked up.
    seen: Box<[AtomicU64]>,
    /// While this is set, no lookup is held.
    open: AtomicBool,
    /// Lookups that were held so far.
    held: Mutex<u64>,
    release: Condvar,
}

impl Mixed {
    /// A resolver for requests with numbers below `requests`.
    pub(crate) fn new(requests: u32) -> Mixed {
        let words = requests.div_ceil(u64::BITS) as usize;
        Mixed {
            asked: AtomicU64::new(0),
            later: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            twice: AtomicU64::new(0),
            seen: (0..words).map(|_| AtomicU64::new(0)).collect(),
            open: AtomicBool::new(false),
            held: Mutex::new(0),
            release: Condvar::new(),
        }
    }

    /// Releases every held lookup, and holds none until [`Mixed::close`].
    pub(crate) fn open(&self) {
        let held = self.lock();
        self.open.store(true, Ordering::Relaxed);
        drop(held);
        self.release.notify_all();
    }

    /// Holds lookups from now on.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
    }

    /// The number of lookups in a worker.
    pub(crate) fn in_flight(&self) -> u64 {
        let ended = self.ended.load(Ordering::SeqCst);
        self.begun.load(Ordering::SeqCst) - ended
    }

    /// The number of a request that was looked up twice, if there is one.
    pub(crate) fn twice(&self) -> Option<u64> {
        self.twice.load(Ordering::Relaxed).checked_sub(1)
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, number: u32) {
        let bit = 1 << (number % u64::BITS);
        let word = &self.seen[(number / u64::BITS) as usize];
        if word.fetch_or(bit, Ordering::Relaxed) & bit != 0 {
            self.twice.store(u64::from(number) + 1, Ordering::Relaxed);
        }
    }

    /// Waits until [`HELD`] more lookups are held.
    fn hold(&self) {
        let mut held = self.lock();
        *held += 1;
        let last = *held + HELD;
        self.release.notify_all();
        let waits = |held: &mut u64| *held < last && !self.open.load(Ordering::Relaxed);
        drop(self.release.wait_while(held, waits));
    }
}

impl Resolver for Mixed {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match Question::of(lookup) {
            Some(Question {
                letter: 'k',
                number,
            }) => Resolution::Ready(answer(lookup, number)),
            Some(Question { letter: 'n', .. }) => Resolution::NotFound,
            _ => {
                self.later.fetch_add(1, Ordering::Relaxed);
                Resolution::Blocking
            }
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let Some(Question { letter, number }) = Question::of(lookup) else {
            // The model in the guest does not allow this outcome.
            return Err(ErrorCode::BadAddress);
        };
        self.note(number);
        match letter {
            'd' => {
                let spread = number.wrapping_mul(0x9e37_79b9);
                thread::sleep(MAX_DELAY.mul_f64(f64::from(spread) / 2f64.powi(32)));
            }
            'h' => self.hold(),
            _ => {}
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
        match letter {
            'e' => Err(ErrorCode::TryAgain),
            // This does not run the panic hook, which would print the panic.
            'p' => resume_unwind(Box::new("a resolver's panic")),
            _ => answer(lookup, number),
        }
    }
}

/// The letter and the number in the name of a lookup.
struct Question {
    letter: char,
    number: u32,
}

impl Question {
    fn of(lookup: &Lookup) -> Option<Question> {
        let by_number = |number| Question {
            letter: if number % 2 == 0 { 'k' } else { 'w' },
            number,
        };
        let name = match lookup {
            Lookup::HostByAddress(address) => return Some(by_number(address.to_bits())),
            Lookup::ProtocolByNumber(number) => return Some(by_number((*number).try_into().ok()?)),
            Lookup::HostByName(name) => name.strip_suffix(".test")?,
            Lookup::ServiceByPort { protocol, .. } => protocol.as_deref()?,
            Lookup::ServiceByName { name, .. } | Lookup::ProtocolByName(name) => name,
            _ => return None,
        };
        let letter = name.chars().next()?;
        let number = name.strip_prefix(letter)?.parse().ok()?;
        Some(Question { letter, number })
    }
}

/// The right answer, as in `guest/src/question.rs`.
fn answer(lookup: &Lookup, number: u32) -> Outcome {
    let host = |name: &str| {
        HostEntry::new(name, [Ipv4Addr::from(number)])
            .with_aliases((0..number % 4).map(|i| format!("alias{i}.test")))
            .into()
    };
    let service = |name: &str, protocol: &str| {
        ServiceEntry {
            name: name.into(),
            aliases: Vec::new(),
            port: number as u16,
            protocol: protocol.into(),
        }
        .into()
    };
    let protocol = |name: &str| {
        ProtocolEntry {
            name: name.into(),
            aliases: Vec::new(),
            number: number as i32,
        }
        .into()
    };
    Ok(Arc::new(match lookup {
        Lookup::HostByName(name) => host(name),
        Lookup::HostByAddress(_) => host(&format!("a{number}.test")),
        Lookup::ServiceByName { name, protocol } => {
            service(name, protocol.as_deref().unwrap_or("tcp"))
        }
        Lookup::ServiceByPort { protocol, .. } => {
            let name = protocol.as_deref().unwrap_or_default();
            service(name, name)
        }
        Lookup::ProtocolByName(name) => protocol(name),
        Lookup::ProtocolByNumber(_) => protocol(&format!("n{number}")),
        _ => return Err(ErrorCode::BadAddress),
    }))
}
