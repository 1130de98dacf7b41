//! The transport: sockets, ids, and what each server wants of a question.
//!
//! An *attempt* is one question at one server. The transport sends it over UDP, and over TCP if the
//! answer is truncated. It compares each message with the question, and hands out the first one
//! that is the server's answer. An attempt is taken back at any time, and leaves nothing behind.

mod entropy;
mod port;
mod ready;
mod server;
mod stream;
mod tcp;
mod udp;

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use quick_cache::DefaultHashBuilder;
use slotmap::SlotMap;

use self::entropy::Entropy;
use self::port::{MAX_DATAGRAM_BYTES, Port, QUESTIONS_PER_PORT};
use self::ready::{Ready, Source};
use self::server::{Knowledge, Sent};
use self::stream::{Place, Stream};
use super::derived::MAX_QUESTIONS;
use super::keys::{AttemptKey, QueryKey};
use super::message::{Question, Response};
use crate::lookup::Client;
use crate::resolvers::settings::Settings;

/// Most events of one poll.
const MAX_EVENTS: usize = 256;
/// The waker's token, which no socket has.
const WAKER: Token = Token(usize::MAX);
/// The token of the first server's stream. Those of the others are below it.
const FIRST_STREAM: usize = usize::MAX - 1;
/// How long messages are read in one pass. A message takes less than this.
const READ_TIME: Duration = Duration::from_micros(500);
/// Ports of a server beyond those that all questions fill.
const SPARE_PORTS: usize = 16;
/// How often a question is written to streams that break.
const TCP_TIMES: u8 = 3;

/// What became of an attempt, which is over.
pub(super) struct Reply {
    pub(super) query: QueryKey,
    pub(super) attempt: AttemptKey,
    pub(super) server: usize,
    pub(super) result: ReplyResult,
}

pub(super) enum ReplyResult {
    /// The server's answer.
    Answered(Response),
    /// The server cannot be reached, or closed the connection.
    Unanswered,
    /// The server's answer cannot be read.
    Malformed,
}

/// The sockets of all servers.
pub(super) struct Transport {
    poll: Poll,
    events: Events,
    waker: Arc<PollWaker>,
    entropy: Entropy,
    uses_tcp: bool,
    max_ports: usize,
    servers: Vec<Server>,
    ports: Vec<Option<Port>>,
    free_ports: Vec<usize>,
    attempts: SlotMap<AttemptKey, Attempt>,
    /// Attempts whose port or stream is broken.
    broken: VecDeque<(AttemptKey, Broken)>,
    ready: Ready,
    outgoing: Vec<u8>,
    datagram: Box<[u8; MAX_DATAGRAM_BYTES + 1]>,
}

struct Server {
    address: SocketAddr,
    knowledge: Knowledge,
    /// The ports for further questions, by client.
    ports: HashMap<Client, usize, DefaultHashBuilder>,
    /// Ports without questions, for the next client that needs one.
    idle_ports: Vec<usize>,
    open_ports: usize,
    stream: Option<Stream>,
}

struct Attempt {
    query: QueryKey,
    client: Client,
    server: u8,
    question: Question,
    sent: Sent,
    sent_at: Instant,
    /// Its port and id.
    udp: Option<(usize, u16)>,
    /// Its place in the stream.
    tcp: Option<Place>,
    tcp_times: u8,
    tcp_sent_at: Instant,
    /// Whether a datagram of the server cannot be read.
    is_malformed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    /// The question ends at this server.
    Ends,
    /// The stream is gone, and another one may do.
    Stream,
}

struct PollWaker(mio::Waker);

impl Wake for PollWaker {
    fn wake(self: Arc<Self>) {
        // Fails only where the machine is short of memory.
        let _ = self.0.wake();
    }
}

impl Transport {
    pub(super) fn new(settings: &Settings, max_queries: usize) -> io::Result<Transport> {
        let mut entropy = Entropy::new().map_err(|error| io::Error::other(error.to_string()))?;
        let poll = Poll::new()?;
        let waker = Arc::new(PollWaker(mio::Waker::new(poll.registry(), WAKER)?));
        let servers = settings.servers.iter().map(|&address| Server {
            address,
            knowledge: Knowledge::new(&mut entropy),
            ports: HashMap::default(),
            idle_ports: Vec::new(),
            open_ports: 0,
            stream: None,
        });
        Ok(Transport {
            servers: servers.collect(),
            poll,
            events: Events::with_capacity(MAX_EVENTS),
            waker,
            entropy,
            uses_tcp: settings.tcp,
            max_ports: max_ports(max_queries),
            ports: Vec::new(),
            free_ports: Vec::new(),
            attempts: SlotMap::with_key(),
            broken: VecDeque::new(),
            ready: Ready::default(),
            outgoing: Vec::new(),
            datagram: Box::new([0; MAX_DATAGRAM_BYTES + 1]),
        })
    }

