//! The resolver: answers from the cache, and hands lookups to the event loop.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::event_loop::Shared;
use super::memory::Memory;
use crate::lookup::{Lookup, Resolution, Resolver, Responder, TimedOutcome};
use crate::policy::Policy;
use crate::resolvers::resolv_conf::ConfError;
use crate::resolvers::search::Search;
use crate::resolvers::special;
use crate::resolvers::wait::start_and_wait;
use crate::types::Outcome;

/// Looks hosts up by name and by address at name servers.
///
/// No worker thread waits for a server ([`Resolution::Async`]): one thread has thousands of queries
/// in flight. `Dns` reads no hosts file; a [`Chain`](crate::resolvers::Chain) asks
/// [`Tables`](crate::resolvers::Tables) first:
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
/// # Answers
///
/// - By name, an answer has all A records of the last name of the CNAME chain. That name is the
///   official one. The names before it are the aliases, the requested name first. The requested
///   name is shown as the search list completed it.
/// - By address, an answer has the names of the PTR records under `in-addr.arpa`. The first name is
///   the official one, the others are aliases. A CNAME on the way is followed and not shown (RFC
///   2317). The name of an address (`S-A1`) is the first one. That of an IPv6 address is under
///   `ip6.arpa`.
/// - The addresses of a name (`S-A1`) are its A records, its AAAA records or both. The canonical
///   name is the last name of the CNAME chain, of the A records if both families have one.
///   Addresses of both families have the order of RFC 6724, by the routes of this machine. The
///   first 32 are sorted. A route is remembered for one second.
/// - Bytes that no host name has are escaped as in DNS: a NUL is `\000` and a space is `\032`, in
///   decimal. A dot within a label is `\.`, and a backslash is `\\`. The root is `.`. Letters,
///   digits, `-` and `_` are shown as they are.
/// - An answer has at most 4,096 addresses of a family, and 128 aliases with 16 KiB of text.
///   Further names are dropped where the message is read, before the answer is cached or shared.
///
/// # Both families
///
/// A lookup of the addresses of both families asks for A and AAAA records at once (`S-A3`).
///
/// - The answer waits for the end of both questions, within their time-outs. So a server that is
///   silent for AAAA delays the A records by its [time-out](super::DnsBuilder::timeout) and
///   [tries](super::DnsBuilder::tries). NXDOMAIN for one type does not end the other question, as
///   some servers send it for a type that they do not know (RFC 4074).
/// - If one question fails or finds nothing, the answer is that of the other. If both do, the error
///   is WSATRY_AGAIN before WSANO_RECOVERY, WSANO_DATA and WSAHOST_NOT_FOUND.
/// - The search list goes on only after a name that has no address of either family, as
///   `getaddrinfo` does.
/// - Up to 4 MiB of answers wait for another question. An answer past them does not wait.
///
/// # Errors
///
/// The four name errors are told apart (`S-R15`):
///
/// | the servers' answer | error |
/// |---|---|
/// | NXDOMAIN for every name of the search, or names that are too long | WSAHOST_NOT_FOUND |
/// | no error and no A, AAAA or PTR record at the end of the chain, for one name | WSANO_DATA |
/// | none within the time-out; or only messages with another id or question | WSATRY_AGAIN |
/// | SERVFAIL; or no server is reachable, or each closes the connection halfway | WSATRY_AGAIN |
/// | a referral; or no record, from a server that asks no other one | WSATRY_AGAIN |
/// | REFUSED, FORMERR, NOTIMP, or any other code | WSANO_RECOVERY |
/// | a malformed message; or a CNAME chain that is a loop, or over 128 long | WSANO_RECOVERY |
///
/// The first two rows are answers, from whichever server gives them. The other rows are failures.
/// `Dns` reports a failure once every server has had its [tries](super::DnsBuilder::tries), and
/// WSATRY_AGAIN if the servers' failures differ. SERVFAIL under a domain of the search list goes on
/// to the next name. Another failure ends the list, and the name is asked as it was given. A silent
/// server does not make a name unknown. `docs/resolvers.md` has the order of a search, and its
/// error if nothing is found.
///
/// Each name that the search list makes is asked only if the policy allows it (`S-R16`). If no name
/// may be asked, the error is WSAEACCES. `localhost` and names under it are 127.0.0.1 and ::1, and
/// names under `invalid` and `onion` are not found, without a server (RFC 6761, RFC 7686).
///
/// # Several servers
///
/// Servers get a question in their order: the next one when one fails, or when its
/// [time-out](super::DnsBuilder::timeout) is over. The first answer counts, also from a server
/// whose time-out is over. A server is *silent* if it has answered no client since it left a
/// question unanswered. A silent server still gets each question, and the next server that is not
/// silent gets it too. So a dead server costs its time-out once. A guest's unanswered questions
/// send no other guest's question away from a server that answers.
///
/// # Cache and coalescing
///
/// - An outcome is kept for the shortest time to live of the records behind it, and at most for [a
///   day](super::DnsBuilder::max_ttl). A miss is kept as long as the zone's SOA record says, and
///   not at all without one (RFC 2308). A time to live of 0, or of 2³¹ seconds and more (RFC 2181),
///   keeps nothing. WSATRY_AGAIN and WSANO_RECOVERY are never kept. Past its
///   [bounds](super::DnsBuilder::cache) the cache evicts.
/// - A cached answer for a name as it was given comes at once, on the guest's thread. Other cached
///   outcomes are [`Resolution::Async`], and wait for no permit. So a chain goes on after a miss,
///   and the policy judges the names of a search list.
/// - An outcome after a SERVFAIL under a domain is not kept.
/// - A and AAAA records are cached apart, and each serves all lookups: an address that
///   `HostByName` has found needs no further question.
/// - Equal lookups in flight by the same names are one query, and so are equal questions of lookups
///   of addresses, by type. With a search list, a host by name has a query of its own. A cancelled
///   request leaves the query. The search goes on while one client waits.
///
/// # Limits
///
/// - A host by name or address is IPv4 only (`S-R13`). Name servers may have IPv4 or IPv6
///   addresses.
/// - Settings are read once: later changes of resolv.conf are not seen. The first three servers of
///   the file are used.
/// - At most [`max_queries`](super::DnsBuilder::max_queries) queries are in flight. A lookup of
///   both families counts once, for its two queries. A query that everybody has cancelled ends when
///   its question would be sent again: after 250 ms, or five times the server's usual response
///   time.
/// - One session has less than an eighth of the free queries in flight, so a ninth of all at most,
///   but always one. Its other lookups wait until its queries end, and delay no other session.
/// - A server has at most `max_queries` / 64 + 16 sockets, and one TCP connection.
/// - No DNSSEC: an answer is as trustworthy as the path to the server.
///
/// # What a forger must guess
///
/// Each socket is connected to its server, so the operating system drops what others send. The port
/// is random, and a new one every 128 questions; message ids are random. The letters of a question
/// have random case (0x20). Servers that change the case get the question again without. A message
/// with another id or question is dropped, and so is a datagram of more than 4,096 bytes: no
/// question ends with it. A cookie (RFC 7873) goes with EDNS; an answer without the cookie of a
/// server that has one is asked for again over TCP.
///
/// # Servers of any kind
///
/// A server gets questions with EDNS (1,232 bytes) once it has answered a question without. Some
/// servers answer EDNS with FORMERR, NOTIMP, SERVFAIL, REFUSED, BADVERS, a bare header or not at
/// all. They get the question again without EDNS, within the same time-out, and no EDNS for 15
/// minutes. An answer that is truncated, or that cannot be read, is asked for again
/// over TCP, on one connection with pipelined questions. If the connection breaks, its questions
/// go to a new one, at most three times each.
///
/// Dropping a `Dns` waits for no server, and neither does the end of the process.
pub struct Dns {
    pub(super) shared: Arc<Shared>,
    pub(super) warnings: Vec<ConfError>,
    pub(super) memory: Memory,
}

