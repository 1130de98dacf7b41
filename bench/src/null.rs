//! A resolver that takes no time, except for two names.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use winsock_async_engine::{Answer, ErrorCode, HostEntry, Outcome};
use winsock_async_engine::{Lookup, Resolution, Resolver};

/// The name of a host says what the resolver does:
/// - `known.test`: finds nothing, at once, on the guest's thread;
/// - `answer.test`: finds one address, from a worker;
/// - `hung.test`: keeps a worker until `release.test` is looked up, then finds nothing;
/// - `release.test`: finds one address, at once;
/// - `hung-N.test`: finds one address, at once, if exactly N lookups of `hung.test` are in a
///   worker;
/// - `slow.test`: finds nothing, from a worker, after [`SLOW`];
/// - any other name: finds nothing, from a worker.
pub(crate) struct Null {
    answer: Arc<Answer>,
    hung: AtomicUsize,
    released: Mutex<u64>,
    release: Condvar,
}

/// The duration of a slow lookup, too short to count as stuck.
const SLOW: Duration = Duration::from_millis(800);

impl Null {
    pub(crate) fn new() -> Null {
        let entry = HostEntry::new("answer.test", [Ipv4Addr::new(93, 184, 216, 34)]);
        Null {
            answer: Arc::new(entry.into()),
            hung: AtomicUsize::new(0),
            released: Mutex::new(0),
            release: Condvar::new(),
        }
    }

    fn answer(&self) -> Outcome {
        Ok(Arc::clone(&self.answer))
    }

    fn hang(&self) {
        self.hung.fetch_add(1, Ordering::SeqCst);
        let released = self.released.lock().expect("no holder panics");
        let now = *released;
        drop(
            self.release
                .wait_while(released, |released| *released == now),
        );
        self.hung.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Resolver for Null {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let Lookup::HostByName(name) = lookup else {
            return Resolution::NotFound;
        };
        match &**name {
            "known.test" => Resolution::NotFound,
            "release.test" => {
                *self.released.lock().expect("no holder panics") += 1;
                self.release.notify_all();
                Resolution::Ready(self.answer())
            }
            name => match name
                .strip_prefix("hung-")
                .and_then(|n| n.strip_suffix(".test"))
            {
                Some(n) if n.parse() == Ok(self.hung.load(Ordering::SeqCst)) => {
                    Resolution::Ready(self.answer())
                }
                Some(_) => Resolution::NotFound,
                None => Resolution::Blocking,
            },
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        match lookup {
            Lookup::HostByName(name) if &**name == "answer.test" => return self.answer(),
            Lookup::HostByName(name) if &**name == "hung.test" => self.hang(),
            Lookup::HostByName(name) if &**name == "slow.test" => std::thread::sleep(SLOW),
            _ => {}
        }
        Err(ErrorCode::HostNotFound)
    }
}
