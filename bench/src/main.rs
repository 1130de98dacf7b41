//! `cargo xtask bench`: measures requests from inside a guest, and the floors that the machine
//! sets.

mod attacks;
#[cfg(feature = "c-ares")]
mod c_ares;
mod dns;
mod dns_load;
mod floors;
mod guest;
mod neighbours;
mod null;
mod report;
mod start;
mod state;
#[cfg(target_os = "linux")]
mod wasi;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use wasmtime::Result;
use winsock_async_engine::{Limits, LookupEngine, LookupEngineBuilder, Policy};

use self::guest::Guest;
use self::null::Null;
use self::report::{Table, mean, median};

/// Measures requests, cancels and memory, from inside a guest.
#[derive(Parser)]
struct Args {
    /// The bench's guest, as `cargo xtask guests` builds it.
    #[arg(long, default_value = "target/guests/bench-guest.wasm")]
    guest: PathBuf,
    /// Run a tenth of the rounds, to check the bench and not to measure.
    #[arg(long)]
    quick: bool,
    /// Measure lookups by name servers, and nothing else.
    #[arg(long, conflicts_with = "only")]
    dns: bool,
    /// Measure how long a guest takes to start in this runner, and nothing else.
    #[arg(long, value_name = "RUNNER", conflicts_with_all = ["only", "dns"])]
    start: Option<PathBuf>,
    /// The floor of --start: run this guest in wasmtime alone.
    #[arg(long, value_name = "GUEST", hide = true)]
    alone: Option<PathBuf>,
    /// Measure how other guests and their zones slow a guest, and nothing else.
    #[arg(long, conflicts_with_all = ["only", "dns", "start"])]
    neighbours: bool,
    /// Measure lookups through `wasi:sockets` beside wasmtime-wasi's own, and nothing else.
    #[cfg(target_os = "linux")]
    #[arg(long, conflicts_with_all = ["only", "dns", "start", "neighbours"])]
    wasi: bool,
    /// Measure this part alone: memory, requests, cancels, hand-over, rival, neighbours or attacks.
    #[arg(long)]
    only: Option<String>,
}

type Part = fn(&Guest, &mut Table, &dyn Fn(usize) -> usize) -> Result<()>;

/// Memory comes first, while the process has no freed memory to use again.
const PARTS: [(&str, Part); 7] = [
    ("memory", memory),
    ("requests", requests),
    ("cancels", cancels),
    ("hand-over", hand_over),
    ("rival", rival),
    ("neighbours", neighbours::measure),
    ("attacks", attacks::measure),
];

/// The parts of `--neighbours`.
const NEIGHBOURS: [&str; 2] = ["neighbours", "attacks"];

/// Enough workers for the samples of "cancel, running".
const MANY_WORKERS: usize = 512;
const MILLION: usize = 1_000_000;

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(guest) = &args.alone {
        return start::alone(guest);
    }
    let rounds = |full: usize| if args.quick { full.div_ceil(10) } else { full };

    let mut table = Table::new();
    if let Some(runner) = &args.start {
        start::measure(runner, &mut table, rounds(200))?;
        print!("{table}");
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    if args.wasi {
        wasi::enter_namespaces()?;
        let ordinary = args.guest.with_file_name("lookups_0_2_12.wasm");
        wasi::measure(&ordinary, &mut table, &rounds)?;
        print!("{table}");
        return Ok(());
    }
    let guest = Guest::load(&args.guest)?;
    if args.dns {
        dns::measure(&guest, &mut table, &rounds)?;
        print!("{table}");
        return Ok(());
    }
    for (name, part) in PARTS {
        let is_wanted = match args.neighbours {
            true => NEIGHBOURS.contains(&name),
            false => args.only.as_deref().is_none_or(|only| only == name),
        };
        if is_wanted {
            part(&guest, &mut table, &rounds)?;
        }
    }
    print!("{table}");
    Ok(())
}

fn engine(workers: usize) -> LookupEngineBuilder {
    engine_with(limits(workers))
}

fn engine_with(limits: Limits) -> LookupEngineBuilder {
    LookupEngine::builder()
        .resolver(Null::new())
        .policy(Policy::allow_all())
        .limits(limits)
}

fn limits(workers: usize) -> Limits {
    Limits {
        workers,
        max_requests: 2 * MILLION,
        requests_per_engine: 4 * MILLION,
        bytes_per_session: usize::MAX,
        max_workers_per_session: usize::MAX,
        ..Limits::default()
    }
}

