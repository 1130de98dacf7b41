//! Ports: connected UDP sockets, each for a bounded number of questions.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::UdpSocket;
use socket2::{Domain, Socket, Type};

use super::entropy::Entropy;
use crate::lookup::Client;
use crate::resolvers::dns::keys::AttemptKey;

/// Questions over one port: few enough for answers to be hard to guess, and to fit in its buffer.
pub(super) const QUESTIONS_PER_PORT: u32 = 128;
/// The most bytes of a datagram. A longer one is dropped.
pub(super) const MAX_DATAGRAM_BYTES: usize = 4096;

/// The receive buffer that is asked for: it has room for an answer of 1,232 bytes to each question.
const RECEIVE_BYTES: usize = 256 * 1024;
/// Ports that are tried before the operating system chooses one.
const TRIED_PORTS: usize = 8;
/// The lowest port that is tried.
const MIN_PORT: u16 = 1 << 15;

/// A socket on a random port, connected to one server: the operating system drops what others send.
pub(super) struct Port {
    pub(super) socket: UdpSocket,
    pub(super) server: usize,
    /// The client that it is for, unless it has no question.
    pub(super) client: Client,
    /// Questions that were sent over this port.
    asked: u32,
    /// The ids of the questions without an answer, and their attempts, in the same order.
    ids: Vec<u16>,
    attempts: Vec<AttemptKey>,
    /// Whether the port stands in the list of readable sources.
    pub(super) is_queued: bool,
}

impl Port {
    pub(super) fn open(
        server: usize,
        address: SocketAddr,
        client: Client,
        entropy: &mut Entropy,
    ) -> io::Result<Port> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
        socket.set_nonblocking(true)?;
        // One guest's large answers would push out another's, which would be asked for again.
        let _ = socket.set_recv_buffer_size(RECEIVE_BYTES);
        bind(&socket, address, entropy)?;
        socket.connect(&address.into())?;
        Ok(Port {
            socket: UdpSocket::from_std(socket.into()),
            server,
            client,
            asked: 0,
            ids: Vec::new(),
            attempts: Vec::new(),
            is_queued: false,
        })
    }

    /// Whether further questions need another port.
    pub(super) fn is_used_up(&self) -> bool {
        self.asked >= QUESTIONS_PER_PORT
    }

    /// The number of questions without an answer.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Adds a question, and returns its random id, which no other question of this port has.
    pub(super) fn insert(&mut self, attempt: AttemptKey, entropy: &mut Entropy) -> u16 {
        self.asked += 1;
        loop {
            let id = entropy.number();
            if !self.ids.contains(&id) {
                self.ids.push(id);
                self.attempts.push(attempt);
                return id;
            }
        }
    }

    pub(super) fn remove(&mut self, id: u16) {
        if let Some(index) = self.index(id) {
            self.ids.swap_remove(index);
            self.attempts.swap_remove(index);
        }
    }

    /// The attempt of a message, by its id.
    pub(super) fn attempt(&self, message: &[u8]) -> Option<AttemptKey> {
        let id = u16::from_be_bytes(*message.first_chunk()?);
        self.index(id).map(|index| self.attempts[index])
    }

    /// The attempts without an answer.
    pub(super) fn attempts(&self) -> &[AttemptKey] {
        &self.attempts
    }

    fn index(&self, id: u16) -> Option<usize> {
        self.ids.iter().position(|&other| other == id)
    }
}

/// Binds a socket to a random port that is free.
fn bind(socket: &Socket, server: SocketAddr, entropy: &mut Entropy) -> io::Result<()> {
    let any = |port| match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
    };
    for _ in 0..TRIED_PORTS {
        if socket
            .bind(&any(entropy.number() | MIN_PORT).into())
            .is_ok()
        {
            return Ok(());
        }
    }
    socket.bind(&any(0).into())
}
