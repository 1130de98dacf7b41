//! Questions over TCP.

use std::time::{Duration, Instant};

use mio::{Interest, Token};

use super::stream::{Place, Stream};
use super::{Broken, FIRST_STREAM, Reply, ReplyResult, Transport};
use crate::resolvers::dns::keys::AttemptKey;
use crate::resolvers::dns::message;

/// How long a stream without questions stays open.
const IDLE_TIME: Duration = Duration::from_secs(10);

impl Transport {
    /// Puts a question into its server's stream.
    pub(super) fn ask_over_tcp(&mut self, key: AttemptKey, now: Instant) {
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

    pub(super) fn leave_stream(&mut self, server: usize, place: Option<Place>, now: Instant) {
        if let (Some(place), Some(stream)) = (place, &mut self.servers[server].stream) {
            stream.remove(place, now);
        }
    }

    /// Writes the questions of a stream.
    pub(super) fn flush(&mut self, server: usize, now: Instant) {
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
    pub(super) fn read_stream(&mut self, server: usize, now: Instant) -> Option<Reply> {
        let stream = self.servers[server].stream.as_mut()?;
        if !stream.is_connected() {
            stream.is_queued = false;
            return None;
        }
        match stream.read(now) {
            Ok(Some(message)) => {
                self.ready.push_stream(server);
                let bytes = stream.bytes(message);
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
                None
            }
            Err(_) => {
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

    pub(super) fn close_stream(&mut self, server: usize, broken: Broken) {
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
    pub(super) fn close_idle_streams(&mut self, now: Instant) -> Option<Duration> {
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