impl Dns {
    /// The malformed lines of a resolv.conf, which were skipped. The first 100.
    pub fn warnings(&self) -> &[ConfError] {
        &self.warnings
    }

    /// The most bytes of the host's heap that the resolver holds at a time, while no more than
    /// `requests` requests of all sessions are outstanding:
    ///
    /// ```text
    /// 128 KiB
    ///   + the cache's bytes, and 256 bytes for each of its entries
    ///   + requests × 1 KB                                     a name, and where its outcome goes
    ///   + queries in flight × (5 KB + servers × 2 KB)         at most `max_queries`, of two types
    ///   + servers × (130 KiB + (max_queries / 64 + 16) × 1 KB)       ports and a stream
    ///   + 22 MB                                               answers that wait to be delivered
    /// ```
    ///
    /// With the defaults, one server and 65,536 requests it is 250 MB. The bound leaves out the
    /// operating system's buffers of sockets. [`Limits::most_bytes`](crate::Limits::most_bytes)
    /// has the sessions' part.
    pub fn most_bytes(&self, requests: usize) -> usize {
        self.memory.most_bytes(requests)
    }

    /// The number of queries in flight. Equal lookups count once, and a lookup of both families
    /// counts twice. Lookups that wait for a permit do not count. A cancelled query counts until a
    /// server answers, or its question would be sent again.
    pub fn in_flight(&self) -> usize {
        self.shared.in_flight.load(Ordering::Relaxed)
    }
}

impl Resolver for Dns {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        special::special_name(lookup).unwrap_or_else(|| {
            match self.shared.cached_answer(lookup, Instant::now()) {
                Some(TimedOutcome { outcome, expires }) => match expires {
                    Some(expires) => Resolution::ReadyUntil(outcome, expires),
                    None => Resolution::Ready(outcome),
                },
                // `Ready` would end a chain's search, and a cached miss must not.
                None => Resolution::Async,
            }
        })
    }

    /// For a caller on a thread that may wait. The engine itself never calls this.
    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        start_and_wait(self, lookup, None)
    }

    fn resolve_with_policy(&self, lookup: &Lookup, policy: &Arc<Policy>) -> Outcome {
        start_and_wait(self, lookup, Some(policy))
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        if let Some(outcome) = special::special_name(lookup).and_then(|known| known.outcome(lookup))
        {
            return responder.send(outcome);
        }
        let list = &self.shared.settings.search;
        let policy = responder.policy().map(|policy| &**policy);
        let search = Search::new(lookup.clone(), list, policy);
        match self.shared.cached(&search, Instant::now()) {
            Some(outcome) => drop(responder.deliver(outcome)),
            None => self.shared.inbox.push((search, responder)),
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
            .field("in_flight", &self.in_flight())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}
