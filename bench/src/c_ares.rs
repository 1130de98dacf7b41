//! Measures c-ares without this project, in three ways in which a program can use it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use c_ares::{
    AddressFamily, Channel, EventSys, FdEventFlags, FdEvents, Flags, Options, ProcessFlags, Socket,
};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use wasmtime::{Result, ensure};
use winsock_async_dns_server::Server;

use super::dns_load::{IN_FLIGHT, TIMEOUT, TRIES};

/// The questions after which c-ares takes a new port, as this project's resolver does.
const QUESTIONS_A_PORT: u32 = 128;
/// The number of answers for which the caller of c-ares wakes once, so that wakes do not slow it
/// down.
const WAKE: usize = 32;

/// Looks up `count` names on a new channel, and gives the nanoseconds for each.
type Way = fn(&Server, &str, usize) -> Result<f64>;

pub(crate) const WAYS: [(&str, Way); 3] = [
    ("ares_gethostbyname, its own thread", by_name),
    ("ares_query of A records, its own thread", by_query),
    ("ares_query of A records, the caller's loop", in_a_loop),
];

/// The callback of a lookup, which gets whether there is an answer.
type Done = Box<dyn FnOnce(bool) + Send>;

fn by_name(server: &Server, prefix: &str, count: usize) -> Result<f64> {
    with_a_thread(server, prefix, count, |channel, name, done| {
        channel.get_host_by_name(name, AddressFamily::INET, move |found| done(found.is_ok()));
    })
}

fn by_query(server: &Server, prefix: &str, count: usize) -> Result<f64> {
    with_a_thread(server, prefix, count, |channel, name, done| {
        channel.query_a(name, move |found| done(found.is_ok()));
    })
}

fn options() -> Result<Options> {
    let mut options = Options::new();
    options
        .set_flags(Flags::STAYOPEN | Flags::EDNS | Flags::NOSEARCH | Flags::NOALIASES)
        .set_timeout(TIMEOUT)
        .set_tries(TRIES.into())
        .set_udp_max_queries(Some(QUESTIONS_A_PORT))
        // Every name is new, so a cache would only cost time.
        .set_query_cache_max_ttl(0)
        .set_lookups("b")?
        .set_resolvconf_path("/dev/null")?
        .set_hosts_path("/dev/null")?;
    Ok(options)
}

fn channel(options: Options, server: &Server) -> Result<Channel> {
    let mut channel = Channel::with_options(options)?;
    channel.set_servers([server.address().to_string()])?;
    Ok(channel)
}

/// This thread asks, and c-ares' event thread receives the answers.
fn with_a_thread(
    server: &Server,
    prefix: &str,
    count: usize,
    ask: fn(&mut Channel, &str, Done),
) -> Result<f64> {
    let mut options = options()?;
    options.set_event_thread(EventSys::Default);
    let mut channel = channel(options, server)?;
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
        "every lookup has an answer"
    );
    Ok(took.as_nanos() as f64 / count as f64)
}

/// One thread asks and receives. No thread wakes another, and c-ares' lock is uncontended.
fn in_a_loop(server: &Server, prefix: &str, count: usize) -> Result<f64> {
    let mut poll = Poll::new()?;
    let registry = poll.registry().try_clone()?;
    let mut options = options()?;
    options.set_socket_state_callback(move |socket, reads, _| {
        let source = &mut SourceFd(&socket);
        // Reads only datagrams. A failure shows in the number of answers.
        let _ = match reads {
            true => registry.register(source, Token(socket as usize), Interest::READABLE),
            false => registry.deregister(source),
        };
    });
    let mut channel = channel(options, server)?;
    let (mut events, mut heard) = (Events::with_capacity(256), Vec::new());
    let ended = Arc::new(AtomicUsize::new(0));
    let answered = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut asked = 0;
    while ended.load(Ordering::Relaxed) < count {
        while asked < count && asked < ended.load(Ordering::Relaxed) + IN_FLIGHT {
            let (ended, answered) = (Arc::clone(&ended), Arc::clone(&answered));
            channel.query_a(&format!("{prefix}-{asked}.test"), move |found| {
                answered.fetch_add(usize::from(found.is_ok()), Ordering::Relaxed);
                ended.fetch_add(1, Ordering::Relaxed);
            });
            asked += 1;
        }
        poll.poll(&mut events, channel.timeout(None))?;
        heard.clear();
        heard.extend(events.iter().map(|event| {
            let socket = event.token().0 as Socket;
            FdEvents::new(socket, FdEventFlags::READ)
        }));
        channel.process_fds(&heard, ProcessFlags::empty())?;
    }
    let took = start.elapsed();
    ensure!(
        answered.load(Ordering::Relaxed) == count,
        "every lookup has an answer"
    );
    Ok(took.as_nanos() as f64 / count as f64)
}
