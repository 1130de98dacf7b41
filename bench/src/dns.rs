//! Lookups by a name server on loopback: from inside a guest, and by c-ares itself.
//!
//! Both have the same server, so many lookups in flight, and no hosts file, and take turns in one run. What the server
//! takes of the machine is in both figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use c_ares::{AddressFamily, Channel, EventSys, Flags, Options};
use wasmtime::{Result, ensure};
use winsock_async_dns_server::Server;
use winsock_async_host::resolve::Dns;
use winsock_async_host::{LookupEngine, Policy};

use super::guest::{Guest, Samples};
use super::report::{Table, median};

const IN_FLIGHT: usize = 1000;
/// What is lost is asked for again after so long.
const TIMEOUT: Duration = Duration::from_secs(2);
/// As often as the resolver here takes a new port.
const QUESTIONS_A_PORT: u32 = 128;
const ROUNDS: usize = 5;
/// Answers for which c-ares' caller is woken once, so that it is not slowed down by being woken.
const WAKE: usize = 32;

pub fn measure(guest: &Guest, table: &mut Table, rounds: &dyn Fn(usize) -> usize) -> Result<()> {
    let server = Server::start()?;
    let lookups = LookupEngine::builder()
        .resolver(
            Dns::builder()
                .server(server.address())
                .timeout(TIMEOUT)
                .tries(3)
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
    let (mut by_name, mut by_query) = (Samples::new(), Samples::new());
    let (mut first, mut again) = (Samples::new(), Samples::new());
    for round in 0..ROUNDS {
        let name = |what: &str| format!("good-{what}-{round}");
        let native = |samples: &mut Samples, what: &str, ask: Ask| -> Result<()> {
            let ns = native(&server, &name(what), count, ask)?;
            samples.push((what.into(), ns));
            Ok(())
        };
        native(&mut by_name, "host", ask_host)?;
        first.extend(window(&name("guest"))?);
        again.extend(window(&name("guest"))?);
        native(&mut by_query, "query", ask_query)?;
    }
    let second = |samples| 1e9 / median(samples);
    let by_name = second(by_name);
    let (by_query, first, again) = (second(by_query), second(first), second(again));
    let best = by_name.max(by_query);
    table.floor("c-ares natively, ares_gethostbyname", by_name, "/s");
    table.floor("c-ares natively, ares_query of A records", by_query, "/s");
    table.floor("from a guest, names that are new", first, "/s");
    table.floor("from a guest, the same names again", again, "/s");
    table.share("  new names, of c-ares' better figure", first, best, 0.9);
    table.share("  the same names again, of that", again, best, 5.0);
    Ok(())
}

/// What is done once an answer, or none, has come.
type Done = Box<dyn FnOnce(bool) + Send>;
type Ask = fn(&mut Channel, &str, Done);

fn ask_host(channel: &mut Channel, name: &str, done: Done) {
    channel.get_host_by_name(name, AddressFamily::INET, move |found| done(found.is_ok()));
}

fn ask_query(channel: &mut Channel, name: &str, done: Done) {
    channel.query_a(name, move |found| done(found.is_ok()));
}

/// Nanoseconds a lookup, with a channel of its own.
fn native(server: &Server, prefix: &str, count: usize, ask: Ask) -> Result<f64> {
    let mut options = Options::new();
    options
        .set_flags(Flags::STAYOPEN | Flags::EDNS | Flags::NOSEARCH | Flags::NOALIASES)
        .set_event_thread(EventSys::Default)
        .set_timeout(TIMEOUT)
        .set_tries(3)
        .set_udp_max_queries(Some(QUESTIONS_A_PORT))
        // Names are new, so that it would only cost.
        .set_query_cache_max_ttl(0)
        .set_lookups("b")?
        .set_resolvconf_path("/dev/null")?
        .set_hosts_path("/dev/null")?;
    let mut channel = Channel::with_options(options)?;
    channel.set_servers([server.address().to_string()])?;
    let ended = Arc::new(AtomicUsize::new(0));
    let answered = Arc::new(AtomicUsize::new(0));
    let wait_for = |so_many: usize| {
        while ended.load(Ordering::SeqCst) < so_many {
            thread::park();
        }
    };
    let this = thread::current();
    let start = Instant::now();
    for n in 0..count {
        wait_for((n + 1).saturating_sub(IN_FLIGHT));
        let (ended, answered, this) = (Arc::clone(&ended), Arc::clone(&answered), this.clone());
        let done = move |is_answer| {
            answered.fetch_add(usize::from(is_answer), Ordering::SeqCst);
            let so_many = ended.fetch_add(1, Ordering::SeqCst) + 1;
            if so_many % WAKE == 0 || so_many == count {
                this.unpark();
            }
        };
        ask(&mut channel, &format!("{prefix}-{n}.test"), Box::new(done));
    }
    wait_for(count);
    let took = start.elapsed();
    ensure!(
        answered.load(Ordering::SeqCst) == count,
        "all have an answer"
    );
    Ok(took.as_nanos() as f64 / count as f64)
}
