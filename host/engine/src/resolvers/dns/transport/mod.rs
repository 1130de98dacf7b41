//! The transport: sockets, ids, and what each server wants of a question.
//!
//! An *attempt* is one question at one server. The transport sends it over UDP, and over TCP if the
//! answer is truncated. It compares each message with the question, and hands out the first one
//! that is the server's answer. An attempt is taken back at any time, and leaves nothing behind.

mod entropy;
mod server;
mod tcp;
mod udp;

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use slotmap::SlotMap;

use self::entropy::Entropy;
use self::server::{Judged, Knowledge, Sent};
use self::tcp::{Place, Stream};
use self::udp::{MAX_DATAGRAM_BYTES, Port, QUESTIONS_PER_PORT};
use super::keys::{AttemptKey, QueryKey};
use super::message::{self, Question, QuestionMatch, Response};
use crate::resolvers::settings::Settings;

/// Most events of one poll.
const MAX_EVENTS: usize = 256;
/// The waker's token, which no socket has.
const WAKER: Token = Token(usize::MAX);
/// The token of the first server's stream. Those of the others are below it.
const FIRST_STREAM: usize = usize::MAX - 1;
/// Bytes of messages that are read after one poll, and the bytes that a read counts for at least.
const MAX_READ_BYTES: usize = 128 * 1024;
const MIN_READ_BYTES: usize = 512;
/// Ports of a server beyond those that all questions fill.
const SPARE_PORTS: usize = 16;
/// How often a question is written to streams that break.
const TCP_TIMES: u8 = 3;
/// How long a stream without questions stays open.
const IDLE_TIME: Duration = Duration::from_secs(10);

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
    /// Sources that may have a message.
    ready: VecDeque<Source>,
    /// Bytes that may still be read before the next poll.
    budget: usize,
    outgoing: Vec<u8>,
    datagram: Box<[u8; MAX_DATAGRAM_BYTES + 1]>,
}

struct Server {
    address: SocketAddr,
    knowledge: Knowledge,
    /// The port for further questions.
    port: Option<usize>,
    open_ports: usize,
    stream: Option<Stream>,
}

struct Attempt {
    query: QueryKey,
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
enum Source {
    Port(usize),
    Stream(usize),
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
            port: None,
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
            ready: VecDeque::new(),
            budget: 0,
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

