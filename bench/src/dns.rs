//! Lookups by a name server on loopback: from inside a guest, and by c-ares itself.
//!
//! All use the same server, the same number of lookups in flight and no hosts file, and alternate
//! in one run. Every figure includes the processor time of the server.

use wasmtime::Result;
use winsock_async_dns_server::Server;
use winsock_async_engine::resolvers::Dns;
use winsock_async_engine::{LookupEngine, Policy};

use super::guest::{Guest, Samples};
use super::native::{self, IN_FLIGHT, TIMEOUT, TRIES};
use super::neighbours::Figures;
use super::report::{Table, best};

const ROUNDS: usize = 7;

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
    let mut ways = native::WAYS.map(|(what, way)| (what, way, Samples::new()));
    let (mut first, mut again) = (Samples::new(), Samples::new());
    for round in 0..ROUNDS {
        for (what, way, samples) in &mut ways {
            let ns = way(&server, &format!("good-{}-{round}", samples.len()), count)?;
            samples.push((what.to_string(), ns));
        }
        first.extend(window(&format!("good-guest-{round}"))?);
        again.extend(window(&format!("good-guest-{round}"))?);
    }
    // The best of the rounds: other work on the machine only makes a round slower.
    let second = |samples| 1e9 / best(samples);
    let figures = ways.map(|(what, _, samples)| (what, second(samples)));
    for (what, figure) in &figures {
        table.floor(&format!("c-ares natively, {what}"), *figure, "/s");
    }
    let (first, again) = (second(first), second(again));
    table.floor("from a guest, names that are new", first, "/s");
    table.floor("from a guest, the same names again", again, "/s");
    // A guest works on while a lookup runs, as a caller of c-ares' event thread does. A loop that
    // does nothing else has no hand-over between threads, so its figure is the upper bound.
    let [by_name, by_query, in_a_loop] = figures.map(|(_, figure)| figure);
    let native = by_name.max(by_query);
    table.share(
        "  new names, of c-ares with its own thread",
        first,
        native,
        0.9,
    );
    table.compare(
        "  new names, of c-ares in a loop of one thread",
        first,
        in_a_loop,
    );
    table.share("  the same names again, of the former", again, native, 5.0);
    beside_floods(guest, table, &server, rounds(5000))
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
fn lookups(server: &Server, entries: usize, bytes: u64) -> Result<LookupEngine> {
    let dns = Dns::builder()
        .server(server.address())
        .timeout(TIMEOUT)
        .tries(TRIES)
        .cache(entries, bytes)
        .build()?;
    let policy = Policy::allow_all().allow_private();
    Ok(LookupEngine::builder().resolver(dns).policy(policy).build())
}
