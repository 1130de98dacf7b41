//! Judges the connections of a guest (`S-W4`).

use std::fmt;
use std::net::SocketAddr;

use super::guest_connections::{Open, rule};
use super::shared::SessionShared;
use crate::names::{HostName, LONGEST_SPELLING, canonical_host};
use crate::policy::{ConnectPattern, ConnectionDenied, ConnectionRule, ConnectionUse, Transport};
use crate::sync::Arc;

/// Judges the connections of one guest. A clone is the same guest's.
///
/// [`Session::connections`](crate::Session::connections) makes it. A guest may use an address
/// that a rule of the policy has, or that was answered to it for a name that a rule has. It may
/// also use one where it listens itself on loopback (`S-W4`). An answer counts as long as it lives,
/// and at least 60 s. Every answer that the guest has taken counts, also from before this was made.
///
/// ```
/// use winsock_async_engine::resolvers::Tables;
/// use winsock_async_engine::{ConnectionUse, LookupEngine, Policy, Query};
///
/// let engine = LookupEngine::builder()
///     .resolver(Tables::builder().hosts_text("8.8.8.8 db.test").build()?)
///     .policy(Policy::deny_all().connect("db.test:5432".parse()?))
///     .build();
/// let mut session = engine.session();
/// let connections = session.connections();
/// let db = "8.8.8.8:5432".parse()?;
/// let denied = connections.check(ConnectionUse::TcpConnect, db).unwrap_err();
/// assert_eq!(denied.rule.to_string(), "--connect 8.8.8.8:5432");
///
/// session.startup()?;
/// session.request(Query::HostByName(b"db.test"[..].into()), 0)?;
/// session.take(1);
/// assert!(connections.check(ConnectionUse::TcpConnect, db).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Connections {
    shared: Arc<SessionShared>,
}

impl Connections {
    pub(super) fn new(shared: Arc<SessionShared>) -> Connections {
        shared.requests().connections();
        Connections { shared }
    }

    /// Judges a use of an address. The cost does not grow with what the guest was answered.
    ///
    /// # Errors
    /// If the policy denies it. Observers are told, and the denial is counted.
    pub fn check(&self, usage: ConnectionUse, address: SocketAddr) -> Result<(), ConnectionDenied> {
        self.judge(usage, None, address)
    }

    /// Judges a use of an address that [`check`](Self::check) judges again, if it is allowed. So
    /// observers are told of a denial alone, and of an allowed use once.
    ///
    /// # Errors
    /// As for `check`.
    pub fn check_early(
        &self,
        usage: ConnectionUse,
        address: SocketAddr,
    ) -> Result<(), ConnectionDenied> {
        self.judge_for(usage, None, address, false)
    }

    /// Judges a TCP connection to an address that this guest was answered for `host`, by a client
    /// that knows the name: one of HTTP. A rule for another name with the same address does not
    /// count. If `host` is an address, this is [`check`](Self::check).
    ///
    /// # Errors
    /// As for `check`.
    pub fn check_host(&self, host: &str, address: SocketAddr) -> Result<(), ConnectionDenied> {
        let name = match canonical_host(host.as_bytes().into(), LONGEST_SPELLING) {
            Some(HostName::Name(name)) => Some(name),
            _ => None,
        };
        self.judge(ConnectionUse::TcpConnect, name.as_deref(), address)
    }

    fn judge(
        &self,
        usage: ConnectionUse,
        name: Option<&str>,
        address: SocketAddr,
    ) -> Result<(), ConnectionDenied> {
        self.judge_for(usage, name, address, true)
    }

    fn judge_for(
        &self,
        usage: ConnectionUse,
        name: Option<&str>,
        address: SocketAddr,
        tells_allowed: bool,
    ) -> Result<(), ConnectionDenied> {
        let policy = &self.shared.engine.judge.policy;
        let now = self.shared.engine.now();
        let requests = self.shared.requests();
        let guest = requests.connections.as_ref().expect("made with the handle");
        let Err(denial) = guest.judge(policy, usage, name, address, now) else {
            let observers = &self.shared.queue.observers;
            if tells_allowed && observers.want_connections() {
                let name = name.or_else(|| guest.name_of(address, now));
                let rule = rule(usage, name, address);
                drop(requests);
                // The connection that implies this bind is judged too.
                if !matches!(rule, ConnectionRule::AnyConnect(_)) {
                    observers.connection_allowed(&rule);
                }
            }
            return Ok(());
        };
        let denied = ConnectionDenied {
            address: Some(address),
            rule: rule(usage, denial.name, address),
            is_over: denial.is_over,
        };
        drop(requests);
        self.count(&denied);
        Err(denied)
    }

    fn count(&self, denied: &ConnectionDenied) {
        self.shared.requests().counters.count_denied_connection();
        self.shared.queue.observers.connection_denied(denied);
    }

    /// Notes that a client that knows the name, one of HTTP, does not connect to `host`, as the
    /// policy denies the lookup. Observers are told the rule that allows the lookup and the TCP
    /// connection, and the denial is counted. If there is such a rule, nothing happens: the
    /// addresses were denied, or an inspector has refused.
    pub fn lookup_denied(&self, host: &str, port: u16) {
        let policy = &self.shared.engine.judge.policy;
        let name = canonical_host(host.as_bytes().into(), LONGEST_SPELLING);
        if let Some(HostName::Name(name)) = name
            && port != 0
            && !policy.connects_to_name(Transport::Tcp, &name, port)
            && let Ok(rule) = ConnectPattern::for_name(Transport::Tcp, &name, port)
        {
            self.count(&ConnectionDenied {
                address: None,
                rule: ConnectionRule::Connect(rule),
                is_over: false,
            });
        }
    }

    /// Whether the guest may get a datagram from this address: it may send there, a rule allows it
    /// to listen, or both are on loopback. Nobody is told of a denial, as it is not the guest's.
    pub fn may_receive(&self, from: SocketAddr) -> bool {
        let policy = &self.shared.engine.judge.policy;
        let now = self.shared.engine.now();
        let requests = self.shared.requests();
        let guest = requests.connections.as_ref().expect("made with the handle");
        policy.has_listeners(Transport::Udp)
            || guest
                .judge(policy, ConnectionUse::UdpSend, None, from, now)
                .is_ok()
            || from.ip().to_canonical().is_loopback() && guest.has_open(Transport::Udp)
    }

    /// Notes that the guest listens, or has bound a UDP socket, at this local address. It may
    /// connect there, if it is on loopback.
    pub fn opened(&self, transport: Transport, address: SocketAddr) {
        self.with_open(|open| *open.entry((transport, address)).or_default() += 1);
    }

    /// Notes that the guest has closed a socket that [`opened`](Self::opened) was called for.
    pub fn closed(&self, transport: Transport, address: SocketAddr) {
        self.with_open(|open| {
            if let Some(count) = open.get_mut(&(transport, address)) {
                *count -= 1;
                if *count == 0 {
                    open.remove(&(transport, address));
                }
            }
        });
    }

    fn with_open(&self, change: impl FnOnce(&mut Open)) {
        let mut requests = self.shared.requests();
        if let Some(guest) = &mut requests.connections {
            change(&mut guest.open);
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}
