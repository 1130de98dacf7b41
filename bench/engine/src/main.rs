//! Measures requests and cancels of the engine alone, with a resolver that takes no time.
//!
//! `cargo xtask bench --engine [--busy] [CASE…]` prints one figure a line, in nanoseconds. With
//! `--busy` two threads compute beside it. To compare two engines, run them alternately.
//! `cargo xtask bench --tables` measures a large hosts file.

mod api;
mod connections;
mod figures;
mod tables;

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use self::figures::{at_rank, median_of, per};
use api::{LookupEngine, Session, engine, host, patient_engine, started};

/// A case: its name, and the function that measures it.
type Case = (&'static str, fn() -> f64);

const CASES: &[Case] = &[
    ("one session, 2 workers", || flood(2)),
    ("one session, 8 workers", || flood(8)),
    ("four sessions, 2 workers", || four(2)),
    ("four sessions, 8 workers", || four(8)),
    ("answered at once, one by one", || at_once(1)),
    ("answered at once, 1000 in flight", || at_once(1000)),
    ("lookup dropped, known at once", || lookup(false)),
    ("lookup polled, known at once", || lookup(true)),
    ("connection allowed, 4096 addresses", || {
        connections::check(443, false)
    }),
    ("connection denied, 4096 addresses", || {
        connections::check(80, false)
    }),
    ("connection denied, 4096 names of one address", || {
        connections::check(80, true)
    }),
    ("one by one, hot", hot),
    ("one by one, after a sleep", asleep),
    ("cancel queued, 100 outstanding", || cancel_queued(100)),
    ("cancel queued, 1 M outstanding", || {
        cancel_queued(1_000_000)
    }),
    ("request and cancel, 100 outstanding", || {
        request_and_cancel(100)
    }),
    ("request and cancel, 1 M outstanding", || {
        request_and_cancel(1_000_000)
    }),
    ("cancel of a running one", cancel_running),
    ("clean-up of 1 M", clean_up),
    ("polite call beside a flood, p99", || polite("null.test").0),
    ("polite round trip beside a flood, p99", || {
        polite("null.test").1
    }),
    ("polite call beside 17 µs, p99", || polite("busy.test").0),
    ("polite round trip beside 17 µs, p99", || {
        polite("busy.test").1
    }),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--tables") {
        return tables::measure();
    }
    let over = Arc::new(AtomicBool::new(false));
    if args.iter().any(|arg| arg == "--busy") {
        for _ in 0..2 {
            let over = Arc::clone(&over);
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    black_box(0);
                }
            });
        }
    }
    let words: Vec<_> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    for (name, measure) in CASES {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            println!("{name}\t{:.0}", measure());
        }
    }
    over.store(true, Ordering::Relaxed);
}

fn ask(session: &mut Session, name: &str) -> api::TaskHandle {
    session.request(host(name), 0).expect("room")
}

/// Keeps 1000 requests in flight until `count` are done.
fn keep_in_flight(session: &mut Session, count: usize) {
    let (mut asked, mut taken) = (0, 0);
    while taken < count {
        while asked < count && asked - taken < 1000 {
            ask(session, "null.test");
            asked += 1;
        }
        session.wait(None);
        taken += session.take(usize::MAX).len();
    }
}

fn flood(workers: usize) -> f64 {
    const COUNT: usize = 10_000;
    let (engine, _null) = engine(workers, 65_536);
    let mut session = started(&engine);
    keep_in_flight(&mut session, COUNT);
    median_of((0..30).map(|_| {
        let begun = Instant::now();
        keep_in_flight(&mut session, COUNT);
        per(begun.elapsed(), COUNT)
    }))
}

/// Requests that need no resolver, `in_flight` before each call that takes.
fn at_once(in_flight: usize) -> f64 {
    const COUNT: usize = 20_000;
    let (engine, _null) = engine(1, 65_536);
    let mut session = started(&engine);
    let mut run = || {
        let begun = Instant::now();
        for _ in 0..COUNT / in_flight {
            for _ in 0..in_flight {
                ask(&mut session, "192.0.2.7");
            }
            assert_eq!(session.take(usize::MAX).len(), in_flight);
        }
        per(begun.elapsed(), COUNT)
    };
    run();
    median_of((0..100).map(|_| run()))
}

/// Lookups as futures that the resolver answers at once, each dropped before the next one begins.
fn lookup(polled: bool) -> f64 {
    const COUNT: usize = 20_000;
    let (engine, _null) = engine(1, 65_536);
    let lookups = engine.lookups();
    let mut context = Context::from_waker(Waker::noop());
    median_of((0..100).map(|_| {
        let begun = Instant::now();
        for _ in 0..COUNT {
            let mut lookup = lookups.begin(host("known.test"));
            if polled {
                assert!(pin!(&mut lookup).poll(&mut context).is_ready());
            }
            drop(lookup);
        }
        per(begun.elapsed(), COUNT)
    }))
}