fn requests(guest: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let count = rounds(300).to_string();
    let lookups = engine(Limits::default().workers).build();
    let nothing = median(guest.run(&lookups, &["nothing", &count])?);
    table.floor("an empty call of the host", nothing, "ns");
    let known = median(guest.run(&lookups, &["flood", "known.test", "1000", &count])?);
    table.floor(
        "request to message, 1000 in flight, answered on the guest's thread",
        known,
        "ns",
    );
    let null = median(guest.run(&lookups, &["flood", "null.test", "1000", &count])?);
    table.target(
        "request to message, 1000 in flight, null resolver",
        null,
        "ns",
        known,
        2.5,
    );
    let answer = median(guest.run(&lookups, &["flood", "answer.test", "1000", &count])?);
    table.floor("  the same, with an answer of one address", answer, "ns");
    Ok(())
}

fn cancels(guest: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let lookups = engine_with(Limits {
        // No worker counts as stuck, so queued requests wait until they are cancelled.
        stuck_after: Duration::MAX,
        ..limits(MANY_WORKERS)
    });
    let lookups = lookups.build();
    let nothing = median(guest.run(&lookups, &["nothing", &rounds(300).to_string()])?);
    let workers = MANY_WORKERS.to_string();
    let running = guest.run(
        &lookups,
        &["cancel-running", &workers, &rounds(100).to_string()],
    )?;
    table.target("cancel, running", median(running), "ns", nothing, 3.0);

    // Means: some rounds also free memory.
    let hundred = [
        "cancel-queued",
        &workers,
        "100",
        "100",
        &rounds(10_000).to_string(),
    ];
    let hundred = mean(guest.run(&lookups, &hundred)?);
    table.target(
        "cancel, queued, 100 outstanding",
        hundred,
        "ns",
        nothing,
        3.0,
    );
    let million = [
        "cancel-queued",
        &workers,
        "1000000",
        "1000",
        &rounds(1000).to_string(),
    ];
    let million = mean(guest.run(&lookups, &million)?);
    table.target(
        "cancel, queued, 1,000,000 outstanding",
        million,
        "ns",
        nothing,
        3.0,
    );
    table.ratio("  the same, over 100 outstanding", million, hundred, 1.5);
    Ok(())
}

fn memory(_: &Guest, table: &mut Table, _: &dyn Fn(usize) -> usize) -> Result<()> {
    let lookups = engine(1).build();
    let mut session = lookups.session();
    session.startup()?;
    session.request(
        winsock_async_engine::Query::HostByName(b"hung.test"[..].into()),
        0,
    )?;
    let bytes = floors::bytes_per_request(&lookups, MILLION)?;
    table.limit(
        "memory of an outstanding request, name of 20 bytes",
        bytes,
        "bytes",
        160.0,
    );
    // Releases the worker that hangs, so that it does not disturb the next figures.
    session.request(
        winsock_async_engine::Query::HostByName(b"release.test"[..].into()),
        0,
    )?;
    Ok(())
}

fn hand_over(guest: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let lookups = engine(Limits::default().workers).build();
    let spin = floors::spin_round_trips(rounds(1000));
    let spin = median(spin.into_iter().map(|ns| (String::new(), ns)).collect());
    table.floor("to another thread and back, both spinning", spin, "ns");
    let hot = median(guest.run(
        &lookups,
        &["one-by-one", "null.test", "no", &rounds(20_000).to_string()],
    )?);
    table.target("request to message, worker hot", hot, "ns", spin, 12.0);

    // The worker has slept for 1 ms. If the guest slept too, the processor's caches are cold for
    // all that follows. A request that is answered on the guest's thread shows that cost.
    let count = rounds(1000).to_string();
    for (idle, guest_was) in [("work", "guest at work"), ("sleep", "guest asleep too")] {
        let park = median(guest.run(&lookups, &["round-trips", idle, &count])?);
        let what = format!("to another thread and back, both parked; {guest_was}");
        table.floor(&what, park, "ns");
        let known = median(guest.run(&lookups, &["one-by-one", "known.test", idle, &count])?);
        let what = format!("request to message, answered on the guest's thread; {guest_was}");
        table.floor(&what, known, "ns");
        let asleep = median(guest.run(&lookups, &["one-by-one", "null.test", idle, &count])?);
        let what = format!("request to message, worker asleep; {guest_was}");
        table.target(&what, asleep, "ns", park, 1.5);
    }
    Ok(())
}

/// Measures a lookup of `localhost` by the operating system: by this engine, and by the
/// `wasi:sockets` of wasmtime.
fn rival(guest: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let lookups = LookupEngine::builder()
        .resolver(winsock_async_engine::resolvers::System::new())
        .policy(Policy::allow_all())
        .build();
    let count = rounds(1000).to_string();
    let wasi = median(guest.run(&lookups, &["wasi-sockets", &count])?);
    table.floor("localhost by wasi:sockets (getaddrinfo)", wasi, "ns");
    let ours = median(guest.run(&lookups, &["one-by-one", "localhost", "no", &count])?);
    table.target(
        "localhost by this, same name service",
        ours,
        "ns",
        wasi,
        1.0,
    );
    Ok(())
}
