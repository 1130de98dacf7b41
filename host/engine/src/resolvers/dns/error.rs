//! Errors of a resolver's settings.

use std::io;
use std::net::SocketAddr;

/// Why a [`Dns`](crate::resolvers::Dns) cannot be built. The message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DnsError {
    /// The settings file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: Box<str>,
        /// The operating system's error.
        source: io::Error,
    },
    /// The settings of this name have no name server. There is no default server.
    #[error("{0}: names no name server")]
    NoServer(Box<str>),
    /// The file has no name server, and this line of it is malformed.
    #[error("{0}, and no line names a name server")]
    NoGoodServer(ConfError),
    /// The port of a name server is 0.
    #[error("{0}: a name server has no port 0")]
    Port(SocketAddr),
    /// An entry of the search list is not a domain.
    #[error("`{0}` is not a domain to search")]
    Domain(Box<str>),
    /// A setting is out of its bounds.
    #[error("{setting} must be {bounds}")]
    Bounds {
        /// The setting.
        setting: &'static str,
        /// The bounds.
        bounds: &'static str,
    },
    /// c-ares cannot be started.
    #[error("c-ares cannot be started: {0}")]
    Cares(Box<str>),
    /// The operating system cannot poll sockets for this process.
    #[error("sockets cannot be polled: {0}")]
    Poll(#[source] io::Error),
    /// The thread of the event loop cannot be started.
    #[error("a thread cannot be started: {0}")]
    Thread(#[source] io::Error),
}

/// A malformed line of a resolv.conf, which is skipped. Shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct ConfError {
    /// The file, or the name that the text was given with.
    pub file: Box<str>,
    /// The line number, from 1.
    pub line: usize,
    /// The problem.
    pub problem: ConfProblem,
}

/// The problem of a line. A variant's text is the wrong part of the line, its number a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfProblem {
    /// The line is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The line has nothing after its first word.
    #[error("`{0}` has no value")]
    Missing(Box<str>),
    /// The setting or option is unknown.
    #[error("`{0}` is not a setting")]
    Setting(Box<str>),
    /// The word is not the address of a name server.
    #[error("`{0}` is not an address")]
    Address(Box<str>),
    /// There are more name servers than this number; the rest is not used.
    #[error("more than {0} name servers")]
    TooManyServers(usize),
    /// The word is not a domain.
    #[error("`{0}` is not a domain")]
    Domain(Box<str>),
    /// The option has no number, or one out of its bounds.
    #[error("`{0}` has no valid number")]
    Number(Box<str>),
    /// The file has more bytes than this number; the rest is not read.
    #[error("more than {0} bytes; the rest is not read")]
    TooLong(usize),
}
