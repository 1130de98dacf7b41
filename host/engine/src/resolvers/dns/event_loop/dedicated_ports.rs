//! Bounds the questions with a port each: the retries after a malformed message.

use std::collections::hash_map::{Entry, HashMap};

use crate::lookup::Client;

/// Most dedicated ports at a time, as each is one of the embedder's sockets.
const MAX_PORTS: usize = 256;
/// Most dedicated ports of one client, so that no guest has them all.
const MAX_PORTS_PER_CLIENT: usize = 16;

/// The dedicated ports in use, by client. A port is in use until c-ares is done with its question.
#[derive(Default)]
pub(super) struct DedicatedPorts {
    total: usize,
    by_client: HashMap<Client, usize>,
}

impl DedicatedPorts {
    /// Whether a client may have one more port.
    pub(super) fn has_room(&self, client: Client) -> bool {
        let count = self.by_client.get(&client);
        self.total < MAX_PORTS && count.is_none_or(|&count| count < MAX_PORTS_PER_CLIENT)
    }

    /// Counts one more port of a client.
    pub(super) fn add(&mut self, client: Client) {
        self.total += 1;
        *self.by_client.entry(client).or_default() += 1;
    }

    /// Counts one port of a client less.
    pub(super) fn remove(&mut self, client: Client) {
        if let Entry::Occupied(mut count) = self.by_client.entry(client) {
            self.total -= 1;
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_client_takes_every_port_and_removed_ports_are_free_again() {
        let mut ports = DedicatedPorts::default();
        let client = Client::of_session;
        for session in 0..16 {
            while ports.has_room(client(session)) {
                ports.add(client(session));
            }
        }
        let clients = MAX_PORTS / MAX_PORTS_PER_CLIENT;
        assert_eq!((ports.total, ports.by_client.len()), (MAX_PORTS, clients));
        assert!(!ports.has_room(client(99)));
        for session in 0..16 {
            (0..MAX_PORTS_PER_CLIENT).for_each(|_| ports.remove(client(session)));
        }
        assert!(ports.has_room(client(99)) && ports.by_client.is_empty());
    }
}
