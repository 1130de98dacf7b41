//! What is wrong with the settings of a resolver.

use std::io;
use std::net::SocketAddr;

/// Why there is no resolver. Each is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DnsError {
    /// The file of settings cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: Box<str>,
        /// What the operating system says.
        source: io::Error,
    },
    /// No name server is given, and none is assumed.
    #[error("{0}: names no name server")]
    NoServer(Box<str>),
    /// The same of a file in which this is malformed.
    #[error("{0}, and no line names a name server")]
    NoGoodServer(ConfError),
    /// A name server has port 0.
    #[error("{0}: a name server has no port 0")]
    Port(SocketAddr),
    /// What is to be searched is no domain.
    #[error("`{0}` is not a domain to search")]
    Domain(Box<str>),
    /// A number is out of its bounds.
    #[error("{setting} must be {bounds}")]
    Bounds {
        /// What it is the number of.
        setting: &'static str,
        /// What it may be.
        bounds: &'static str,
    },
    /// c-ares does not start.
    #[error("c-ares cannot be started: {0}")]
    Cares(Box<str>),
    /// The machine has no way to wait for sockets.
    #[error("sockets cannot be waited for: {0}")]
    Poll(#[source] io::Error),
    /// The thread that asks does not start.
    #[error("a thread cannot be started: {0}")]
    Thread(#[source] io::Error),
}

/// A line of a resolv.conf that is left out, shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct ConfError {
    /// The file, or what the text was given as.
    pub file: Box<str>,
    /// The line; the first is 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: ConfProblem,
}

/// What is wrong with a line. What a variant holds is the part of the line that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfProblem {
    /// It is not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// It has nothing after its first word.
    #[error("`{0}` is followed by nothing")]
    Missing(Box<str>),
    /// It begins with a word that has no meaning here.
    #[error("`{0}` is not a setting")]
    Setting(Box<str>),
    /// It is no address of a name server.
    #[error("`{0}` is not an address")]
    Address(Box<str>),
    /// There are more name servers than are asked.
    #[error("more than {0} name servers")]
    TooManyServers(usize),
    /// It is no domain to search.
    #[error("`{0}` is not a domain")]
    Domain(Box<str>),
    /// The number of an option is none.
    #[error("`{0}` has no number that it may have")]
    Number(Box<str>),
    /// No more lines are read, and no more is said of them.
    #[error("more than {0} bytes; the rest is not read")]
    TooLong(usize),
}
