//! Hosts by DNS, without a thread for each.

mod answer;
mod asker;
mod builder;
mod cache;
mod channel;
mod conf;
mod ears;
mod error;
mod flights;
mod inbox;
mod plan;
mod question;
mod settings;
mod turns;
#[cfg(test)]
mod waiter;
mod waiting;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use self::asker::Shared;
use super::chain::ask_and_wait;
use crate::lookup::{Lookup, Resolution, Resolver, Responder};
use crate::types::Outcome;

pub use self::builder::DnsBuilder;
pub use self::error::{ConfError, ConfProblem, DnsError};

/// Hosts by name and by address from name servers, by the library c-ares. No worker ever waits for it
/// ([`Resolution::Async`]): thousands of lookups are under way with one thread, which asks and hears.
///
/// It reads no hosts file; a [`Chain`](super::Chain) asks [`Tables`](super::Tables) first:
///
/// ```no_run
/// use winsock_async_engine::resolvers::{Chain, Dns, Tables};
///
/// let dns = Dns::system()?;
/// let resolver = Chain::new().then(Tables::system()).then(dns);
/// # let _ = resolver;
/// # Ok::<(), winsock_async_engine::resolvers::DnsError>(())
/// ```
///
/// # What an answer has
///
/// - By name: all A records of the last name of the chain of CNAMEs, which is the official name; the names before it are
///   the aliases, the one that was asked for first. That is the name that was asked for, completed by a domain of the search
///   list where it took one.
/// - By address: the names of the PTR records of its name under `in-addr.arpa`, the first being the official one and
///   the others aliases; a CNAME on the way is followed and not shown (RFC 2317).
/// - Bytes of names that no host name has are written as in DNS: `\DDD` in decimal, so that a NUL is `\000`, and `\.` for
///   a dot within a label. The root is `.`.
/// - A message has at most 65,535 bytes, and so some 4000 addresses.
///
/// # Errors
///
/// The four stay apart (`S-R15`):
///
/// | what the servers say | error |
/// |---|---|
/// | NXDOMAIN, to every name of the search; a name that is too long with every domain | WSAHOST_NOT_FOUND |
/// | no error, and no A record (PTR record) at the end of the chain, to one name of the search at least | WSANO_DATA |
/// | nothing, until the time is over; something else's answer: of another number or to another question | WSATRY_AGAIN |
/// | SERVFAIL; no server can be reached, or each hangs up half way | WSATRY_AGAIN |
/// | REFUSED, FORMERR, NOTIMP, or any other code | WSANO_RECOVERY |
/// | what is no message of DNS; a chain of CNAMEs that comes back to itself | WSANO_RECOVERY |
///
/// The first two rows are answers. All below are believed once every server has had its [tries](DnsBuilder::tries), and
/// WSATRY_AGAIN before WSANO_RECOVERY where they differ. These end a search: a server that is silent does not make a name
/// unknown.
///
/// # Several servers
///
/// They are asked in their order, the next when one fails or its [time](DnsBuilder::timeout) is over; whichever
/// answers first has answered, the others included whose time was over. A server that has answered nobody since it
/// missed something is silent: it is asked still, and along with it the next that is not. So a dead server costs its time
/// once, and what one guest asks, be it never answered, sends no other guest's question away from a server that would
/// answer it.
///
/// # What is kept
///
/// An outcome is kept for as long as the shortest-lived record that it stands on, and at most [a
/// day](DnsBuilder::longest_life); that there is no such name or no such record for as long as the zone's SOA record
/// says, and not at all without one (RFC 2308). A time to live of 0 is none, and so is one of 2³¹ seconds and more (RFC 2181).
/// WSATRY_AGAIN and WSANO_RECOVERY are never kept. Past its [bounds](DnsBuilder::cache) the cache forgets what is used
/// least. Answers from it are known at once; misses come at once too, but a chain goes on from those to the next resolver,
/// as it does from any miss.
///
/// Equal lookups under way are one question. Whoever cancels drops out of it; a search goes on for as long as one waits.
///
/// # Limits
///
/// - IPv4 addresses only (`S-R13`); name servers may have addresses of either kind, without a zone such as `%eth0`.
/// - Settings are read once: a resolv.conf that changes later is not seen. Of a file the first three servers are asked.
/// - At most [`questions`](DnsBuilder::questions) are under way, and as many again with each further server. A question
///   that was sent is not taken back when it is cancelled or answered by another server: c-ares goes on with it, five
///   times as long at a time-out of 5 seconds.
/// - So that one guest cannot take all of these, a session has no more than an eighth of what is free, and thus a ninth at
///   most, or one; its other lookups wait until some of its questions end, and another's do not wait for them.
/// - What is no message of DNS ends all questions of its port in c-ares, whose ever they are. They are asked again over ports
///   of their own, 256 at a time and 16 of a session; past that, and over TCP, where all share a stream, somebody's garbage
///   or a server that hangs up half way may end others' questions as WSATRY_AGAIN. A zone that lies comes to that only
///   through a name server that passes on what it cannot read.
/// - No DNSSEC: an answer is as good as the way to the server. Numbers of questions are random, and so is the port of
///   each 128.
///
/// Dropping it waits for no server, and neither does the end of the process.
pub struct Dns {
    shared: Arc<Shared>,
    warnings: Vec<ConfError>,
}

impl Dns {
    /// A resolver with the settings of `/etc/resolv.conf`. Lines that are malformed are left out, and are in
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    /// As [`DnsBuilder::build`], and [`DnsError::Unreadable`].
    pub fn system() -> Result<Dns, DnsError> {
        Dns::builder().system()?.build()
    }

    /// Begins with no name server and nothing of this machine.
    pub fn builder() -> DnsBuilder {
        DnsBuilder::default()
    }

    /// The lines of a resolv.conf that were left out, and why: the first 100.
    pub fn warnings(&self) -> &[ConfError] {
        &self.warnings
    }

    /// Lookups that are under way, cancelled or not. Those that wait for their turn are not yet.
    pub fn under_way(&self) -> usize {
        self.shared.under_way.load(Ordering::Relaxed)
    }
}

impl Resolver for Dns {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => {
                match self.shared.cache.get(lookup, Instant::now()) {
                    Some(Ok(answer)) => Resolution::Ready(Ok(answer)),
                    // A miss that is known is no more the whole truth than one that is not.
                    _ => Resolution::Async,
                }
            }
            _ => Resolution::NotFound,
        }
    }

    /// For whoever asks on a thread that may wait, against what `try_resolve` says.
    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        ask_and_wait(self, lookup)
    }

    fn start(&self, lookup: &Lookup, reply: Responder) {
        let (Lookup::HostByName(_) | Lookup::HostByAddress(_)) = lookup else {
            return reply.send(Err(lookup.miss()));
        };
        // A miss that is known waits for nobody's turn.
        match self.shared.cache.get(lookup, Instant::now()) {
            Some(outcome) => reply.send(outcome),
            None => self.shared.inbox.put((lookup.clone(), reply)),
        }
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.shared.inbox.close();
    }
}

impl fmt::Debug for Dns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dns")
            .field("settings", &self.shared.settings)
            .field("under_way", &self.under_way())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}
