//! How much a guest may ask of the host.

mod rate;

use std::time::Duration;

pub(crate) use self::rate::Meter;
pub use self::rate::Rate;

/// The limits of an engine and its sessions. Past one of them a request is not begun, and
/// `WSAEWOULDBLOCK` says so at the call; the same call works once others end, or a moment later (`S-R2`).
///
/// ```
/// use winsock_async_engine::Limits;
///
/// let limits = Limits { max_requests: 100, ..Limits::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one session that are outstanding: pending, or completed and not yet taken.
    /// Default: 65,536.
    pub max_requests: usize,
    /// Requests of all sessions together that are outstanding. Default: 1,048,576.
    pub requests_per_engine: usize,
    /// Bytes that one session's requests hold: a fixed part for each, the names of those that are
    /// pending, the answers of those that are not yet taken. Answers count when they come and are never
    /// refused: see [`most_bytes_per_session`](Self::most_bytes_per_session). Default: 33,554,432 (32 MiB).
    pub bytes_per_session: usize,
    /// Bytes of an answer, as the host holds it. One that is larger loses its last addresses, and then its last aliases;
    /// one that is larger without them completes as `WSANO_RECOVERY`. Default: 8192, which
    /// is some two thousand addresses.
    pub answer_bytes: usize,
    /// How fast one session may begin requests. Past it, the same call works a moment later. Default: as
    /// fast as it can.
    pub max_rate: Option<Rate>,
    /// How long a request may be pending. Then it completes with `WSATRY_AGAIN`, as if the server were silent
    /// (`S-R15`), whether its lookup waits, runs or is stuck; what comes of that later is dropped. Default: as long
    /// as it takes.
    pub request_timeout: Option<Duration>,
    /// Bytes of a name. A longer one cannot exist: it completes as an unknown name. Default: 255.
    pub name_bytes: usize,
    /// Worker threads, and so lookups that wait at the same time. Each has a stack that is mapped, not used,
    /// until it is needed. With 0, or where no thread can be started, every request is
    /// `WSAENETDOWN` (`S-R18`). Default: 8.
    pub workers: usize,
    /// Worker threads beyond [`workers`](Self::workers) that take the place of those that are stuck, or at one lookup
    /// for more than some 10 ms, while others wait (`S-C7`). Those that come back work on, and whoever finds nothing to do
    /// ends, until there are as many as before: while lookups are slow, `workers` and all of these may be at work. With
    /// all of them stuck, a request that needs a worker is `WSAEWOULDBLOCK` at the call, and all others work. Default: 64.
    /// Together with `workers` they are at most 65,536; what is more counts as that.
    pub max_extra_workers: usize,
    /// Workers, spares included, that may be at one session's lookups before no more of them are begun, and what it has
    /// asked waits; [`workers`](Self::workers) if that is more. If so many as are said here are stuck, what it asks that
    /// needs a worker is `WSAEWOULDBLOCK`. So one guest alone cannot have them all. 0 counts as 1. Default: 32.
    pub max_workers_per_session: usize,
    /// How long a worker may be in the resolver with one lookup before it counts as stuck, or a little less: an
    /// eighth, 0.2 ms if that is more, and 10 ms at most; with a lookup that was cancelled it does so at once.
    /// [`Duration::MAX`]: only then, and no spare takes the place of one that is slow. Default: 1 s.
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
            workers: 8,
            max_extra_workers: 64,
            max_workers_per_session: 32,
            stuck_after: Duration::from_secs(1),
        }
    }
}
