//! The most memory that guests can make the host hold, from the structures and the limits.

use std::num::Saturating;

use super::{Ready, Session, Task};
use crate::limits::Limits;
use crate::metrics::Counters;
use crate::pool::job::{Finished, Job, Lane};
use crate::session::ended::RecentlyCompleted;
use crate::types::{Completion, TaskHandle};

/// What an `Arc` has besides its value: two counts.
const COUNTS: usize = 2 * size_of::<usize>();
const POINTER: usize = size_of::<usize>();

/// A list that doubles has at most twice the room that it needs; while it grows there is the old one too.
const GROWN: usize = 3;

/// What is kept for each outstanding request, besides what [`Limits::bytes_per_session`] counts.
const PER_REQUEST: usize = {
    let jobs = 2 * COUNTS;
    let answer = COUNTS;
    // A slot has a version and a pointer, and each of these lists once had all requests in it.
    let table = GROWN * (size_of::<Task>() + size_of::<u64>());
    let ready = GROWN * size_of::<Ready>();
    // With cancelled jobs, which are at most as many again; old rooms are given back a little later.
    let queue = 2 * (GROWN + 1) * POINTER;
    // In blocks of 31, with a word for each.
    let finished = (size_of::<Finished>() + POINTER) * 32 / 31;
    // With those that have ended, which are as many again at most.
    let deadlines = 2 * GROWN * size_of::<(u64, TaskHandle)>();
    // In the hands of whoever takes, or ends, them all.
    let taken = size_of::<Completion>() + GROWN * POINTER;
    jobs + answer + table + ready + queue + finished + deadlines + taken
};

/// What a session has anyway.
const PER_SESSION: usize = {
    let recent = RecentlyCompleted::KEPT * size_of::<TaskHandle>() * GROWN / 2;
    // The smallest room of each list, and what crossbeam keeps of a thread.
    let least = 16 << 10;
    size_of::<Session>() + size_of::<Lane>() + Counters::BYTES + 2 * COUNTS + recent + least
};

/// A lane that waits for a worker to see that its session is gone: at most as many as there are sessions.
const PER_GONE_LANE: usize = size_of::<Lane>() + Counters::BYTES + (4 << 10);

/// What the standard library and crossbeam keep of a worker, without its stack.
const PER_WORKER: usize = 16 << 10;

/// What an engine has anyway.
const PER_ENGINE: usize = 64 << 10;

impl Limits {
    /// The most bytes of the host's heap that one session holds at a time, whatever its guest does:
    ///
    /// ```text
    /// a fixed part of 0.81 MB
    ///   + 2 × bytes_per_session                       what is pending or untaken; what is cancelled and not yet swept
    ///   + max_requests × (answer_bytes + …)   answers, which are never refused; and some 500 bytes each
    /// ```
    ///
    /// With the defaults nearly all of it is the answers of 65,536 requests, each as large as can be, none of them taken: 636 MB. A
    /// guest that chooses its name server comes near to it, and no other. With `answer_bytes` of 1024, as much as
    /// a program of Winsock's time has room for, it is 166 MB.
    ///
    /// Not in it, as it is no session's: what the resolver keeps of questions under way and of answers, what an observer or
    /// inspector keeps, and the runtime's memory for a guest and for one call's arguments.
    pub fn most_bytes_per_session(&self) -> usize {
        let requests = self.max_requests.min(self.requests_per_engine);
        let per_request = Saturating(self.answer_bytes) + Saturating(PER_REQUEST);
        let held = Saturating(self.bytes_per_session) + self.request_bytes();
        (Saturating(PER_SESSION) + held * Saturating(2) + per_request * Saturating(requests)).0
    }

    /// The same of an engine with so many sessions at a time. Beside them it has its workers, of each the lookup and the answer
    /// that it is at; stacks are not in it: each is 2 MiB that are mapped, of which a few pages are used.
    pub fn most_bytes(&self, sessions: usize) -> usize {
        let per_session = Saturating(self.most_bytes_per_session()) + Saturating(PER_GONE_LANE);
        let workers = Saturating(self.workers) + Saturating(self.max_extra_workers);
        let per_worker =
            Saturating(PER_WORKER) + self.request_bytes() + Saturating(self.answer_bytes);
        (Saturating(PER_ENGINE) + per_session * Saturating(sessions) + per_worker * workers).0
    }

    /// The largest request: a service by its name and protocol. Units: bytes.
    fn request_bytes(&self) -> Saturating<usize> {
        // A host's name is no longer than 254 whatever a name may be.
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
        assert!((630_000_000..640_000_000).contains(&defaults), "{defaults}");
        let small = Limits {
            answer_bytes: 1024,
            ..limits
        };
        let bytes = small.most_bytes_per_session();
        assert!((160_000_000..170_000_000).contains(&bytes), "{bytes}");
        assert!((800_000..815_000).contains(&PER_SESSION), "{PER_SESSION}");
        assert!((450..500).contains(&PER_REQUEST), "{PER_REQUEST}");
    }

    #[test]
    fn no_limit_is_too_large_for_it() {
        let limits = Limits {
            max_requests: usize::MAX,
            requests_per_engine: usize::MAX,
            bytes_per_session: usize::MAX,
            answer_bytes: usize::MAX,
            ..Limits::default()
        };
        assert_eq!(limits.most_bytes(usize::MAX), usize::MAX);
    }
}
