//! What a guest may connect to (`S-W4`).

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::SessionShared;
use super::answered::Answered;
use crate::policy::{
    ConnectPattern, ConnectionDenied, ConnectionRule, ConnectionUse, ListenPattern, Policy,
    Transport,
};
use crate::sync::{Arc, nanoseconds};
use crate::types::{Answer, Outcome, TaskHandle};

/// How long an answer counts at least, whatever its time to live is (`S-W4`).
const LEAST: Duration = Duration::from_secs(60);

/// Answers for names that no rule allows connections to, which denials name.
pub(super) const HINTS: usize = 256;

/// Judges the connections of one guest. A clone is the same guest's.
///
/// [`Session::connections`](crate::Session::connections) makes it. A guest may use an address if a
/// rule of the policy has it, if it was answered to this guest for a name that a rule has, or if
/// the guest itself listens there on loopback (`S-W4`). An answer counts as long as it lives, and
/// at least 60 s. Answers count from the first call of `connections` on.
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
        let most = shared.engine.limits.max_answered_addresses;
        let mut requests = shared.requests();
        requests
            .connections
            .get_or_insert_with(|| Box::new(GuestConnections::new(most)));
        drop(requests);
        Connections { shared }
    }

    /// Judges a use of an address. The cost does not grow with what the guest was answered.
    ///
    /// # Errors
    /// If the policy denies it. Observers are told, and the denial is counted.
    pub fn check(&self, usage: ConnectionUse, address: SocketAddr) -> Result<(), ConnectionDenied> {
        let policy = &self.shared.engine.judge.policy;
        let now = self.shared.engine.now();
        let requests = self.shared.requests();
        let guest = requests.connections.as_ref().expect("made with the handle");
        if guest.allows(policy, usage, address, now) {
            let observers = &self.shared.queue.observers;
            if observers.want_connections() {
                let rule = guest.rule(usage, address, now);
                drop(requests);
                observers.connection_allowed(&rule);
            }
            return Ok(());
        }
        let denied = ConnectionDenied {
            address,
            rule: guest.rule(usage, address, now),
        };
        requests.counters.count_denied_connection();
        drop(requests);
        self.shared.queue.observers.connection_denied(&denied);
        Err(denied)
    }

    /// Whether the guest may get a datagram from this address: it may send there, a rule allows it
    /// to listen, or both are on loopback. Nobody is told of a denial, as it is not the guest's.
    pub fn may_receive(&self, from: SocketAddr) -> bool {
        let policy = &self.shared.engine.judge.policy;
        let now = self.shared.engine.now();
        let requests = self.shared.requests();
        let guest = requests.connections.as_ref().expect("made with the handle");
        policy.has_listeners(Transport::Udp)
            || guest.allows(policy, ConnectionUse::UdpSend, from, now)
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

/// How many sockets the guest has open at each local address.
type Open = FxHashMap<(Transport, SocketAddr), usize>;

/// What one guest was answered, and where it listens.
pub(super) struct GuestConnections {
    /// Answers for names that a rule allows connections to.
    allowed: Answered,
    /// Answers for other names, which denials name. Apart, so that they push no other out.
    hints: Answered,
    /// The names of completed requests whose answers were not taken.
    names: FxHashMap<TaskHandle, Arc<str>>,
    open: Open,
}

impl GuestConnections {
    fn new(most: usize) -> GuestConnections {
        GuestConnections {
            allowed: Answered::new(most),
            hints: Answered::new(most.min(HINTS)),
            names: FxHashMap::default(),
            open: Open::default(),
        }
    }

    pub(super) fn note_name(&mut self, handle: TaskHandle, name: &str) {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.names.insert(handle, name.into());
    }

    pub(super) fn forget_name(&mut self, handle: TaskHandle) {
        self.names.remove(&handle);
    }

    /// Forgets the names of requests that are gone.
    pub(super) fn keep_names(&mut self, exists: impl Fn(TaskHandle) -> bool) {
        self.names.retain(|handle, _| exists(*handle));
    }

    /// Remembers the addresses of an answer that the guest takes.
    pub(super) fn answered(
        &mut self,
        policy: &Policy,
        handle: TaskHandle,
        outcome: &Outcome,
        expires: Option<NonZeroU32>,
        now: u64,
    ) {
        let Some(name) = self.names.remove(&handle) else {
            return;
        };
        let Ok(answer) = outcome else { return };
        let until = expires.map(|second| {
            let lives = nanoseconds(Duration::from_secs(second.get().into()));
            lives.max(now.saturating_add(nanoseconds(LEAST)))
        });
        let remembered = if policy.remembers(&name) {
            &mut self.allowed
        } else {
            &mut self.hints
        };
        match &**answer {
            Answer::Host(host) => {
                for address in host.addresses() {
                    remembered.insert(address.into(), &name, until);
                }
            }
            Answer::Addresses(list) => {
                for address in list.addresses() {
                    remembered.insert(address.to_canonical(), &name, until);
                }
            }
            Answer::Service(_) | Answer::Protocol(_) | Answer::Name(_) => {}
        }
    }

    fn allows(&self, policy: &Policy, usage: ConnectionUse, address: SocketAddr, now: u64) -> bool {
        let transport = usage.transport();
        let (ip, port) = (address.ip().to_canonical(), address.port());
        match usage {
            ConnectionUse::TcpBind | ConnectionUse::UdpBind => {
                let may_connect = || policy.has_connections(transport) || self.has_open(transport);
                let implied = port == 0 && ip.is_unspecified() && may_connect();
                implied || policy.allows_listen(transport, address)
            }
            ConnectionUse::TcpListen => {
                // Its bind was judged: without a rule, the port is one that the system chose.
                ip.is_loopback()
                    || policy.allows_listen(transport, address)
                    || policy.allows_listen(transport, SocketAddr::new(ip, 0))
            }
            ConnectionUse::TcpConnect | ConnectionUse::UdpSend => {
                if port == 0 || ip.is_unspecified() {
                    return false;
                }
                policy.allows_connection(transport, address)
                    || self.is_own(transport, ip, port)
                    || self
                        .allowed
                        .names(ip, now)
                        .any(|name| policy.connects_to_name(transport, name, port))
            }
        }
    }

    fn has_open(&self, transport: Transport) -> bool {
        self.open
            .keys()
            .any(|(of_socket, _)| *of_socket == transport)
    }

    /// Whether the guest itself listens at this address on loopback.
    fn is_own(&self, transport: Transport, ip: IpAddr, port: u16) -> bool {
        let unspecified: IpAddr = match ip {
            IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        ip.is_loopback()
            && [ip, unspecified].into_iter().any(|ip| {
                let local = SocketAddr::new(ip, port);
                self.open.contains_key(&(transport, local))
            })
    }

    /// The rule that would allow a use.
    fn rule(&self, usage: ConnectionUse, address: SocketAddr, now: u64) -> ConnectionRule {
        let transport = usage.transport();
        let (ip, port) = (address.ip().to_canonical(), address.port());
        match usage {
            ConnectionUse::TcpConnect | ConnectionUse::UdpSend => {
                let names = self.allowed.names(ip, now).chain(self.hints.names(ip, now));
                let by_name = names
                    .filter_map(|name| ConnectPattern::for_name(transport, name, port).ok())
                    .next();
                let by_address = || ConnectPattern::for_address(transport, ip, port);
                ConnectionRule::Connect(by_name.unwrap_or_else(by_address))
            }
            ConnectionUse::TcpBind | ConnectionUse::UdpBind if port == 0 && ip.is_unspecified() => {
                ConnectionRule::AnyConnect(transport)
            }
            _ => ConnectionRule::Listen(ListenPattern::for_address(transport, address)),
        }
    }
}
