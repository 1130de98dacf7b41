//! Streams: one TCP connection for each server, with pipelined questions.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::ops::Range;
use std::time::Instant;

use mio::net::TcpStream;

use super::entropy::Entropy;
use crate::resolvers::dns::keys::AttemptKey;

/// Questions of a stream without an answer. Further ones wait.
const MAX_SENT: usize = 1024;
/// Bytes of questions that are written at once.
const WRITTEN_BYTES: usize = 16 * 1024;
/// The capacity that the written bytes may grow to.
pub(super) const MAX_OUTGOING_BYTES: usize = 4 * WRITTEN_BYTES;
/// Bytes of a message's length.
const LENGTH_BYTES: usize = 2;
/// The longest message with its length.
pub(super) const BUFFER_BYTES: usize = LENGTH_BYTES + u16::MAX as usize;

/// One connection.
pub(super) struct Stream {
    pub(super) socket: TcpStream,
    is_connected: bool,
    /// Questions that are not written yet, by the order in which they came.
    waiting: BTreeMap<u64, AttemptKey>,
    last_place: u64,
    /// Questions without an answer, by id.
    sent: HashMap<u16, AttemptKey>,
    /// Bytes to write, from `written` on.
    outgoing: Vec<u8>,
    written: usize,
    /// What was read: the bytes `filled` are not handled yet.
    incoming: Box<[u8]>,
    filled: Range<usize>,
    has_ended: bool,
    /// Whether an answer has come.
    pub(super) has_answered: bool,
    /// When bytes last came, or the stream was opened.
    pub(super) heard_at: Instant,
    /// When the last question ended.
    pub(super) idle_since: Option<Instant>,
    pub(super) is_queued: bool,
}

/// Where an attempt's question stands in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Waiting(u64),
    Sent(u16),
}

impl Stream {
    pub(super) fn connect(address: SocketAddr, now: Instant) -> io::Result<Stream> {
        Ok(Stream {
            socket: TcpStream::connect(address)?,
            is_connected: false,
            waiting: BTreeMap::new(),
            last_place: 0,
            sent: HashMap::new(),
            outgoing: Vec::new(),
            written: 0,
            incoming: vec![0; BUFFER_BYTES].into(),
            filled: 0..0,
            has_ended: false,
            has_answered: false,
            heard_at: now,
            idle_since: None,
            is_queued: false,
        })
    }

    pub(super) fn is_connected(&self) -> bool {
        self.is_connected
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.sent.is_empty()
    }

    /// Adds a question that waits to be written.
    pub(super) fn push(&mut self, attempt: AttemptKey) -> Place {
        self.last_place += 1;
        self.waiting.insert(self.last_place, attempt);
        self.idle_since = None;
        Place::Waiting(self.last_place)
    }

    /// Removes a question. A later answer to it is dropped.
    pub(super) fn remove(&mut self, place: Place, now: Instant) {
        match place {
            Place::Waiting(place) => drop(self.waiting.remove(&place)),
            Place::Sent(id) => drop(self.sent.remove(&id)),
        }
        if self.is_empty() {
            self.idle_since = Some(now);
        }
    }

    /// The attempt of a message, by its id.
    pub(super) fn attempt(&self, message: &[u8]) -> Option<AttemptKey> {
        let id = u16::from_be_bytes(*message.first_chunk()?);
        self.sent.get(&id).copied()
    }

    /// Writes questions as far as the socket takes them. `write` appends the question of an attempt
    /// with an id, and records the id.
    ///
    /// # Errors
    /// The connection cannot be made, or is broken.
    pub(super) fn flush(
        &mut self,
        entropy: &mut Entropy,
        mut write: impl FnMut(AttemptKey, u16, &mut Vec<u8>),
    ) -> io::Result<()> {
        if !self.is_connected {
            if let Some(error) = self.socket.take_error()? {
                return Err(error);
            }
            if let Err(error) = self.socket.peer_addr() {
                return match error.kind() {
                    ErrorKind::NotConnected => Ok(()),
                    _ => Err(error),
                };
            }
            self.is_connected = true;
        }
        loop {
            while self.outgoing.len() < WRITTEN_BYTES
                && self.sent.len() < MAX_SENT
                && let Some((_, attempt)) = self.waiting.pop_first()
            {
                let id = self.free_id(entropy);
                self.sent.insert(id, attempt);
                let start = self.outgoing.len();
                self.outgoing.extend([0; LENGTH_BYTES]);
                write(attempt, id, &mut self.outgoing);
                let len = (self.outgoing.len() - start - LENGTH_BYTES) as u16;
                self.outgoing[start..start + LENGTH_BYTES].copy_from_slice(&len.to_be_bytes());
            }
            if self.written == self.outgoing.len() {
                self.outgoing.clear();
                self.written = 0;
                return Ok(());
            }
            match self.socket.write(&self.outgoing[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(len) => self.written += len,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if self.written == self.outgoing.len() {
                self.outgoing.clear();
                self.written = 0;
            }
        }
    }

    /// Reads the next message. None if the rest of it has not come.
    ///
    /// # Errors
    /// The stream has ended or is broken.
    pub(super) fn read(&mut self, now: Instant) -> io::Result<Option<Range<usize>>> {
        loop {
            if let Some(message) = self.message() {
                self.filled.start = message.end;
                return Ok(Some(message));
            }
            if self.has_ended {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            // The buffer has room for one message of any length, from its start.
            if self.filled.start > 0 {
                self.incoming.copy_within(self.filled.clone(), 0);
                self.filled = 0..self.filled.len();
            }
            match self.socket.read(&mut self.incoming[self.filled.end..]) {
                Ok(0) => self.has_ended = true,
                Ok(len) => {
                    self.filled.end += len;
                    self.heard_at = now;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The bytes of a message that was read.
    pub(super) fn bytes(&self, message: Range<usize>) -> &[u8] {
        &self.incoming[message]
    }

    /// The attempt whose answer has come in part.
    pub(super) fn half_answered(&self) -> Option<AttemptKey> {
        self.attempt(self.incoming[self.filled.clone()].get(LENGTH_BYTES..)?)
    }

    /// Takes the questions out of a broken stream.
    pub(super) fn into_attempts(self) -> impl Iterator<Item = AttemptKey> {
        let _ = self.socket.shutdown(Shutdown::Both);
        self.sent.into_values().chain(self.waiting.into_values())
    }

    fn message(&self) -> Option<Range<usize>> {
        let (len, rest) = self.incoming[self.filled.clone()].split_first_chunk()?;
        let len = usize::from(u16::from_be_bytes(*len));
        let start = self.filled.start + LENGTH_BYTES;
        (rest.len() >= len).then_some(start..start + len)
    }

    fn free_id(&self, entropy: &mut Entropy) -> u16 {
        loop {
            let id = entropy.number();
            if !self.sent.contains_key(&id) {
                return id;
            }
        }
    }
}
