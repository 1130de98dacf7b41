//! The sockets that may have a message: one message of each client in rotation.

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

use quick_cache::DefaultHashBuilder;

use crate::lookup::Client;

/// A socket, by its place in the transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Port(usize),
    Stream(usize),
}

/// So a client with many ports delays no other. A server's stream is for all clients.
#[derive(Default)]
pub(super) struct Ready {
    turns: VecDeque<Turn>,
    ports: HashMap<Client, VecDeque<usize>, DefaultHashBuilder>,
}

#[derive(Clone, Copy)]
enum Turn {
    Client(Client),
    Stream(usize),
}

impl Ready {
    pub(super) fn push_port(&mut self, client: Client, port: usize) {
        let ports = self.ports.entry(client).or_default();
        if ports.is_empty() {
            self.turns.push_back(Turn::Client(client));
        }
        ports.push_back(port);
    }

    pub(super) fn push_stream(&mut self, server: usize) {
        self.turns.push_back(Turn::Stream(server));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Removes the next socket. Once it is read, it is added again if it may have more.
    pub(super) fn pop(&mut self) -> Option<Source> {
        let turn = self.turns.pop_front()?;
        let client = match turn {
            Turn::Stream(server) => return Some(Source::Stream(server)),
            Turn::Client(client) => client,
        };
        let Entry::Occupied(mut entry) = self.ports.entry(client) else {
            return None;
        };
        let port = entry.get_mut().pop_front()?;
        if entry.get().is_empty() {
            entry.remove();
        } else {
            self.turns.push_back(turn);
        }
        Some(Source::Port(port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S-S7
    #[test]
    fn client_with_many_ports_has_one_turn_of_each_rotation() {
        let [first, second] = [1, 2].map(Client::of_session);
        let mut ready = Ready::default();
        for port in 0..3 {
            ready.push_port(first, port);
        }
        ready.push_port(second, 3);
        ready.push_stream(0);
        let mut order = Vec::new();
        while let Some(source) = ready.pop() {
            order.push(source);
            if source == Source::Port(3) && order.len() < 4 {
                ready.push_port(second, 3);
            }
        }
        let [p0, p1, p2, p3] = [0, 1, 2, 3].map(Source::Port);
        assert_eq!(order, [p0, p3, Source::Stream(0), p1, p3, p2]);
        assert!(ready.is_empty() && ready.ports.is_empty());
    }
}
