//! Lookups by a name server on loopback: from inside a guest, by the engine, and by a bare client.
//! The feature `c-ares` adds that library.
//!
//! All use the same server, the same number of lookups in flight and no hosts file, and alternate
//! in one run. Every figure includes the processor time of the server.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::Instant;

use wasmtime::{Result, ensure};
use winsock_async_dns_server::Server;
use winsock_async_engine::resolvers::Dns;
use winsock_async_engine::{LookupEngine, Policy, Query, Session};

use super::dns_load::{IN_FLIGHT, TIMEOUT, TRIES};
use super::guest::{Guest, Samples};
use super::neighbours::Figures;
use super::report::{Table, best};

const ROUNDS: usize = 7;
/// Sockets of the bare client, so that its answers fit in their buffers.
const SOCKETS: usize = 8;

/// Looks up `count` names, with this number in flight, and returns the nanoseconds for each.
type Way = fn(&Server, &str, usize, usize) -> Result<f64>;

const WAYS: [(&str, Way); 2] = [
    ("a bare client: send and recv, no parsing", bare),
    ("the engine alone", engine_alone),
];

pub(crate) fn measure(
    guest: &Guest,
    table: &mut Table,
    rounds: &dyn Fn(usize) -> usize,
) -> Result<()> {
    let server = Server::start()?;
    let lookups = lookups(&server, 1 << 20, 1 << 30)?;
    let count = rounds(50_000);
    let window = |prefix: &str| {
        let (in_flight, count) = (IN_FLIGHT.to_string(), count.to_string());
        guest.run(&lookups, &["window", prefix, &in_flight, &count])
    };
    let mut ways = WAYS.map(|(what, way)| (what, way, Samples::new()));
    let mut one_by_one = WAYS.map(|(what, way)| (what, way, Samples::new()));
    #[cfg(feature = "c-ares")]
    let mut c_ares = super::c_ares::WAYS.map(|(what, way)| (what, way, Samples::new()));
    let (mut first, mut again) = (Samples::new(), Samples::new());
    for round in 0..ROUNDS {
        for (what, way, samples) in &mut ways {
            let ns = way(&server, &format!("good-many-{round}"), count, IN_FLIGHT)?;
            samples.push((what.to_string(), ns));
        }
        for (what, way, samples) in &mut one_by_one {
            let ns = way(&server, &format!("good-one-{round}"), count / 10, 1)?;
            samples.push((what.to_string(), ns));
        }
        #[cfg(feature = "c-ares")]
        for (what, way, samples) in &mut c_ares {
            let ns = way(&server, &format!("good-{}-{round}", samples.len()), count)?;
            samples.push((what.to_string(), ns));
        }
        first.extend(window(&format!("good-guest-{round}"))?);
        again.extend(window(&format!("good-guest-{round}"))?);
    }
    // The best of the rounds: other work on the machine only makes a round slower.
    let second = |samples| 1e9 / best(samples);
    let [bare, engine] = ways.map(|(_, _, samples)| second(samples));
    let [bare_one, engine_one] = one_by_one.map(|(_, _, samples)| best(samples));
    let (first, again) = (second(first), second(again));
    table.floor("a bare client: send and recv, no parsing", bare, "/s");
    table.floor("the engine alone, names that are new", engine, "/s");
    table.floor("from a guest, names that are new", first, "/s");
    table.floor("from a guest, the same names again", again, "/s");
    table.floor("a bare client, one at a time", bare_one / 1e3, "us");
    table.limit(
        "the engine alone, one at a time",
        engine_one / 1e3,
        "us",
        40.0,
    );
    table.share("  the engine alone, of the bare client", engine, bare, 0.4);
    table.share("  from a guest, of the bare client", first, bare, 0.25);
    #[cfg(feature = "c-ares")]
    {
        let figures = c_ares.map(|(what, _, samples)| (what, second(samples)));
        for (what, figure) in &figures {
            table.floor(&format!("c-ares, {what}"), *figure, "/s");
        }
        // A caller's loop has no hand-over between threads, so its figure is the upper bound.
        let [by_name, by_query, in_a_loop] = figures.map(|(_, figure)| figure);
        let with_thread = by_name.max(by_query);
        table.share(
            "  the engine alone, of c-ares in a loop",
            engine,
            in_a_loop,
            2.2,
        );
        table.share("  from a guest, of c-ares in a loop", first, in_a_loop, 1.7);
        table.share(
            "  the same names again, of c-ares' thread",
            again,
            with_thread,
            10.0,
        );
    }
    beside_floods(guest, table, &server, rounds(5000))
}

