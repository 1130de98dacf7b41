//! Lookups by a name server on loopback: from inside a guest, and by c-ares itself.
//!
//! All have the same server, so many lookups in flight, and no hosts file, and take turns in one run. What the server
//! takes of the machine is in every figure.

use std::time::Duration;

use wasmtime::Result;
use winsock_async_dns_server::Server;
use winsock_async_host::resolve::Dns;
use winsock_async_host::{LookupEngine, Policy};

use super::guest::{Guest, Samples};
use super::native;
use super::report::{Table, best};

/// Lookups in flight at a time.
pub const IN_FLIGHT: usize = 1000;
/// What is lost is asked for again after so long.
pub const TIMEOUT: Duration = Duration::from_secs(2);
/// How often a name is asked for.
pub const TRIES: u8 = 3;
const ROUNDS: usize = 7;

pub fn measure(guest: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let server = Server::start()?;
    let lookups = LookupEngine::builder()
        .resolver(
            Dns::builder()
                .server(server.address())
                .timeout(TIMEOUT)
                .tries(TRIES)
                .cache(1 << 20, 1 << 30)
                .build()?,
        )
        .policy(Policy::allow_all().allow_private())
        .build();
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
    // The best of the rounds: whatever else the machine does only takes from them.
    let second = |samples| 1e9 / best(samples);
    let figures = ways.map(|(what, _, samples)| (what, second(samples)));
    for (what, figure) in &figures {
        table.floor(&format!("c-ares natively, {what}"), *figure, "/s");
    }
    let (first, again) = (second(first), second(again));
    table.floor("from a guest, names that are new", first, "/s");
    table.floor("from a guest, the same names again", again, "/s");
    // A guest goes on with its work as a caller of c-ares' own thread does. A loop that does nothing else hands nothing
    // from thread to thread: that is what is left to be had.
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
    Ok(())
}
