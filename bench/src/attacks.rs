//! How the answers of a zone slow the lookups of others (`S-S7`).
//!
//! One session has as many requests outstanding as it may, and its zone answers with the largest
//! messages. Another session looks up a fresh name every 5 ms. The floor is a session that asks as
//! much, of a zone that answers with one address.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::{Result, ensure};
use winsock_async_dns_server::Server;
use winsock_async_engine::{LookupEngine, Query, Session};

use super::dns::lookups;
use super::guest::Guest;
use super::report::{Table, median};

/// The first label of a name, by which the server chooses its answer, and what it answers.
const ATTACKS: [(&str, &str); 2] = [
    ("many", "4,090 addresses over TCP"),
    ("chain", "a chain of 100 aliases"),
];
/// The answer of the floor.
const GOOD: &str = "good";
/// How many different names the session asks for.
const NAMES: [usize; 2] = [1, 200];
const PAUSE: Duration = Duration::from_millis(5);
const TURNS: usize = 3;
/// The target for the 99th percentile, as a multiple of the floor.
const MOST: f64 = 2.0;
/// The target for the longest lookup. Units: microseconds.
const LONGEST: f64 = 10_000.0;

/// Lookups one by one. Units: microseconds.
#[derive(Clone, Copy)]
struct Waits {
    p99: f64,
    longest: f64,
}

pub(crate) fn measure(_: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let server = Server::start()?;
    let count = rounds(600);
    let alone = middle((0..TURNS).map(|_| waits(&lookups(&server, 0, 0)?, count)))?;
    table.floor(
        "a fresh name each 5 ms, alone: 99th percentile",
        alone.p99,
        "us",
    );
    for names in NAMES {
        let beside = |lie: &str| middle((0..TURNS).map(|_| beside(&server, lie, names, count)));
        let floor = beside(GOOD)?;
        let what = format!("  beside 65,536 requests for {names} good names: 99th percentile");
        table.floor(&what, floor.p99, "us");
        table.floor("    longest", floor.longest, "us");
        for (lie, what) in ATTACKS {
            let figures = beside(lie)?;
            let what = format!("  beside the same, {what}: 99th percentile");
            table.target(&what, figures.p99, "us", floor.p99, MOST);
            table.limit("    longest", figures.longest, "us", LONGEST);
        }
    }
    Ok(())
}

/// Looks names up beside a session that has all its requests outstanding.
fn beside(server: &Server, lie: &str, names: usize, count: usize) -> Result<Waits> {
    let engine = lookups(server, 0, 0)?;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let greedy = scope.spawn(|| ask_for_all(&engine, lie, names, &over));
        let waits = waits(&engine, count);
        over.store(true, Ordering::Relaxed);
        ensure!(greedy.join().is_ok(), "the greedy session panicked");
        waits
    })
}

/// Makes requests up to the limit and takes all completions, again and again.
fn ask_for_all(engine: &LookupEngine, lie: &str, names: usize, over: &AtomicBool) {
    let mut session = engine.session();
    if session.startup().is_err() {
        return;
    }
    while !over.load(Ordering::Relaxed) {
        let asked = (0..).map(|n| format!("{lie}-{}.test", n % names));
        let _ = asked
            .map_while(|name| ask(&mut session, &name).ok())
            .count();
        while session.wait(None) {
            session.take(usize::MAX);
        }
    }
}

fn waits(engine: &LookupEngine, count: usize) -> Result<Waits> {
    let mut session = engine.session();
    session.startup()?;
    let mut times = Vec::new();
    for n in 0..count {
        let begun = Instant::now();
        ask(&mut session, &format!("good-fresh-{n}.test"))?;
        session.wait(None);
        session.take(1);
        times.push(begun.elapsed().as_secs_f64() * 1e6);
        thread::sleep(PAUSE);
    }
    times.sort_by(f64::total_cmp);
    Ok(Waits {
        p99: times[times.len() * 99 / 100],
        longest: times[times.len() - 1],
    })
}

fn ask(session: &mut Session, name: &str) -> Result<()> {
    session.request(Query::HostByName(name.as_bytes().into()), 0)?;
    Ok(())
}

/// The median of each figure.
fn middle(turns: impl Iterator<Item = Result<Waits>>) -> Result<Waits> {
    let turns = turns.collect::<Result<Vec<_>>>()?;
    let of = |figure: fn(&Waits) -> f64| {
        median(
            turns
                .iter()
                .map(|turn| (String::new(), figure(turn)))
                .collect(),
        )
    };
    Ok(Waits {
        p99: of(|turn| turn.p99),
        longest: of(|turn| turn.longest),
    })
}
