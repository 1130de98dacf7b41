//! The host's memory stays below `Limits::most_bytes`, whatever a guest does. It counts the bytes
//! of the whole process, so this program has one test.

use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use peak_alloc::PeakAlloc;
use winsock_async_engine::{
    ErrorCode, HostEntry, Limits, LookupEngine, Outcome, Policy, Query, ServiceNameQuery, Session,
    TaskHandle,
};
use winsock_async_engine::{Lookup, Resolution, Resolver};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

type Pattern = fn(&Bench);

const PATTERNS: [(&str, Pattern); 11] = [
    ("large answers, never taken", never_taken),
    ("large answers, never looked at", never_looked_at),
    ("large answers, known at once", known_at_once),
    (
        "long names, cancelled beside others",
        cancelled_beside_others,
    ),
    ("request and cancel", request_and_cancel),
    ("as many as there may be, and all cancelled", all_cancelled),
    ("clean-up after clean-up", cleaned_up),
    ("sessions that come and go", sessions_that_go),
    ("taken one by one", taken_one_by_one),
    ("lookups, awaited and then kept", lookups_kept),
    (
        "answered addresses, pushed out by others",
        addresses_pushed_out,
    ),
];

// S-R2, S-C6, S-C9, S-S4, S-S7
#[test]
fn hostile_guests_stay_within_the_memory_formula() {
    for limits in [
        few_requests(),
        long_names(),
        many_requests(),
        many_addresses(),
    ] {
        for (what, pattern) in PATTERNS {
            let before = HEAP.current_usage();
            HEAP.reset_peak_usage();
            let bench = Bench::new(&limits);
            pattern(&bench);
            bench.end();
            let peak = HEAP.peak_usage() - before;
            // The second session, which keeps workers busy, holds little.
            let most = limits.most_bytes(1);
            println!("{what}: {peak} of {most}");
            assert!(
                peak <= most,
                "{what}: {peak} of {most} bytes with {limits:?}"
            );
        }
    }
}

fn few_requests() -> Limits {
    Limits {
        max_requests: 1000,
        bytes_per_session: 256 << 10,
        answer_bytes: 16 << 10,
        workers: 2,
        max_extra_workers: 2,
        stuck_after: Duration::MAX,
        // Deadlines take memory too.
        request_timeout: Some(Duration::from_secs(3600)),
        ..Limits::default()
    }
}

/// Names so long that the limit on bytes is reached before the one on requests.
fn long_names() -> Limits {
    Limits {
        max_requests: 10_000,
        bytes_per_session: 4 << 20,
        answer_bytes: 1024,
        name_bytes: 64 << 10,
        ..few_requests()
    }
}

fn many_requests() -> Limits {
    Limits {
        answer_bytes: 256,
        max_requests: Limits::default().max_requests,
        bytes_per_session: Limits::default().bytes_per_session,
        ..few_requests()
    }
}

/// Enough addresses that they are most of what the session holds.
fn many_addresses() -> Limits {
    Limits {
        max_requests: 4,
        bytes_per_session: 4096,
        answer_bytes: 1024,
        max_answered_addresses: 30_000,
        ..few_requests()
    }
}

fn never_taken(bench: &Bench) {
    let mut session = bench.session();
    for _ in 0..3 {
        begin_all(&mut session, || host("large.test"));
        bench.until_idle();
    }
    begin_all(&mut session, || bench.long());
}

fn never_looked_at(bench: &Bench) {
    let _keeps = bench.keep_workers();
    let mut session = bench.session();
    begin_all(&mut session, || host("large.test"));
    bench.resolver.stage.open();
    bench.until_idle();
}

fn known_at_once(bench: &Bench) {
    begin_all(&mut bench.session(), || host("known.test"));
}

fn cancelled_beside_others(bench: &Bench) {
    let _keeps = bench.keep_workers();
    let mut session = bench.session();
    for _ in 0..bench.limits.max_requests / 10 * 9 {
        begin(&mut session, host("quick.test")).expect("a request");
    }
    for _ in 0..5000 {
        let handle = begin(&mut session, bench.long()).expect("a request");
        session.cancel(handle).expect("one that waits");
    }
}

fn request_and_cancel(bench: &Bench) {
    let mut session = bench.session();
    for _ in 0..100_000 {
        // It fails while all workers are stuck.
        if let Ok(handle) = begin(&mut session, host("large.test"))
            && session.cancel(handle).is_err()
        {
            session.take(usize::MAX);
        }
    }
}

fn all_cancelled(bench: &Bench) {
    let _keeps = bench.keep_workers();
    let mut session = bench.session();
    for _ in 0..5 {
        let handles = begin_all(&mut session, || bench.long());
        for handle in handles {
            session.cancel(handle).expect("one that waits");
        }
        let handles = begin_all(&mut session, || host("quick.test"));
        for handle in handles.into_iter().rev() {
            session.cancel(handle).expect("one that waits");
        }
    }
}

fn cleaned_up(bench: &Bench) {
    let mut session = bench.session();
    for _ in 0..5 {
        begin_all(&mut session, || host("large.test"));
        session.cleanup().expect("the last one");
        session.startup().expect("start-up");
    }
}

fn sessions_that_go(bench: &Bench) {
    let _keeps = bench.keep_workers();
    for _ in 0..2000 {
        let mut session = bench.session();
        for _ in 0..20 {
            // Some fail at a limit.
            let _ = begin(&mut session, bench.long());
        }
    }
}

fn taken_one_by_one(bench: &Bench) {
    let mut session = bench.session();
    for _ in 0..70_000 {
        begin(&mut session, host("large.test")).expect("a request");
        assert!(session.wait(None));
        assert_eq!(session.take(1).len(), 1);
    }
}