    /// Sends a question to a server.
    pub(super) fn ask(
        &mut self,
        query: QueryKey,
        server: usize,
        question: Question,
        now: Instant,
    ) -> AttemptKey {
        let key = self.attempts.insert(Attempt {
            query,
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
    /// waits for ever. The budget of bytes to read is whole again.
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
        self.budget = MAX_READ_BYTES;
        let mut writable = Vec::new();
        for event in &self.events {
            match event.token() {
                WAKER => {}
                Token(stream) if stream > FIRST_STREAM - self.servers.len() => {
                    let server = FIRST_STREAM - stream;
                    if let Some(stream) = &mut self.servers[server].stream {
                        if !stream.is_queued {
                            stream.is_queued = true;
                            self.ready.push_back(Source::Stream(server));
                        }
                        writable.push(server);
                    }
                }
                Token(index) => {
                    if let Some(Some(port)) = self.ports.get_mut(index)
                        && !port.is_queued
                    {
                        port.is_queued = true;
                        self.ready.push_back(Source::Port(index));
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

    /// The next attempt that is over. None if there is none, or enough was read.
    pub(super) fn next_reply(&mut self, now: Instant) -> Option<Reply> {
        while self.budget > 0 {
            let reply = if let Some((key, broken)) = self.broken.pop_front() {
                self.spend(MIN_READ_BYTES);
                self.after_break(key, broken, now)
            } else {
                match self.ready.pop_front()? {
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

    fn spend(&mut self, bytes: usize) {
        self.budget = self.budget.saturating_sub(bytes.max(MIN_READ_BYTES));
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

/// UDP.
impl Transport {
    /// Sends a question over UDP, in the form that its server wants.
    fn send(&mut self, key: AttemptKey, now: Instant) {
        if self.try_send(key, now).is_err() {
            self.broken.push_back((key, Broken::Ends));
        }
    }

    fn try_send(&mut self, key: AttemptKey, now: Instant) -> io::Result<()> {
        let Some(attempt) = self.attempts.get(key) else {
            return Ok(());
        };
        let (index, id) = match attempt.udp {
            Some(udp) => udp,
            None => {
                let index = self.port_for(usize::from(attempt.server), now)?;
                let port = self.ports[index].as_mut().expect("it is open");
                (index, port.insert(key, &mut self.entropy))
            }
        };
        let Some(attempt) = self.attempts.get_mut(key) else {
            return Ok(());
        };
        attempt.udp = Some((index, id));
        let knowledge = &mut self.servers[usize::from(attempt.server)].knowledge;
        attempt.set_case(knowledge.mixes_case(&attempt.sent), &mut self.entropy);
        let edns = knowledge.edns(&attempt.sent, now);
        let with_edns = edns.is_some();
        self.outgoing.clear();
        attempt.question.write(id, edns, &mut self.outgoing);
        let sent = &mut attempt.sent;
        sent.times = sent.times.saturating_add(1);
        sent.with_edns |= with_edns;
        sent.without_edns |= !with_edns;
        let port = self.ports[index].as_ref().expect("it is open");
        match port.socket.send(&self.outgoing) {
            Err(error) if is_refused(&error) => {
                // The error is about an earlier datagram.
                self.refuse(index, Some(key));
                let port = self.ports[index].as_ref().expect("it is open");
                port.socket.send(&self.outgoing).map(drop)
            }
            // The datagram is lost, and will be sent again.
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            other => other.map(drop),
        }
    }

    /// The port for the next question to a server.
    fn port_for(&mut self, server: usize, now: Instant) -> io::Result<usize> {
        if let Some(index) = self.servers[server].port {
            if !self.port(index).is_used_up() {
                return Ok(index);
            }
            self.servers[server].port = None;
            self.close_if_done(index);
        }
        if self.servers[server].open_ports >= self.max_ports {
            return self.merge_ports(server, now);
        }
        self.open_port(server)
    }

    fn open_port(&mut self, server: usize) -> io::Result<usize> {
        let mut port = Port::open(server, self.servers[server].address, &mut self.entropy)?;
        let index = self.free_ports.pop().unwrap_or_else(|| {
            self.ports.push(None);
            self.ports.len() - 1
        });
        let registered =
            self.poll
                .registry()
                .register(&mut port.socket, Token(index), Interest::READABLE);
        if let Err(error) = registered {
            self.free_ports.push(index);
            return Err(error);
        }
        self.ports[index] = Some(port);
        self.servers[server].port = Some(index);
        self.servers[server].open_ports += 1;
        Ok(index)
    }

    /// Closes the port of a server that has the fewest questions, and sends these over a new port.
    fn merge_ports(&mut self, server: usize, now: Instant) -> io::Result<usize> {
        let ports = self.ports.iter().enumerate();
        let fewest = ports
            .filter_map(|(index, port)| Some((index, port.as_ref()?)))
            .filter(|(_, port)| port.server == server)
            .min_by_key(|(_, port)| port.len());
        let Some((index, port)) = fewest else {
            return self.open_port(server);
        };
        let moved = port.attempts().to_vec();
        self.close_port(index);
        let new = self.open_port(server)?;
        for key in moved {
            if let Some(attempt) = self.attempts.get_mut(key) {
                attempt.udp = None;
                self.send(key, now);
            }
        }
        Ok(new)
    }

    fn close_port(&mut self, index: usize) {
        if let Some(mut port) = self.ports[index].take() {
            let _ = self.poll.registry().deregister(&mut port.socket);
            let server = &mut self.servers[port.server];
            server.open_ports -= 1;
            server.port = server.port.filter(|&other| other != index);
            self.free_ports.push(index);
        }
    }

    fn port(&self, index: usize) -> &Port {
        self.ports[index].as_ref().expect("it is open")
    }

    fn leave_port(&mut self, udp: Option<(usize, u16)>) {
        if let Some((index, id)) = udp
            && let Some(port) = &mut self.ports[index]
        {
            port.remove(id);
            self.close_if_done(index);
        }
    }

    /// Closes a port that has no question, unless it is for further ones.
    fn close_if_done(&mut self, index: usize) {
        let port = self.port(index);
        if port.len() == 0 && self.servers[port.server].port != Some(index) {
            self.close_port(index);
        }
    }

    /// Ends the questions of a port, because the server's machine refuses them.
    fn refuse(&mut self, index: usize, except: Option<AttemptKey>) {
        if let Some(port) = &self.ports[index] {
            let others = port
                .attempts()
                .iter()
                .filter(|&&attempt| Some(attempt) != except);
            self.broken.extend(others.map(|&key| (key, Broken::Ends)));
        }
    }

    /// Reads one datagram.
    fn read_port(&mut self, index: usize, now: Instant) -> Option<Reply> {
        let Some(Some(port)) = self.ports.get_mut(index) else {
            return None;
        };
        match port.socket.recv(&mut self.datagram[..]) {
            Ok(len) => {
                self.ready.push_back(Source::Port(index));
                self.spend(len);
                self.on_datagram(index, len, now)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                port.is_queued = false;
                self.spend(0);
                None
            }
            Err(error) => {
                self.spend(0);
                if is_of_a_datagram(&error) {
                    self.ready.push_back(Source::Port(index));
                } else {
                    // Another port may do for the next question.
                    self.refuse(index, None);
                    self.close_port(index);
                }
                None
            }
        }
    }

    fn on_datagram(&mut self, index: usize, len: usize, now: Instant) -> Option<Reply> {
        if len > MAX_DATAGRAM_BYTES {
            return None;
        }
        let bytes = &self.datagram[..len];
        let key = self.ports[index].as_ref()?.attempt(bytes)?;
        let attempt = self.attempts.get_mut(key)?;
        let response = message::read(bytes, &attempt.question)?;
        let server = usize::from(attempt.server);
        let knowledge = &mut self.servers[server].knowledge;
        let mut judged = Judged::Answer;
        if response.question == QuestionMatch::OtherCase {
            judged = knowledge.judge_other_case(&attempt.sent);
        }
        if judged == Judged::Answer {
            judged = knowledge.judge(&response, &mut attempt.sent, now);
        }
        match judged {
            Judged::Drop => None,
            Judged::SendAgain => {
                self.send(key, now);
                None
            }
            Judged::OverTcp => {
                let udp = attempt.udp.take();
                self.leave_port(udp);
                self.ask_over_tcp(key, now);
                None
            }
            Judged::Answer if !response.is_failure() && response.records.is_none() => {
                // The datagram may have been cut on its way. A whole one still counts.
                if !attempt.is_malformed {
                    attempt.is_malformed = true;
                    self.ask_over_tcp(key, now);
                }
                None
            }
            Judged::Answer => {
                if attempt.sent.times == 1 {
                    knowledge.answered_within(now.duration_since(attempt.sent_at));
                }
                self.end(key, ReplyResult::Answered(response), now)
            }
        }
    }
}

/// TCP.
impl Transport {
    /// Puts a question into its server's stream.
    fn ask_over_tcp(&mut self, key: AttemptKey, now: Instant) {
        let Some(attempt) = self.attempts.get_mut(key).filter(|a| a.tcp.is_none()) else {
            return;
        };
        let index = usize::from(attempt.server);
        let server = &mut self.servers[index];
        let is_new = server.stream.is_none();
        if is_new {
            let registry = self.poll.registry();
            let opened = Stream::connect(server.address, now).and_then(|mut stream| {
                let interest = Interest::READABLE | Interest::WRITABLE;
                registry.register(&mut stream.socket, Token(FIRST_STREAM - index), interest)?;
                Ok(stream)
            });
            match opened {
                Ok(stream) => server.stream = Some(stream),
                Err(_) => return self.broken.push_back((key, Broken::Ends)),
            }
        }
        let Some(stream) = &mut server.stream else {
            return;
        };
        attempt.tcp = Some(stream.push(key));
        if !is_new && stream.is_connected() {
            self.flush(index, now);
        }
    }

    fn leave_stream(&mut self, server: usize, place: Option<Place>, now: Instant) {
        if let (Some(place), Some(stream)) = (place, &mut self.servers[server].stream) {
            stream.remove(place, now);
        }
    }

    /// Writes the questions of a stream.
    fn flush(&mut self, server: usize, now: Instant) {
        let attempts = &mut self.attempts;
        let Some(stream) = &mut self.servers[server].stream else {
            return;
        };
        let flushed = stream.flush(&mut self.entropy, |key, id, outgoing| {
            if let Some(attempt) = attempts.get_mut(key) {
                attempt.tcp = Some(Place::Sent(id));
                attempt.tcp_times += 1;
                attempt.tcp_sent_at = now;
                // TCP needs neither EDNS nor a cookie.
                attempt.question.write(id, None, outgoing);
            }
        });
        if flushed.is_err() {
            self.on_broken_stream(server);
        }
    }

    /// Reads one message.
    fn read_stream(&mut self, server: usize, now: Instant) -> Option<Reply> {
        let stream = self.servers[server].stream.as_mut()?;
        if !stream.is_connected() {
            stream.is_queued = false;
            return None;
        }
        match stream.read(now) {
            Ok(Some(message)) => {
                self.ready.push_back(Source::Stream(server));
                let bytes = stream.bytes(message);
                self.budget = self.budget.saturating_sub(bytes.len().max(MIN_READ_BYTES));
                let key = stream.attempt(bytes)?;
                let attempt = self.attempts.get(key)?;
                let mut response = message::read(bytes, &attempt.question)?;
                if response.is_truncated {
                    response.records = None;
                }
                stream.has_answered = true;
                let reply = self.end(key, ReplyResult::Answered(response), now);
                // There is room for another question.
                self.flush(server, now);
                reply
            }
            Ok(None) => {
                stream.is_queued = false;
                self.spend(0);
                None
            }
            Err(_) => {
                self.spend(0);
                self.on_broken_stream(server);
                None
            }
        }
    }

    /// Closes a stream that is broken. A connection that cannot be made ends its questions.
    fn on_broken_stream(&mut self, server: usize) {
        let is_connected = self.servers[server]
            .stream
            .as_ref()
            .is_some_and(Stream::is_connected);
        let broken = if is_connected {
            Broken::Stream
        } else {
            Broken::Ends
        };
        self.close_stream(server, broken);
    }

    fn close_stream(&mut self, server: usize, broken: Broken) {
        let Some(mut stream) = self.servers[server].stream.take() else {
            return;
        };
        let _ = self.poll.registry().deregister(&mut stream.socket);
        // The server has cut this question's answer, and would do so again.
        let half_answered = stream.half_answered();
        let has_answered = stream.has_answered;
        for key in stream.into_attempts() {
            if let Some(attempt) = self.attempts.get_mut(key) {
                if has_answered && let Some(Place::Sent(_)) = attempt.tcp {
                    // Some servers answer one question of a connection.
                    attempt.tcp_times -= 1;
                }
                attempt.tcp = None;
                let broken = if half_answered == Some(key) {
                    Broken::Ends
                } else {
                    broken
                };
                self.broken.push_back((key, broken));
            }
        }
    }

    /// Closes the streams that have no questions for long. Returns when the next one may be due.
    fn close_idle_streams(&mut self, now: Instant) -> Option<Duration> {
        let mut next = None;
        for index in 0..self.servers.len() {
            let stream = self.servers[index].stream.as_ref();
            let Some(idle_since) = stream.and_then(|stream| stream.idle_since) else {
                continue;
            };
            let left = (idle_since + IDLE_TIME).saturating_duration_since(now);
            if left.is_zero() {
                self.close_stream(index, Broken::Ends);
            } else {
                next = next.into_iter().chain([left]).min();
            }
        }
        next
    }
}

impl Attempt {
    /// Gives the letters of the question a random case, or none.
    fn set_case(&mut self, is_mixed: bool, entropy: &mut Entropy) {
        if !is_mixed && self.sent.is_mixed {
            self.sent.is_mixed = false;
            let letters = self.question.letters_mut();
            letters.for_each(|letter| letter.make_ascii_lowercase());
        }
        // An answer to an earlier message has the earlier case.
        if !is_mixed || self.sent.times > 0 {
            return;
        }
        let (mut bits, mut left) = (0, 0);
        for letter in self.question.letters_mut() {
            if left == 0 {
                (bits, left) = (entropy.number(), u16::BITS);
            }
            if bits & 1 == 1 {
                letter.make_ascii_uppercase();
                self.sent.is_mixed = true;
            }
            (bits, left) = (bits >> 1, left - 1);
        }
    }
}

/// Bytes of an attempt in its table.
pub(super) const ATTEMPT_BYTES: usize = size_of::<Attempt>();

/// The most bytes of one server's sockets, besides those of its attempts.
pub(super) const fn max_bytes_of_server(max_queries: usize) -> usize {
    let port = size_of::<Port>() + 4 * size_of::<(u16, AttemptKey)>() + 256;
    let stream = size_of::<Stream>() + tcp::BUFFER_BYTES + tcp::MAX_OUTGOING_BYTES;
    size_of::<Server>() + max_ports(max_queries) * 3 * port + stream
}

/// The most ports of one server.
const fn max_ports(max_queries: usize) -> usize {
    max_queries.div_ceil(QUESTIONS_PER_PORT as usize) + SPARE_PORTS
}

fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

/// Whether an error is about one datagram, and the next one can be read.
fn is_of_a_datagram(error: &io::Error) -> bool {
    /// Windows' error for a datagram that is longer than the buffer.
    const WSAEMSGSIZE: i32 = 10040;
    error.kind() == ErrorKind::Interrupted
        || cfg!(windows) && error.raw_os_error() == Some(WSAEMSGSIZE)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};

    use super::*;
    use crate::resolvers::dns::message::RecordType;

    /// A transport with one server, which never answers.
    fn transport(max_queries: usize) -> (Transport, UdpSocket) {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let settings = Settings {
            servers: vec![server.local_addr().unwrap()],
            ..Settings::default()
        };
        (Transport::new(&settings, max_queries).unwrap(), server)
    }

    fn question() -> Question {
        Question::new("a.test", RecordType::A).unwrap()
    }

    fn open(transport: &Transport) -> Vec<&Port> {
        transport.ports.iter().flatten().collect()
    }

    #[test]
    fn port_is_replaced_after_128_questions_and_closes_with_its_last() {
        let (mut transport, _server) = transport(1000);
        let now = Instant::now();
        let ask =
            |transport: &mut Transport| transport.ask(QueryKey::default(), 0, question(), now);
        let first: Vec<_> = (0..QUESTIONS_PER_PORT)
            .map(|_| ask(&mut transport))
            .collect();
        let address = transport.port(0).socket.local_addr().unwrap();
        assert_eq!(open(&transport).len(), 1);
        let next = ask(&mut transport);
        assert_eq!(open(&transport).len(), 2);
        for key in first {
            assert_eq!(open(&transport).len(), 2);
            transport.take_back(key, now);
        }
        let left = open(&transport);
        assert_eq!((left.len(), left[0].len()), (1, 1));
        assert_ne!(left[0].socket.local_addr().unwrap(), address);
        // The current port stays open for further questions.
        transport.take_back(next, now);
        assert_eq!(open(&transport).len(), 1);
        assert!(transport.attempts.is_empty());
    }

    // S-S7: one question that is never answered keeps each port open.
    #[test]
    fn ports_of_a_server_are_bounded_and_their_questions_move() {
        let (mut transport, _server) = transport(128);
        let (now, mut kept) = (Instant::now(), Vec::new());
        for _ in 0..100 {
            for n in 0..QUESTIONS_PER_PORT {
                let key = transport.ask(QueryKey::default(), 0, question(), now);
                if n == 0 {
                    kept.push(key);
                } else {
                    transport.take_back(key, now);
                }
            }
            assert!(open(&transport).len() <= max_ports(128));
        }
        let questions: usize = open(&transport).iter().map(|port| port.len()).sum();
        assert_eq!((questions, kept.len()), (100, 100));
        for key in kept {
            let (port, id) = transport.attempts[key].udp.unwrap();
            assert_eq!(transport.port(port).attempt(&id.to_be_bytes()), Some(key));
            transport.take_back(key, now);
        }
        assert_eq!(open(&transport).len(), 1);
    }
}
