//! The plan of a guest.

/// How a guest ends, unless its store is dropped before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    CleansUp,
    Returns,
    Traps,
    /// It waits until its store is dropped. Only a guest in an async store can do that.
    Sleeps,
}

/// The way from a guest to the host: the interface itself, or the library's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Raw,
    Messages,
}

/// The plan of a guest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The seed of its calls.
    pub seed: u64,
    pub face: Face,
    /// The number of its first request.
    pub first: u32,
    /// The number of requests that it begins.
    pub requests: u32,
    pub ending: Ending,
    /// The await in which its store is dropped, counted from 1.
    pub awaits: Option<u32>,
}