/// Lookups whose wakers all wait, and whose outcomes are never dropped.
fn lookups_kept(bench: &Bench) {
    let _keeps = bench.keep_workers();
    let session = bench.session();
    let lookups = session.lookups();
    let mut context = Context::from_waker(Waker::noop());
    let mut kept = Vec::with_capacity(bench.limits.max_requests);
    loop {
        let mut lookup = lookups.begin(host("large.test"));
        match pin!(&mut lookup).poll(&mut context) {
            Poll::Ready(outcome) => {
                assert_eq!(outcome, Err(ErrorCode::WouldBlock));
                break;
            }
            Poll::Pending => kept.push(lookup),
        }
    }
    bench.resolver.stage.open();
    bench.until_idle();
    assert!(kept.iter().all(|lookup| lookup.outcome().is_some()));
}

/// Each answer has one address, for the longest name.
fn addresses_pushed_out(bench: &Bench) {
    let mut session = bench.session();
    let connections = session.connections();
    let label = "a".repeat(63);
    let most = bench.limits.max_answered_addresses;
    for number in 0..2 * most + 1000 {
        let name = format!("{number:050}.{label}.{label}.{label}.remembered");
        begin(&mut session, host(&name)).expect("a request");
        assert!(session.take(1)[0].outcome.is_ok());
    }
    drop(connections);
}

fn host(name: &str) -> Query {
    Query::HostByName(name.as_bytes().into())
}

fn begin(session: &mut Session, query: Query) -> Result<TaskHandle, ErrorCode> {
    session.request(query, 0)
}

/// Makes requests until one is refused.
fn begin_all(session: &mut Session, query: impl Fn() -> Query) -> Vec<TaskHandle> {
    let mut handles = Vec::with_capacity(session.outstanding());
    loop {
        match begin(session, query()) {
            Ok(handle) => handles.push(handle),
            Err(error) => {
                assert_eq!(error, ErrorCode::WouldBlock);
                return handles;
            }
        }
    }
}

/// The engine and resolver of one pattern.
struct Bench {
    limits: Limits,
    resolver: Answers,
    lookups: LookupEngine,
}

impl Bench {
    fn new(limits: &Limits) -> Bench {
        let resolver = Answers {
            most: limits.answer_bytes,
            stage: Arc::default(),
        };
        let lookups = LookupEngine::builder()
            .resolver(resolver.clone())
            .policy(
                Policy::allow_all()
                    .allow_private()
                    .connect("*.remembered:1".parse().expect("a pattern")),
            )
            .limits(limits.clone())
            .measure_latency(true)
            .build();
        Bench {
            limits: limits.clone(),
            resolver,
            lookups,
        }
    }

    fn session(&self) -> Session {
        let mut session = self.lookups.session();
        session.startup().expect("start-up");
        session
    }

    /// The longest query, whose lookup needs a worker.
    fn long(&self) -> Query {
        let name: Box<[u8]> = vec![b'a'; self.limits.name_bytes].into();
        Query::ServiceByName(ServiceNameQuery {
            name: name.clone(),
            protocol: Some(name),
        })
    }

    /// Makes each worker run a lookup that returns when the stage opens.
    fn keep_workers(&self) -> Session {
        let mut session = self.session();
        for _ in 0..self.limits.workers {
            begin(&mut session, host("stuck.test")).expect("a request");
        }
        while self.resolver.stage.kept.load(Ordering::SeqCst) < self.limits.workers {
            thread::yield_now();
        }
        session
    }

    /// Waits until no lookup runs or waits.
    fn until_idle(&self) {
        loop {
            let metrics = self.lookups.metrics();
            if metrics.queued == 0 && metrics.busy == 0 {
                return;
            }
            thread::yield_now();
        }
    }

    /// Drops the engine, and waits until its workers have ended.
    fn end(self) {
        let Bench {
            resolver, lookups, ..
        } = self;
        drop(lookups);
        resolver.stage.open();
        while Arc::strong_count(&resolver.stage) > 1 {
            thread::yield_now();
        }
    }
}

/// Gives new answers above the limit: `known.test` at once, `stuck.test` when the stage opens, all
/// others from a worker.
#[derive(Clone)]
struct Answers {
    most: usize,
    stage: Arc<Stage>,
}

#[derive(Default)]
struct Stage {
    is_open: Mutex<bool>,
    opened: Condvar,
    kept: AtomicUsize,
}

impl Stage {
    fn open(&self) {
        *self.is_open.lock().expect("no holder panics") = true;
        self.opened.notify_all();
    }

    fn keep(&self) {
        self.kept.fetch_add(1, Ordering::SeqCst);
        let is_open = self.is_open.lock().expect("no holder panics");
        drop(self.opened.wait_while(is_open, |is_open| !*is_open));
    }
}

impl Answers {
    fn answer(&self) -> Outcome {
        let addresses = (0..self.most as u32 / 3).map(Ipv4Addr::from_bits);
        Ok(Arc::new(HostEntry::new("large.test", addresses).into()))
    }
}

impl Resolver for Answers {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if &**name == "known.test" => Resolution::Ready(self.answer()),
            Lookup::HostByName(name) if name.ends_with(".remembered") => {
                let number = name.split('.').next().expect("a label").parse::<u32>();
                let address = Ipv4Addr::from_bits(number.expect("a number"));
                Resolution::Ready(lookup.answer_host("a.test", [], [address.into()]))
            }
            _ => Resolution::Blocking,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        match lookup {
            Lookup::HostByName(name) if &**name == "stuck.test" => {
                self.stage.keep();
                Err(ErrorCode::TryAgain)
            }
            Lookup::HostByName(_) => self.answer(),
            other => Err(other.miss()),
        }
    }
}
