//! Four threads begin, await and drop lookups beside a session.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use winsock_async_engine::policy::Policy;
use winsock_async_engine::{
    Answer, Limits, Lookup, LookupEngine, Outcome, Resolution, Resolver, Responder,
};

use crate::kept::{answer, is_pending};
use crate::support::{ask, block_on, host, started, workers};

/// Answers each name in one of four ways, with the name itself.
struct Mixed {
    sends: mpsc::Sender<(Outcome, Responder)>,
}

impl Mixed {
    /// With a thread of its own for a quarter of the lookups.
    fn start() -> Mixed {
        let (sends, sent) = mpsc::channel::<(Outcome, Responder)>();
        thread::spawn(move || {
            for (outcome, responder) in sent {
                responder.send(outcome);
            }
        });
        Mixed { sends }
    }
}

impl Resolver for Mixed {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match name_of(lookup).as_bytes()[0] {
            b'a' => Resolution::Ready(self.resolve_blocking(lookup)),
            b'b' => Resolution::Blocking,
            _ => Resolution::Async,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        answer(name_of(lookup))
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        let outcome = self.resolve_blocking(lookup);
        match name_of(lookup).as_bytes()[0] {
            b'c' => responder.send(outcome),
            _ => self.sends.send((outcome, responder)).unwrap(),
        }
    }
}

fn name_of(lookup: &Lookup) -> &str {
    match lookup {
        Lookup::HostByName(name) => name,
        other => panic!("{other:?}"),
    }
}

fn assert_names(outcome: Outcome, name: &str) {
    match outcome.as_deref() {
        Ok(Answer::Host(host)) => assert_eq!(&*host.name, name),
        other => panic!("{name}: {other:?}"),
    }
}

// S-W1, S-W3, S-C8: none is lost, none is delivered after its drop, and no place is lost.
#[test]
fn four_threads_with_lookups_and_a_session_lose_nothing() {
    const THREADS: usize = 4;
    const EACH: usize = 25_000;
    const IN_FLIGHT: usize = 40;
    let engine = LookupEngine::builder()
        .resolver(Mixed::start())
        .policy(Policy::allow_all())
        .limits(Limits {
            // A worker whose lookup was dropped is stuck for a moment.
            max_extra_workers: 1000,
            max_workers_per_session: 1000,
            ..workers(2)
        })
        .build();
    let mut session = started(&engine);
    let lookups = session.lookups();
    let is_over = AtomicBool::new(false);
    let mut asked = 0;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let lookups = &lookups;
                scope.spawn(move || {
                    let mut in_flight = VecDeque::new();
                    for n in 0..EACH {
                        let way = ["a", "b", "c", "d"][n % 4];
                        let name = format!("{way}{thread}-{n}.test");
                        let mut lookup = lookups.begin(host(&name));
                        // Half of the lookups are polled before they are dropped or awaited.
                        if n % 2 == 0 {
                            let _ = is_pending(&mut lookup);
                        }
                        match n % 5 {
                            4 => drop(lookup),
                            _ => in_flight.push_back((name, lookup)),
                        }
                        if in_flight.len() == IN_FLIGHT {
                            let (name, lookup) = in_flight.pop_front().unwrap();
                            assert_names(block_on(lookup), &name);
                        }
                    }
                    for (name, lookup) in in_flight {
                        assert_names(block_on(lookup), &name);
                    }
                })
            })
            .collect();
        // The session of the same guest works beside them.
        let asks = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                let name = format!("{}s-{asked}.test", ["a", "b", "c", "d"][asked % 4]);
                let handle = ask(&mut session, &name);
                asked += 1;
                if asked % 5 == 0 {
                    session.cancel(handle).unwrap();
                } else {
                    assert!(session.wait(None));
                    let taken = session.take(usize::MAX).pop().unwrap();
                    assert_eq!(taken.handle, handle);
                    assert_names(taken.outcome, &name);
                }
            }
        });
        for thread in threads {
            thread.join().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        asks.join().unwrap();
    });
    assert_eq!((engine.outstanding(), session.outstanding()), (0, 0));
    let stats = session.stats();
    assert_eq!(stats.requests, (THREADS * EACH + asked) as u64);
    assert_eq!((stats.pending(), stats.refused), (0, 0));
    assert_eq!(stats.failed().count(), 0);
    // A lookup that is polled, ready and then dropped is answered, and not cancelled.
    let most = (THREADS * EACH / 5 + asked / 5) as u64;
    assert!(
        stats.cancelled <= most && stats.cancelled >= most / 4,
        "{stats:?}"
    );
}
