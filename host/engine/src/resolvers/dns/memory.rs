//! The most memory that a resolver holds, computed from types and bounds.

use std::num::Saturating;
use std::time::Instant;

use super::cache::Bounds;
use super::derived::MAX_QUESTIONS;
use super::event_loop;
use super::in_flight::{DerivedQuery, InFlightQuery};
use super::keys::{AttemptKey, DerivedKey, QueryKey};
use super::lookup_queue::PendingLookup;
use super::transport;
use crate::lookup::Responder;
use crate::resolvers::search::Search;

/// A list that doubles has at most twice the capacity that it needs. While it grows, its old
/// allocation exists too.
const GROWN: usize = 3;
/// The longest name of a host, with its trailing dot. Units: bytes.
const NAME: usize = 254;
/// The parts of a tree's node that hold nothing, and its pointers.
const TREE: usize = 3;

/// Bytes of a request that waits for a permit or an outcome: its name, and its entry in a queue.
/// Its outcome may go by way of a chain of resolvers.
const PER_REQUEST: usize = {
    let receiver = 256 + NAME;
    let queued = GROWN * (size_of::<PendingLookup>() + size_of::<Responder>()) + NAME;
    receiver + queued
};

/// Bytes of a query, besides its attempts and those who wait for it.
const PER_QUERY: usize = {
    let query = GROWN * (size_of::<InFlightQuery>() + size_of::<u64>());
    let key = GROWN * (size_of::<Search>() + size_of::<QueryKey>());
    let timer = TREE * size_of::<(Instant, QueryKey)>();
    let waiters = 4 * size_of::<Responder>();
    query + key + timer + waiters + 2 * NAME
};

/// Bytes of a derived lookup, besides those who wait for it.
const PER_DERIVED: usize = {
    let derived = GROWN * (size_of::<DerivedQuery>() + size_of::<u64>());
    let key = GROWN * (size_of::<Search>() + size_of::<DerivedKey>());
    let places = MAX_QUESTIONS * 4 * size_of::<(DerivedKey, usize)>();
    derived + key + places + 4 * size_of::<Responder>() + 2 * NAME
};

/// Bytes of an attempt, and its entries in the query, the port and the stream.
const PER_ATTEMPT: usize = {
    let attempt = GROWN * (transport::ATTEMPT_BYTES + size_of::<u64>()) + NAME;
    let entries = GROWN * (size_of::<(usize, AttemptKey)>() + size_of::<(u16, AttemptKey)>());
    let stream = TREE * size_of::<(u64, AttemptKey)>() + GROWN * size_of::<(u16, AttemptKey)>();
    let broken = GROWN * 2 * size_of::<AttemptKey>();
    attempt + entries + stream + broken
};

/// Bytes of a cached outcome, besides those that its weight counts.
const PER_CACHED: usize = 256;

/// Bytes of a resolver that has done nothing: its thread, the poll's events, the buffers.
const FIXED: usize = 128 << 10;

/// The bounds of a resolver.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) servers: usize,
    pub(super) max_queries: usize,
    pub(super) cache: Bounds,
}

impl Memory {
    /// The most bytes while `requests` are outstanding.
    pub(super) fn most_bytes(&self, requests: usize) -> usize {
        let permits = Saturating(self.max_queries.min(requests));
        let per_query = PER_QUERY + self.servers * PER_ATTEMPT;
        let per_permit = PER_DERIVED + MAX_QUESTIONS * per_query;
        let per_server = transport::max_bytes_of_server(self.max_queries);
        let cached = Saturating(PER_CACHED) * Saturating(self.cache.entries);
        let total = Saturating(FIXED)
            + permits * Saturating(per_permit)
            + Saturating(requests) * Saturating(PER_REQUEST)
            + Saturating(self.servers) * Saturating(per_server)
            + Saturating(event_loop::MAX_ANSWER_BYTES + event_loop::MAX_WAITING_BYTES)
            + Saturating(usize::try_from(self.cache.bytes).unwrap_or(usize::MAX))
            + cached;
        total.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn it_is_what_the_manual_says() {
        let memory = Memory {
            servers: 1,
            max_queries: 16_384,
            cache: Bounds {
                entries: 65_536,
                bytes: 32 << 20,
                max_ttl: Duration::ZERO,
            },
        };
        let bytes = memory.most_bytes(65_536);
        assert!((230_000_000..270_000_000).contains(&bytes), "{bytes}");
        assert!((1200..1800).contains(&PER_DERIVED), "{PER_DERIVED}");
        assert!((900..1100).contains(&PER_REQUEST), "{PER_REQUEST}");
        assert!((1200..2200).contains(&PER_QUERY), "{PER_QUERY}");
        assert!((700..1200).contains(&PER_ATTEMPT), "{PER_ATTEMPT}");
        assert_eq!(memory.most_bytes(usize::MAX), usize::MAX);
    }
}
