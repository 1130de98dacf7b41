//! A name server whose answers a test decides, message by message.
#![allow(dead_code, reason = "each test program uses a part")]

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use winsock_async_dns_server::Server;
use winsock_async_engine::resolvers::{Dns, DnsBuilder};

use super::{Fixture, fixture_on};

/// A question as a server gets it.
#[derive(Clone)]
pub(crate) struct Question(pub(crate) Vec<u8>);

impl Question {
    /// The position after the question.
    pub(crate) fn end(&self) -> usize {
        let mut end = 12;
        while self.0[end] != 0 {
            end += 1 + usize::from(self.0[end]);
        }
        end + 5
    }

    pub(crate) fn name(&self) -> &[u8] {
        &self.0[12..self.end() - 4]
    }

    pub(crate) fn has_edns(&self) -> bool {
        self.0[11] == 1
    }

    /// The largest answer by EDNS, and the cookie.
    pub(crate) fn edns(&self) -> Option<(u16, &[u8])> {
        let record = self.has_edns().then(|| &self.0[self.end()..])?;
        let size = u16::from_be_bytes([record[3], record[4]]);
        Some((size, record.get(15..).unwrap_or_default()))
    }

    /// A message with this code, the question, and no record.
    pub(crate) fn reply(&self, rcode: u8) -> Vec<u8> {
        let mut bytes = self.0[..self.end()].to_vec();
        // A response; recursion desired and available; one question.
        bytes[2..12].copy_from_slice(&[0x81, 0x80 | rcode, 0, 1, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    /// An answer with the address 192.0.2.`last`.
    pub(crate) fn answer(&self, last: u8) -> Vec<u8> {
        let mut bytes = self.reply(0);
        bytes[7] = 1;
        bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, last]);
        bytes
    }

    /// A message that says to ask over TCP.
    pub(crate) fn truncated(&self) -> Vec<u8> {
        let mut bytes = self.reply(0);
        bytes[2] |= 2;
        bytes
    }
}

/// A name server whose answers a test decides. It ends when it is dropped.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Question>>>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Answers each datagram with those of `reply`.
    pub(crate) fn start(reply: impl FnMut(&Question) -> Vec<Vec<u8>> + Send + 'static) -> Peer {
        Peer::on(Ipv4Addr::LOCALHOST.into(), reply)
    }

    pub(crate) fn on(
        address: IpAddr,
        mut reply: impl FnMut(&Question) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Peer {
        let socket = UdpSocket::bind((address, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<_>>> = Arc::default();
        let shared = Arc::clone(&asked);
        let thread = thread::spawn(move || {
            let mut buffer = [0; 2048];
            while let Ok((len @ 1.., from)) = socket.recv_from(&mut buffer) {
                let question = Question(buffer[..len].to_vec());
                shared.lock().unwrap().push(question.clone());
                for bytes in reply(&question) {
                    socket.send_to(&bytes, from).unwrap();
                }
            }
        });
        Peer {
            address,
            asked,
            thread: Some(thread),
        }
    }

    pub(crate) fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }

    /// Serves TCP on the same port: calls `serve` with each connection. The thread ends with the
    /// test's process.
    pub(crate) fn with_tcp(self, mut serve: impl FnMut(TcpStream) + Send + 'static) -> Peer {
        let listener = TcpListener::bind(self.address).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap());
            }
        });
        self
    }

    /// A resolver that asks this server alone, once, within a time-out that a test can wait for.
    pub(crate) fn fixture(&self) -> Fixture {
        fixture_of(|dns| dns.server(self.address))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let any = match self.address {
            SocketAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let socket = UdpSocket::bind((any, 0)).unwrap();
        socket.send_to(&[], self.address).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

pub(crate) fn fixture_of(set: impl FnOnce(DnsBuilder) -> DnsBuilder) -> Fixture {
    // The fixture's own server is not asked.
    fixture_on(Server::start().unwrap(), |_| {
        set(Dns::builder().tries(1).timeout(Duration::from_secs(2)))
    })
}

/// Reads the next question of a stream. None at its end.
pub(crate) fn read(stream: &mut TcpStream) -> Option<Question> {
    let mut len = [0; 2];
    stream.read_exact(&mut len).ok()?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(len))];
    stream.read_exact(&mut bytes).ok()?;
    Some(Question(bytes))
}

pub(crate) fn write(stream: &mut TcpStream, message: &[u8]) {
    let mut bytes = (message.len() as u16).to_be_bytes().to_vec();
    bytes.extend(message);
    // Fails if the client has closed the connection, which the client's outcome shows.
    let _ = stream.write_all(&bytes);
}