fn four(workers: usize) -> f64 {
    const EACH: usize = 50_000;
    let (engine, _null) = engine(workers, 65_536);
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| keep_in_flight(&mut started(&engine), EACH));
        }
    });
    per(begun.elapsed(), 4 * EACH)
}

fn round_trip(session: &mut Session) -> Duration {
    let begun = Instant::now();
    ask(session, "null.test");
    session.wait(None);
    let time = begun.elapsed();
    session.take(1);
    time
}

fn hot() -> f64 {
    let (engine, _null) = engine(8, 65_536);
    let mut session = started(&engine);
    at_rank((0..50_000).map(|_| round_trip(&mut session)).collect(), 50)
}

fn asleep() -> f64 {
    let (engine, _null) = engine(8, 65_536);
    let mut session = started(&engine);
    let rested = (0..500).map(|_| {
        thread::sleep(Duration::from_millis(1));
        round_trip(&mut session)
    });
    at_rank(rested.collect(), 50)
}

/// An engine whose one worker is held, the session that holds it, and a second session that may
/// have `requests` outstanding requests.
fn held(requests: usize) -> (LookupEngine, api::Null, Session, Session) {
    let (engine, null) = patient_engine(1, requests + 1);
    let mut holds = started(&engine);
    ask(&mut holds, "held.test");
    null.wait_for(1);
    let session = started(&engine);
    (engine, null, holds, session)
}

fn cancel_queued(outstanding: usize) -> f64 {
    let (_engine, null, _holds, mut session) = held(outstanding);
    let rounds = (200_000 / outstanding).max(1);
    let mut times = Vec::new();
    for _ in 0..rounds {
        let handles: Vec<_> = (0..outstanding)
            .map(|_| ask(&mut session, "null.test"))
            .collect();
        for handles in handles.chunks(1000) {
            let begun = Instant::now();
            for handle in handles {
                session.cancel(*handle).expect("it waits");
            }
            times.push(per(begun.elapsed(), handles.len()));
        }
    }
    null.open(1);
    median_of(times)
}

fn request_and_cancel(outstanding: usize) -> f64 {
    const COUNT: usize = 1000;
    let (_engine, null, _holds, mut session) = held(outstanding);
    for _ in 1..outstanding {
        ask(&mut session, "null.test");
    }
    let times = (0..200).map(|_| {
        let begun = Instant::now();
        for _ in 0..COUNT {
            let handle = ask(&mut session, "null.test");
            session.cancel(handle).expect("it waits");
        }
        per(begun.elapsed(), COUNT)
    });
    let time = median_of(times);
    null.open(1);
    time
}

fn cancel_running() -> f64 {
    let (engine, null) = engine(8, 65_536);
    let mut session = started(&engine);
    let samples = (1..=500).map(|count| {
        let handle = ask(&mut session, "held.test");
        null.wait_for(count);
        let begun = Instant::now();
        session.cancel(handle).expect("it runs");
        let time = begun.elapsed();
        null.open(count);
        while engine.stuck_workers() > 0 {
            thread::yield_now();
        }
        time
    });
    at_rank(samples.collect(), 50)
}

/// Measures a clean-up, in nanoseconds for each request.
fn clean_up() -> f64 {
    const COUNT: usize = 1_000_000;
    let (_engine, null, _holds, mut session) = held(COUNT);
    for _ in 0..COUNT {
        ask(&mut session, "null.test");
    }
    let begun = Instant::now();
    session.cleanup().expect("it was started up");
    let time = begun.elapsed();
    null.open(1);
    per(time, COUNT)
}

/// Measures the 99th percentiles of a guest's call and of its round trip. Beside it, another guest
/// repeatedly makes a thousand requests for `name`, and cancels them.
fn polite(name: &str) -> (f64, f64) {
    let (engine, _null) = engine(2, 65_536);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut session = started(&engine);
            while !over.load(Ordering::Relaxed) {
                // The engine may refuse requests while every worker is in a cancelled lookup.
                let handles: Vec<_> = (0..1000)
                    .filter_map(|_| session.request(host(name), 0).ok())
                    .collect();
                for handle in handles {
                    // The request may have completed.
                    let _ = session.cancel(handle);
                }
                session.take(usize::MAX);
            }
        });
        let mut session = started(&engine);
        let (mut calls, mut trips) = (Vec::new(), Vec::new());
        while trips.len() < 20_000 {
            let begun = Instant::now();
            if session.request(host("null.test"), 0).is_err() {
                continue;
            }
            calls.push(begun.elapsed());
            session.wait(None);
            trips.push(begun.elapsed());
            session.take(1);
        }
        over.store(true, Ordering::Relaxed);
        (at_rank(calls, 99), at_rank(trips, 99))
    })
}
