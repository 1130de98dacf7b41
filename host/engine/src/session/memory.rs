//! Bounds on the memory that guests can make the host hold, computed from types and limits.

use std::num::Saturating;
use std::task::Waker;

use super::answered::Answered;
use super::guest_connections::HINTS;
use super::requests::Requests;
use super::task::Task;
use crate::limits::Limits;
use crate::metrics::Counters;
use crate::names::MAX_HOST_BYTES;
use crate::pool::SessionQueue;
use crate::pool::job::{Finished, Job};
use crate::session::ended::RecentlyCompleted;
use crate::sync::Arc;
use crate::types::{Completion, TaskHandle};

/// Bytes of an `Arc` besides its value: two counts.
const COUNTS: usize = 2 * size_of::<usize>();
const POINTER: usize = size_of::<usize>();

/// A list that doubles has at most twice the capacity that it needs. While it grows, its old
/// allocation exists too.
const GROWN: usize = 3;

/// Bytes of a host's name that is shared.
const NAME: usize = COUNTS + MAX_HOST_BYTES;

/// Bytes for each address that a session remembers, and for its name.
const PER_ANSWERED: usize = Answered::PAIR_BYTES + NAME;

/// Bytes for each outstanding request, besides those that [`Limits::bytes_per_session`] counts.
const PER_REQUEST: usize = {
    let jobs = 2 * COUNTS;
    let answer = COUNTS;
    // A slot has a version and a pointer. Each of these lists can have grown to all requests.
    let table = GROWN * (size_of::<Task>() + size_of::<u64>());
    // At most as many entries are of cancelled requests.
    let ready = 2 * GROWN * size_of::<TaskHandle>();
    let queue = GROWN * SessionQueue::NODE_BYTES;
    // The queue has blocks of 31 entries, with a word for each entry.
    let finished = (size_of::<Finished>() + POINTER) * 32 / 31;
    // At most as many entries are of ended requests.
    let deadlines = 2 * GROWN * size_of::<(u64, TaskHandle)>();
    // A hash map has a byte besides each entry, and is at most 7/8 full.
    let wakers = GROWN * (size_of::<(TaskHandle, Waker)>() + 1) * 8 / 7;
    // A call that takes or ends all requests has them in another list.
    let taken = size_of::<Completion>() + GROWN * POINTER;
    // The name of a completed request, in a map that is up to 7/8 full when it doubles.
    let name = NAME + GROWN * size_of::<(TaskHandle, Arc<str>)>();
    jobs + answer + table + ready + queue + finished + deadlines + wakers + taken + name
};

/// Bytes of a session without requests.
const PER_SESSION: usize = {
    let recent = RecentlyCompleted::KEPT * size_of::<TaskHandle>() * GROWN / 2;
    // The smallest capacity of each list, the queue of results, and what crossbeam keeps for a
    // thread.
    let least = 16 << 10;
    size_of::<Requests>() + SessionQueue::BYTES + Counters::BYTES + 2 * COUNTS + recent + least
};

/// Bytes that the pool keeps for a session: its seat and its entry in the run queue, each in a list
/// that has grown.
const PER_SEAT: usize = 256;

/// Bytes of a worker without its stack: the standard library's data for a thread, and a session's
/// queue. The worker keeps that queue while it runs a lookup of a session that has ended.
const PER_WORKER: usize = (16 << 10) + SessionQueue::BYTES + Counters::BYTES + (4 << 10);

/// Bytes of an engine without sessions.
const PER_ENGINE: usize = 64 << 10;

impl Limits {
    /// The most bytes of the host's heap that one session holds at a time, whatever its guest does:
    ///
    /// ```text
    /// 0.81 MB
    ///   + bytes_per_session + one request     pending requests and untaken answers
    ///   + max_requests × (answer_bytes + 923) answers, which are never refused, and table entries
    ///   + (max_answered_addresses + 256) × 533  addresses that the guest may connect to
    /// ```
    ///
    /// With the defaults it is 634 MB, nearly all of it for 65,536 untaken answers of the largest
    /// size. Only a guest that chooses its name server comes near that. With `answer_bytes` of
    /// 1024, the size of Winsock's MAXGETHOSTSTRUCT, it is 164 MB.
    ///
    /// The bound leaves out memory that is not the session's. Examples are the data of resolvers,
    /// observers and inspectors, the guest's memory, and the runtime's copy of a call's arguments.
    pub fn most_bytes_per_session(&self) -> usize {
        let requests = self.max_requests.min(self.requests_per_engine);
        let per_request = Saturating(self.answer_bytes) + Saturating(PER_REQUEST);
        let held = Saturating(self.bytes_per_session) + self.request_bytes();
        let addresses = Saturating(self.max_answered_addresses) + Saturating(HINTS);
        let answered = addresses * Saturating(PER_ANSWERED);
        (Saturating(PER_SESSION) + held + answered + per_request * Saturating(requests)).0
    }

    /// The most bytes of the host's heap that an engine with this number of sessions holds at a
    /// time.
    ///
    /// Besides the sessions, it counts a lookup and an answer for each worker. It leaves out the
    /// workers' stacks: each maps 2 MiB, and uses only the pages that the resolver touches.
    pub fn most_bytes(&self, sessions: usize) -> usize {
        let per_session = Saturating(self.most_bytes_per_session()) + Saturating(PER_SEAT);
        let workers = Saturating(self.workers) + Saturating(self.max_extra_workers);
        let per_worker =
            Saturating(PER_WORKER) + self.request_bytes() + Saturating(self.answer_bytes);
        (Saturating(PER_ENGINE) + per_session * Saturating(sessions) + per_worker * workers).0
    }

    /// The bytes of the largest request: a service by its name and protocol.
    fn request_bytes(&self) -> Saturating<usize> {
        // A canonical host name has at most 254 bytes, and can be longer than the guest's spelling.
        let name = Saturating(self.name_bytes.max(254));
        Saturating(size_of::<Job>() + COUNTS) + name * Saturating(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_manual_says() {
        let limits = Limits::default();
        let defaults = limits.most_bytes_per_session();
        assert!((630_000_000..638_000_000).contains(&defaults), "{defaults}");
        let small = Limits {
            answer_bytes: 1024,
            ..limits
        };
        let bytes = small.most_bytes_per_session();
        assert!((160_000_000..168_000_000).contains(&bytes), "{bytes}");
        assert!((800_000..815_000).contains(&PER_SESSION), "{PER_SESSION}");
        assert!((900..940).contains(&PER_REQUEST), "{PER_REQUEST}");
    }

    #[test]
    fn no_limit_is_too_large_for_it() {
        let limits = Limits {
            max_requests: usize::MAX,
            requests_per_engine: usize::MAX,
            bytes_per_session: usize::MAX,
            answer_bytes: usize::MAX,
            max_answered_addresses: usize::MAX,
            ..Limits::default()
        };
        assert_eq!(limits.most_bytes(usize::MAX), usize::MAX);
    }
}
