//! The resolver's memory stays below `Dns::most_bytes`, whatever guests ask and servers answer. It
//! counts the bytes of the whole process, so this program has one test, and the server is another
//! process.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use peak_alloc::PeakAlloc;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Chain, Dns};
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, NameQuery, Query, Session};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Sessions that ask.
const SESSIONS: usize = 3;

/// The lying server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lying-dns"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().parse().unwrap();
        Server { child, address }
    }

    /// Sends the answers that are held back.
    fn release(&mut self) {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(b"\n").unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Requests names until a limit is reached. Returns how many.
fn ask_all(session: &mut Session, name: impl Fn(usize) -> String) -> usize {
    for n in 0.. {
        let query = Query::HostByName(name(n).into_bytes().into());
        if let Err(error) = session.request(query, 0) {
            assert_eq!(error, ErrorCode::WouldBlock);
            return n;
        }
    }
    unreachable!("there is a limit")
}

/// Requests the addresses of both families of names until a limit is reached.
fn ask_all_for_both(session: &mut Session, name: impl Fn(usize) -> String) {
    for n in 0.. {
        let name = name(n).into_bytes().into();
        let query = Query::Addresses(NameQuery { name, family: None });
        if let Err(error) = session.request(query, 0) {
            assert_eq!(error, ErrorCode::WouldBlock);
            return;
        }
    }
}

fn take_all(session: &mut Session) {
    while session.wait(None) {
        session.take(usize::MAX);
    }
}

type Pattern = fn(&mut Server, &mut [Session]);

const PATTERNS: [(&str, Pattern); 8] = [
    ("silent names", |_, sessions| {
        for (s, session) in sessions.iter_mut().enumerate() {
            ask_all(session, |n| {
                format!("silent-{s}-{n}{}.test", "x".repeat(40))
            });
        }
        sessions.iter_mut().for_each(take_all);
    }),
    ("silent names of both families", |_, sessions| {
        for (s, session) in sessions.iter_mut().enumerate() {
            ask_all_for_both(session, |n| {
                format!("silent-{s}-{n}{}.test", "x".repeat(40))
            });
        }
        sessions.iter_mut().for_each(take_all);
    }),
    (
        "large answers that wait for the other family",
        |_, sessions| {
            for (s, session) in sessions.iter_mut().enumerate() {
                ask_all_for_both(session, |n| format!("many-{s}-{}.v6-silent.test", n % 300));
            }
            sessions.iter_mut().for_each(take_all);
        },
    ),
    ("large answers of both families", |_, sessions| {
        for (s, session) in sessions.iter_mut().enumerate() {
            ask_all_for_both(session, |n| format!("many-{s}-{}.test", n % 300));
        }
        sessions.iter_mut().for_each(take_all);
    }),
    ("one large answer for all", |_, sessions| {
        for session in sessions.iter_mut() {
            ask_all(session, |_| "many.test".into());
        }
        sessions.iter_mut().for_each(take_all);
    }),
    ("large answers over one stream", |_, sessions| {
        for (s, session) in sessions.iter_mut().enumerate() {
            ask_all(session, |n| format!("many-{s}-{}.test", n % 300));
        }
        sessions.iter_mut().for_each(take_all);
    }),
    ("long chains", |_, sessions| {
        for (s, session) in sessions.iter_mut().enumerate() {
            ask_all(session, |n| format!("chain-{s}-{}.test", n % 300));
        }
        sessions.iter_mut().for_each(take_all);
    }),
    ("late answers after cancels", |server, sessions| {
        for (s, session) in sessions.iter_mut().enumerate() {
            ask_all(session, |n| format!("late-{s}-{n}.test"));
            session.cleanup().unwrap();
            session.startup().unwrap();
            ask_all(session, |n| format!("late-{s}-{n}.test"));
        }
        server.release();
        for session in sessions.iter_mut() {
            session.cleanup().unwrap();
            session.startup().unwrap();
        }
    }),
];

// S-S7
#[test]
fn hostile_guests_and_zones_stay_within_the_resolvers_formula() {
    let limits = Limits {
        max_requests: 4000,
        answer_bytes: 2048,
        bytes_per_session: 1 << 20,
        ..Limits::default()
    };
    for (what, pattern) in PATTERNS {
        let mut server = Server::start();
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let dns = Dns::builder()
            .server(server.address)
            .tries(1)
            .timeout(Duration::from_millis(100))
            .max_queries(900)
            .cache(200, 1 << 20);
        let dns = Arc::new(dns.build().unwrap());
        let engine = LookupEngine::builder()
            .limits(limits.clone())
            .resolver(Chain::new().then(Arc::clone(&dns)))
            .policy(Policy::allow_all().allow_private())
            .build();
        let mut sessions: Vec<_> = (0..SESSIONS).map(|_| engine.session()).collect();
        for session in &mut sessions {
            session.startup().unwrap();
        }
        pattern(&mut server, &mut sessions);
        let peak = HEAP.peak_usage() - before;
        let requests = SESSIONS * limits.max_requests;
        // A request that was cancelled waits in the resolver until a sweep.
        let most = limits.most_bytes(SESSIONS) + dns.most_bytes(2 * requests);
        println!("{what}: {peak} of {most}");
        assert!(peak <= most, "{what}: {peak} of {most} bytes");
    }
}
