//! Questions over UDP.

use std::io::{self, ErrorKind};
use std::time::Instant;

use mio::{Interest, Token};

use super::entropy::Entropy;
use super::port::{MAX_DATAGRAM_BYTES, Port};
use super::server::Judged;
use super::{Attempt, Broken, Reply, ReplyResult, Transport};
use crate::lookup::Client;
use crate::resolvers::dns::keys::AttemptKey;
use crate::resolvers::dns::message::{self, QuestionMatch};

/// Ports of a server that are kept open without questions.
pub(super) const MAX_IDLE_PORTS: usize = 16;

impl Transport {
    /// Sends a question over UDP, in the form that its server wants.
    pub(super) fn send(&mut self, key: AttemptKey, now: Instant) {
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
                let index = self.port_for(usize::from(attempt.server), attempt.client, now)?;
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

    /// The port for a client's next question to a server: one with no other client's questions, as
    /// long as the server may have another port. So one client's answers neither fill the buffer
    /// of another client's port, nor are read before another's.
    fn port_for(&mut self, index: usize, client: Client, now: Instant) -> io::Result<usize> {
        let server = &mut self.servers[index];
        if let Some(&port) = server.ports.get(&client) {
            if !self.port(port).is_used_up() {
                return Ok(port);
            }
            self.servers[index].ports.remove(&client);
        } else if let Some(port) = server.idle_ports.pop() {
            server.ports.insert(client, port);
            self.ports[port].as_mut().expect("it is open").client = client;
            return Ok(port);
        }
        if self.servers[index].open_ports < self.max_ports {
            return self.open_port(index, client);
        }
        match self.emptiest_port(index, |port| !port.is_used_up()) {
            Some(port) => Ok(port),
            None => self.merge_ports(index, client, now),
        }
    }

    fn open_port(&mut self, server: usize, client: Client) -> io::Result<usize> {
        let address = self.servers[server].address;
        let mut port = Port::open(server, address, client, &mut self.entropy)?;
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
        self.servers[server].ports.insert(client, index);
        self.servers[server].open_ports += 1;
        Ok(index)
    }

    /// The port of a server that has the fewest questions, of those that `may` be taken.
    fn emptiest_port(&self, server: usize, may: impl Fn(&Port) -> bool) -> Option<usize> {
        let ports = self.ports.iter().enumerate();
        ports
            .filter_map(|(index, port)| Some((index, port.as_ref()?)))
            .filter(|(_, port)| port.server == server && may(port))
            .min_by_key(|(_, port)| port.len())
            .map(|(index, _)| index)
    }

    /// Closes the port of a server that has the fewest questions, and sends these over a new port.
    fn merge_ports(&mut self, server: usize, client: Client, now: Instant) -> io::Result<usize> {
        let Some(index) = self.emptiest_port(server, |_| true) else {
            return self.open_port(server, client);
        };
        let moved = self.port(index).attempts().to_vec();
        self.close_port(index);
        let new = self.open_port(server, client)?;
        for key in moved {
            self.send(key, now);
        }
        Ok(new)
    }

    fn close_port(&mut self, index: usize) {
        if let Some(mut port) = self.ports[index].take() {
            let _ = self.poll.registry().deregister(&mut port.socket);
            let server = &mut self.servers[port.server];
            server.open_ports -= 1;
            server.idle_ports.retain(|&other| other != index);
            if server.ports.get(&port.client) == Some(&index) {
                server.ports.remove(&port.client);
            }
            self.free_ports.push(index);
            for &key in port.attempts() {
                if let Some(attempt) = self.attempts.get_mut(key) {
                    attempt.udp = None;
                }
            }
        }
    }

    pub(super) fn port(&self, index: usize) -> &Port {
        self.ports[index].as_ref().expect("it is open")
    }

    pub(super) fn leave_port(&mut self, udp: Option<(usize, u16)>) {
        let Some((index, id)) = udp else {
            return;
        };
        let Some(port) = &mut self.ports[index] else {
            return;
        };
        port.remove(id);
        if port.len() > 0 {
            return;
        }
        let server = &mut self.servers[port.server];
        if port.is_used_up() || server.idle_ports.len() == MAX_IDLE_PORTS {
            self.close_port(index);
        } else {
            server.ports.remove(&port.client);
            server.idle_ports.push(index);
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
    pub(super) fn read_port(&mut self, index: usize, now: Instant) -> Option<Reply> {
        let Some(Some(port)) = self.ports.get_mut(index) else {
            return None;
        };
        match port.socket.recv(&mut self.datagram[..]) {
            Ok(len) => {
                self.ready.push_port(port.client, index);
                self.on_datagram(index, len, now)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                port.is_queued = false;
                None
            }
            Err(error) => {
                if is_of_a_datagram(&error) {
                    self.ready.push_port(port.client, index);
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
