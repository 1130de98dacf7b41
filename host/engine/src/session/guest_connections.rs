//! What one guest was answered and where it listens, and so what it may connect to (`S-W4`).

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::answered::Answered;
use crate::policy::{
    ConnectPattern, ConnectionRule, ConnectionUse, ListenPattern, Policy, Transport,
};
use crate::sync::{Arc, nanoseconds};
use crate::types::{Answer, Outcome, TaskHandle};

/// How long an answer counts at least, whatever its time to live is (`S-W4`).
const LEAST: Duration = Duration::from_secs(60);

/// Answers for names that no rule allows connections to, which denials name.
pub(super) const HINTS: usize = 256;

/// How many sockets the guest has open at each local address.
pub(super) type Open = FxHashMap<(Transport, SocketAddr), usize>;

/// What one guest was answered, and where it listens.
pub(super) struct GuestConnections {
    /// Answers for names that a rule allows connections to.
    allowed: Answered,
    /// Answers for other names, which denials name. Apart, so that they push no other out.
    hints: Answered,
    /// The names of completed requests whose answers were not taken.
    names: FxHashMap<TaskHandle, Arc<str>>,
    pub(super) open: Open,
}

impl GuestConnections {
    pub(super) fn new(most: usize) -> GuestConnections {
        GuestConnections {
            allowed: Answered::new(most),
            hints: Answered::new(most.min(HINTS)),
            names: FxHashMap::default(),
            open: Open::default(),
        }
    }

    pub(super) fn note_name(&mut self, handle: TaskHandle, name: &str) {
        self.names.insert(handle, plain(name).into());
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

    /// Whether the guest may use an address. With a name, a rule for another name that was answered
    /// the same address does not count.
    pub(super) fn allows(
        &self,
        policy: &Policy,
        usage: ConnectionUse,
        name: Option<&str>,
        address: SocketAddr,
        now: u64,
    ) -> bool {
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
                        .filter(|answered| name.is_none_or(|name| plain(name) == *answered))
                        .any(|name| policy.connects_to_name(transport, name, port))
            }
        }
    }

    pub(super) fn has_open(&self, transport: Transport) -> bool {
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
    pub(super) fn rule(
        &self,
        usage: ConnectionUse,
        name: Option<&str>,
        address: SocketAddr,
        now: u64,
    ) -> ConnectionRule {
        let transport = usage.transport();
        let (ip, port) = (address.ip().to_canonical(), address.port());
        match usage {
            ConnectionUse::TcpConnect | ConnectionUse::UdpSend
                if port == 0 || ip.is_unspecified() =>
            {
                ConnectionRule::Never
            }
            ConnectionUse::TcpConnect | ConnectionUse::UdpSend => {
                let answered = self.allowed.names(ip, now).chain(self.hints.names(ip, now));
                // Of a client that knows the name, no other one.
                let answered = answered.filter(|_| name.is_none());
                let by_name = name
                    .into_iter()
                    .chain(answered)
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

/// A canonical name without its trailing dot.
fn plain(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::HostEntry;

    const SECOND: u64 = 1_000_000_000;

    /// A guest that is answered an address at second 10, by an answer that lives until `expires`.
    fn answered(policy: &Policy, expires: Option<u32>) -> GuestConnections {
        let mut guest = GuestConnections::new(10);
        guest.note_name(7, "db.test");
        let entry = HostEntry::new("db.test", [[8, 8, 8, 8].into()]);
        let outcome = Ok(Arc::new(entry.into()));
        let expires = expires.and_then(NonZeroU32::new);
        guest.answered(policy, 7, &outcome, expires, 10 * SECOND);
        guest
    }

    // S-W4
    #[test]
    fn answer_counts_while_it_lives_and_for_60_seconds_at_least() {
        let policy = Policy::deny_all().connect("db.test:1".parse().unwrap());
        let address = "8.8.8.8:1".parse().unwrap();
        for (expires, last) in [(Some(600), Some(599)), (Some(11), Some(69)), (None, None)] {
            let guest = answered(&policy, expires);
            let allows = |second: u64| {
                let usage = ConnectionUse::TcpConnect;
                guest.allows(&policy, usage, None, address, second * SECOND)
            };
            assert!(
                allows(10) && allows(last.unwrap_or(1_000_000)),
                "{expires:?}"
            );
            assert_eq!(
                allows(last.map_or(2_000_000, |last| last + 1)),
                last.is_none()
            );
        }
    }
}
