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

    /// Judges a use of an address. With a name, a rule for another name that was answered the same
    /// address does not count.
    pub(super) fn judge<'a>(
        &'a self,
        policy: &Policy,
        usage: ConnectionUse,
        name: Option<&'a str>,
        address: SocketAddr,
        now: u64,
    ) -> Result<(), Denial<'a>> {
        let transport = usage.transport();
        let (ip, port) = (address.ip().to_canonical(), address.port());
        let is_allowed = match usage {
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
                    return Err(Denial::default());
                }
                if policy.allows_connection(transport, address) || self.is_own(transport, ip, port)
                {
                    return Ok(());
                }
                return self.judge_answers(ip, name, now, |name| {
                    policy.connects_to_name(transport, name, port)
                });
            }
        };
        is_allowed.then_some(()).ok_or(Denial::default())
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

    /// Judges a connection by the names that its address was answered for.
    fn judge_answers<'a>(
        &'a self,
        ip: IpAddr,
        asked: Option<&'a str>,
        now: u64,
        has_rule: impl Fn(&str) -> bool,
    ) -> Result<(), Denial<'a>> {
        let mut denial = Denial {
            is_over: false,
            name: asked,
        };
        for (name, lives) in self.allowed.names(ip, now) {
            if asked.is_some_and(|asked| plain(asked) != name) {
                continue;
            }
            let has_rule = has_rule(name);
            if has_rule && lives {
                return Ok(());
            }
            // Without a change of the policy, or else for the newest answer.
            if has_rule && !denial.is_over || denial.name.is_none() {
                denial = Denial {
                    is_over: has_rule,
                    name: Some(name),
                };
            }
        }
        if denial.name.is_none() {
            denial.name = self.hints.names(ip, now).next().map(|(name, _)| name);
        }
        Err(denial)
    }

    /// The newest name that an address was answered for.
    pub(super) fn name_of(&self, address: SocketAddr, now: u64) -> Option<&str> {
        let ip = address.ip().to_canonical();
        let mut names = self.allowed.names(ip, now).chain(self.hints.names(ip, now));
        names.find(|(_, lives)| *lives).map(|(name, _)| name)
    }
}

/// A denial of a use.
#[derive(Clone, Copy, Default)]
pub(super) struct Denial<'a> {
    /// The name that the guest connects to, if it is known.
    pub(super) name: Option<&'a str>,
    /// Whether a rule has the name and port, and only the time of the answer is over.
    pub(super) is_over: bool,
}

/// The rule that would allow a use, with this name of the address.
pub(super) fn rule(
    usage: ConnectionUse,
    name: Option<&str>,
    address: SocketAddr,
) -> ConnectionRule {
    let transport = usage.transport();
    let (ip, port) = (address.ip().to_canonical(), address.port());
    match usage {
        ConnectionUse::TcpConnect | ConnectionUse::UdpSend if port == 0 || ip.is_unspecified() => {
            ConnectionRule::Never
        }
        ConnectionUse::TcpConnect | ConnectionUse::UdpSend => {
            let by_name = name.and_then(|n| ConnectPattern::for_name(transport, n, port).ok());
            let by_address = || ConnectionRule::for_address(transport, ip, port);
            by_name.map_or_else(by_address, ConnectionRule::Connect)
        }
        ConnectionUse::TcpBind | ConnectionUse::UdpBind if port == 0 && ip.is_unspecified() => {
            ConnectionRule::AnyConnect(transport)
        }
        _ => ConnectionRule::Listen(ListenPattern::for_address(transport, address)),
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
                let judged = guest.judge(&policy, usage, None, address, second * SECOND);
                judged.is_ok()
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

    // S-W4: a rule has the name already, so that another rule would not help.
    #[test]
    fn denial_says_that_the_time_of_an_answer_is_over() {
        let usage = ConnectionUse::TcpConnect;
        let rules = Policy::deny_all().connect("db.test:1".parse().unwrap());
        let mut guest = answered(&rules, Some(11));
        let denial = |guest: &GuestConnections, asked, port, second: u64| {
            let address = SocketAddr::new([8, 8, 8, 8].into(), port);
            let judged = guest.judge(&rules, usage, asked, address, second * SECOND);
            let denial = judged.unwrap_err();
            (denial.name.map(String::from), denial.is_over)
        };
        let named = |name: &str, is_over| (Some(name.to_string()), is_over);
        assert_eq!(denial(&guest, None, 1, 70), named("db.test", true));
        assert_eq!(denial(&guest, None, 2, 70), named("db.test", false));
        assert_eq!(denial(&guest, None, 2, 10), named("db.test", false));
        assert_eq!(
            denial(&guest, Some("db.test"), 1, 70),
            named("db.test", true)
        );
        assert_eq!(
            denial(&guest, Some("a.test"), 1, 70),
            named("a.test", false)
        );
        // A newer answer for a name without a rule for the port.
        let rules = rules.clone().connect("web.test:2".parse().unwrap());
        guest.note_name(8, "web.test");
        let entry = HostEntry::new("web.test", [[8, 8, 8, 8].into()]);
        guest.answered(&rules, 8, &Ok(Arc::new(entry.into())), None, 70 * SECOND);
        assert_eq!(denial(&guest, None, 1, 70), named("db.test", true));
        assert_eq!(denial(&guest, None, 3, 70), named("web.test", false));
    }
}