    /// The waker that ends a poll.
    pub(super) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.waker))
    }

    /// How long a server has for an answer before the question is sent again.
    pub(super) fn interval(&self, server: usize, timeout: Duration) -> Duration {
        self.servers[server].knowledge.interval(timeout)
    }

    /// Sends a client's question to a server.
    pub(super) fn ask(
        &mut self,
        query: QueryKey,
        client: Client,
        server: usize,
        question: Question,
        now: Instant,
    ) -> AttemptKey {
        let key = self.attempts.insert(Attempt {
            query,
            client,
            server: server as u8,
            question,
            sent: Sent::default(),
            sent_at: now,
            udp: None,
            tcp: None,
            tcp_times: 0,
            tcp_sent_at: now,
            is_malformed: false,
        });
        if self.uses_tcp {
            self.ask_over_tcp(key, now);
        } else {
            self.send(key, now);
        }
        key
    }

    /// Sends a question again, unless it is on its way over TCP.
    pub(super) fn ask_again(&mut self, key: AttemptKey, now: Instant) {
        if let Some(attempt) = self.attempts.get(key)
            && attempt.tcp.is_none()
            && !self.uses_tcp
        {
            self.send(key, now);
        }
    }

    /// Takes a question back. Later messages to it are dropped.
    pub(super) fn take_back(&mut self, key: AttemptKey, now: Instant) {
        if let Some(attempt) = self.attempts.remove(key) {
            self.leave_port(attempt.udp);
            self.leave_stream(usize::from(attempt.server), attempt.tcp, now);
        }
    }

    /// Closes the stream of a question if nothing has come since the question was written. The
    /// other questions go to a new stream.
    pub(super) fn overdue(&mut self, key: AttemptKey) {
        if let Some(attempt) = self.attempts.get(key)
            && let Some(Place::Sent(_)) = attempt.tcp
            && let Some(stream) = &self.servers[usize::from(attempt.server)].stream
            && stream.heard_at <= attempt.tcp_sent_at
        {
            self.close_stream(usize::from(attempt.server), Broken::Stream);
        }
    }

    /// Waits until a socket is ready, the waker is woken or the time is over. Without `timeout`,
    /// waits for ever.
    pub(super) fn poll(&mut self, timeout: Option<Duration>, now: Instant) -> io::Result<()> {
        let idle = self.close_idle_streams(now);
        let timeout = timeout.into_iter().chain(idle).min();
        let timeout = if self.has_work() {
            Some(Duration::ZERO)
        } else {
            timeout
        };
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => other?,
        }
        let now = Instant::now();
        let mut writable = Vec::new();
        for event in &self.events {
            match event.token() {
                WAKER => {}
                Token(stream) if stream > FIRST_STREAM - self.servers.len() => {
                    let server = FIRST_STREAM - stream;
                    if let Some(stream) = &mut self.servers[server].stream {
                        if !stream.is_queued {
                            stream.is_queued = true;
                            self.ready.push_stream(server);
                        }
                        writable.push(server);
                    }
                }
                Token(index) => {
                    if let Some(Some(port)) = self.ports.get_mut(index)
                        && !port.is_queued
                    {
                        port.is_queued = true;
                        self.ready.push_port(port.client, index);
                    }
                }
            }
        }
        for server in writable {
            self.flush(server, now);
        }
        Ok(())
    }

    /// Whether messages may be read without a wait.
    fn has_work(&self) -> bool {
        !self.ready.is_empty() || !self.broken.is_empty()
    }

    /// The next attempt that is over. None if there is none, or if messages have been read for long
    /// since `now`, the begin of this pass.
    pub(super) fn next_reply(&mut self, now: Instant) -> Option<Reply> {
        while now.elapsed() < READ_TIME {
            let reply = if let Some((key, broken)) = self.broken.pop_front() {
                self.after_break(key, broken, now)
            } else {
                match self.ready.pop()? {
                    Source::Port(index) => self.read_port(index, now),
                    Source::Stream(server) => self.read_stream(server, now),
                }
            };
            if reply.is_some() {
                return reply;
            }
        }
        None
    }

    /// Ends an attempt.
    fn end(&mut self, key: AttemptKey, result: ReplyResult, now: Instant) -> Option<Reply> {
        let attempt = self.attempts.get(key)?;
        let reply = Reply {
            query: attempt.query,
            attempt: key,
            server: usize::from(attempt.server),
            result,
        };
        self.take_back(key, now);
        Some(reply)
    }

    fn after_break(&mut self, key: AttemptKey, broken: Broken, now: Instant) -> Option<Reply> {
        let attempt = self.attempts.get(key)?;
        if broken == Broken::Stream && attempt.tcp_times < TCP_TIMES {
            if attempt.tcp.is_none() {
                self.ask_over_tcp(key, now);
            }
            return None;
        }
        let result = if attempt.is_malformed {
            ReplyResult::Malformed
        } else {
            ReplyResult::Unanswered
        };
        self.end(key, result, now)
    }
}

/// Bytes of an attempt in its table.
pub(super) const ATTEMPT_BYTES: usize = size_of::<Attempt>();

/// The most bytes of one server's sockets, besides those of its attempts.
pub(super) const fn max_bytes_of_server(max_queries: usize) -> usize {
    let entries = 4 * size_of::<(u16, AttemptKey)>() + size_of::<(Client, usize)>();
    let port = size_of::<Port>() + entries + 256;
    let stream = size_of::<Stream>() + stream::BUFFER_BYTES + stream::MAX_OUTGOING_BYTES;
    size_of::<Server>() + max_ports(max_queries) * 3 * port + stream
}

/// The most ports of one server. A permit is for as many questions as a derived lookup has.
const fn max_ports(max_queries: usize) -> usize {
    max_queries
        .saturating_mul(MAX_QUESTIONS)
        .div_ceil(QUESTIONS_PER_PORT as usize)
        + SPARE_PORTS
}

#[cfg(test)]
mod tests;
