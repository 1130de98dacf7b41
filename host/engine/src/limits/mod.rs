//! Limits of what guests use of the host.

mod rate;
mod share;

use std::time::Duration;

pub use self::rate::Rate;
pub(crate) use self::rate::RateLimiter;
pub(crate) use self::share::{Share, may_have_more};

/// The limits of an engine and its sessions.
///
/// A call past a limit on requests, bytes, rate or workers begins no request and fails with
/// WSAEWOULDBLOCK. The same call succeeds when other requests have ended, or a moment later
/// (`S-R2`).
///
/// ```
/// use winsock_async_engine::Limits;
///
/// let limits = Limits { max_requests: 100, ..Limits::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Outstanding requests of one session: pending, or completed and not yet taken. Default:
    /// 65,536.
    pub max_requests: usize,
    /// Outstanding requests of all sessions together. Default: 1,048,576.
    ///
    /// The last sixteenth is a reserve for sessions that hold none, or less than 1/32 of what is
    /// free. So one session alone holds at most 15/16 of this number.
    pub requests_per_engine: usize,
    /// Bytes that the outstanding requests of one session hold: a fixed part for each, the names of
    /// pending requests, and the answers of completed ones. Default: 33,554,432 (32 MiB).
    ///
    /// Answers count when they arrive and are never refused (`S-R6`: each request has its
    /// completion), so a session can hold more: see
    /// [`most_bytes_per_session`](Self::most_bytes_per_session).
    pub bytes_per_session: usize,
    /// Bytes of one answer in the host's memory. Default: 8192, about 2000 addresses.
    ///
    /// A larger answer loses its last addresses except the first one, and then its last aliases. If
    /// it is still larger, the request completes with WSANO_RECOVERY.
    pub answer_bytes: usize,
    /// How fast one session makes requests. Default: none, no limit.
    pub max_rate: Option<Rate>,
    /// How long a request may be pending. Default: none, no limit.
    ///
    /// Past it, the request completes with WSATRY_AGAIN, as if the name server were silent
    /// (`S-R15`), whether its lookup waits, runs or is stuck. A later result is dropped.
    pub request_timeout: Option<Duration>,
    /// Bytes of a name as the guest gives it. Default: 255.
    ///
    /// A longer name does not exist: the request completes with WSAHOST_NOT_FOUND, or WSANO_DATA
    /// for services and protocols.
    pub name_bytes: usize,
    /// Addresses that one session was answered and may connect to by a rule for their name
    /// (`S-W5`). Default: 4096. The oldest goes first. Each name of an address counts, and at most
    /// 64 names of one are kept. 0 allows no connection by name.
    pub max_answered_addresses: usize,
    /// Worker threads, and so blocking lookups that run at the same time. Default: 8.
    ///
    /// Each reserves a stack of 2 MiB and uses a few pages of it. With 0, or if no thread can be
    /// started, every request fails with WSAENETDOWN (`S-R18`).
    pub workers: usize,
    /// Worker threads beyond [`workers`](Self::workers), which replace stuck and slow ones while
    /// lookups wait (`S-C7`). Default: 64.
    ///
    /// A worker is slow when its lookup has run for about 10 ms. A worker whose lookup returns goes
    /// on; excess workers end when they find no lookup. While all workers and extra ones are stuck,
    /// a request that needs a worker fails with WSAEWOULDBLOCK, and all others work. `workers` and
    /// this together count as at most 65,536.
    pub max_extra_workers: usize,
    /// Workers, extra ones included, that may run lookups of one session; `workers` if that is
    /// more. Default: 32.
    ///
    /// Past it, the session's lookups wait. If this number of workers are stuck in its lookups, its
    /// requests that need a worker fail with WSAEWOULDBLOCK. 0 counts as 1.
    ///
    /// A third of all workers, extra ones included, is a reserve. A session that has a worker gets
    /// another one only while more than the reserve is free. So guests that never let go of a
    /// worker leave one for the next guest, as long as they are fewer than the reserve. Without
    /// extra workers one session has 6 of 8 workers at most. With
    /// [`usize::MAX`] here one session may have every worker, and there is no reserve.
    pub max_workers_per_session: usize,
    /// How long a lookup runs before its worker is stuck. Default: 1 s.
    ///
    /// Less than 0.1 ms counts as 0.1 ms. A worker whose lookup is cancelled is stuck at once. With
    /// [`Duration::MAX`] no other worker is stuck, and slow workers are not replaced.
    pub stuck_after: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_requests: 65_536,
            requests_per_engine: 1_048_576,
            bytes_per_session: 32 << 20,
            answer_bytes: 8 << 10,
            max_rate: None,
            request_timeout: None,
            name_bytes: 255,
            max_answered_addresses: 4096,
            workers: 8,
            max_extra_workers: 64,
            max_workers_per_session: 32,
            stuck_after: Duration::from_secs(1),
        }
    }
}
