//! Errors of a resolver's settings.

use std::io;
use std::net::SocketAddr;

use crate::resolvers::resolv_conf::ConfError;

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
    /// Neither the builder nor a file names a name server.
    #[error("the settings name no name server")]
    NoServer,
    /// The port of a name server is 0.
    #[error("{0}: a name server has no port 0")]
    Port(SocketAddr),
    /// An entry of the search list is not a domain.
    #[error("`{0}` is not a domain to search")]
    Domain(Box<str>),
    /// The file names name servers, and none by its address: the first malformed part.
    #[error("{0}, and no line names a name server")]
    NoGoodServer(ConfError),
    /// A setting is out of its bounds.
    #[error("{setting} must be {bounds}")]
    Bounds {
        /// The setting.
        setting: &'static str,
        /// The bounds.
        bounds: &'static str,
    },
    /// The operating system cannot poll sockets for this process.
    #[error("sockets cannot be polled: {0}")]
    Poll(#[source] io::Error),
    /// The thread of the event loop cannot be started.
    #[error("a thread cannot be started: {0}")]
    Thread(#[source] io::Error),
}