/// Sends questions and receives answers, and reads none of them.
fn bare(server: &Server, prefix: &str, count: usize, in_flight: usize) -> Result<f64> {
    let sockets = (0..SOCKETS.min(in_flight))
        .map(|_| {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.connect(server.address())?;
            Ok(socket)
        })
        .collect::<Result<Vec<_>>>()?;
    let mut question = Vec::new();
    let mut send = |n: usize| -> Result<()> {
        question.clear();
        // The id, a question with recursion, and one name of two labels.
        question.extend((n as u16).to_be_bytes());
        question.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in [&*format!("{prefix}-{n}"), "test", ""] {
            question.push(label.len() as u8);
            question.extend_from_slice(label.as_bytes());
        }
        question.extend([0, 1, 0, 1]);
        sockets[n % sockets.len()].send(&question)?;
        Ok(())
    };
    let mut answer = [0; 512];
    let start = Instant::now();
    for n in 0..in_flight.min(count) {
        send(n)?;
    }
    for n in 0..count {
        sockets[n % sockets.len()].recv(&mut answer)?;
        if n + in_flight < count {
            send(n + in_flight)?;
        }
    }
    Ok(start.elapsed().as_nanos() as f64 / count as f64)
}

/// Looks names up in a session on this thread.
fn engine_alone(server: &Server, prefix: &str, count: usize, in_flight: usize) -> Result<f64> {
    let lookups = lookups(server, 0, 0)?;
    let mut session = lookups.session();
    session.startup()?;
    let mut asked = 0;
    let mut ask = |session: &mut Session| -> Result<()> {
        if asked < count {
            let name = format!("{prefix}-{asked}.test");
            session.request(Query::HostByName(name.as_bytes().into()), 0)?;
            asked += 1;
        }
        Ok(())
    };
    let start = Instant::now();
    for _ in 0..in_flight {
        ask(&mut session)?;
    }
    let mut answered = 0;
    while session.wait(None) {
        for completion in session.take(usize::MAX) {
            answered += usize::from(completion.outcome.is_ok());
            ask(&mut session)?;
        }
    }
    let took = start.elapsed();
    ensure!(answered == count, "every lookup has an answer");
    Ok(took.as_nanos() as f64 / count as f64)
}

/// Measures a guest beside one that floods a silent server: the median of the rounds (`S-S7`: a
/// guest does not disturb others).
fn beside_floods(guest: &Guest, table: &mut Table, server: &Server, count: usize) -> Result<()> {
    const FLOODS: [(&str, &str); 2] = [
        ("silent", "names that are never answered"),
        (
            "silent-cancelled",
            "the same, cancelled and asked for again",
        ),
    ];
    // There is no cache, so every lookup reaches the server.
    let ask = ["one-by-one", "good-one.test", "no", &count.to_string()];
    let alone = |lookups: &LookupEngine| Ok(Figures::of(guest.run(lookups, &ask)?));
    let beside = |other| {
        let lookups = lookups(server, 0, 0)?;
        guest.beside(&lookups, &["hostile", other], || alone(&lookups))
    };
    let (mut by_itself, mut at_work, mut by_flood) = (Vec::new(), Vec::new(), [vec![], vec![]]);
    for _ in 0..ROUNDS {
        by_itself.push(alone(&lookups(server, 0, 0)?)?);
        at_work.push(beside("work")?);
        for (figures, (flood, _)) in by_flood.iter_mut().zip(FLOODS) {
            figures.push(beside(flood)?);
        }
    }
    let alone = Figures::middle(by_itself);
    alone.show(table, "request to message, by the server, alone");
    let floor = Figures::middle(at_work);
    floor.show(table, "  beside a guest at work");
    for (figures, (_, what)) in by_flood.into_iter().zip(FLOODS) {
        Figures::middle(figures).compare(table, what, &floor, &alone);
    }
    Ok(())
}

/// An engine whose hosts come from this server, with a cache of this size.
pub(crate) fn lookups(server: &Server, entries: usize, bytes: u64) -> Result<LookupEngine> {
    let dns = Dns::builder()
        .server(server.address())
        .timeout(TIMEOUT)
        .tries(TRIES)
        .cache(entries, bytes)
        .build()?;
    let policy = Policy::allow_all().allow_private();
    Ok(LookupEngine::builder().resolver(dns).policy(policy).build())
}
