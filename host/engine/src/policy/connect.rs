//! A policy's rules on connections, datagrams and listening (`S-W4`, `S-W6`).

use std::net::{IpAddr, SocketAddr};

use super::Policy;
use super::connections::{ConnectPattern, Connections, ListenPattern, Transport};
use super::special::{readings, special};

impl Policy {
    /// Also allows connections, or datagrams, to the hosts and ports of `pattern`, and lookups of
    /// these hosts as [`allow`](Self::allow) does (`S-W6`).
    ///
    /// ```
    /// use winsock_async_engine::policy::{Policy, Transport};
    ///
    /// let policy = Policy::deny_all()
    ///     .connect("db.example:5432".parse()?)
    ///     .connect("[2001:db8::/32]:443".parse()?);
    /// assert!(policy.allows_name("db.example"));
    /// assert!(policy.connects_to_name(Transport::Tcp, "db.example", 5432));
    /// assert!(policy.allows_connection(Transport::Tcp, "[2001:db8::7]:443".parse()?));
    /// assert!(!policy.allows_connection(Transport::Udp, "[2001:db8::7]:443".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn connect(mut self, pattern: ConnectPattern) -> Policy {
        let ConnectPattern {
            transport,
            host,
            ports,
        } = pattern;
        let rules = match transport {
            Transport::Tcp => &mut self.connections.tcp,
            Transport::Udp => &mut self.connections.udp,
        };
        rules.insert(host.clone(), &ports);
        self.allow(host)
    }

    /// Also allows listening at the address and port of `pattern`. An unspecified address is every
    /// address of its family.
    #[must_use]
    pub fn listen(mut self, pattern: ListenPattern) -> Policy {
        let rule = (pattern.transport, pattern.address, pattern.port);
        self.connections.listen.insert(rule);
        self
    }

    /// Also allows connections and datagrams to every public address and port, and lookups of
    /// every name: [`connect`](Self::connect) with `*:*` and `udp:*:*`.
    #[must_use]
    pub fn allow_network(self) -> Policy {
        self.connect(ConnectPattern::all(Transport::Tcp))
            .connect(ConnectPattern::all(Transport::Udp))
    }

    /// Whether a rule on addresses allows a connection to this address and port (`S-W4`).
    ///
    /// An IPv4-mapped address is judged as the IPv4 address that it reaches. Any other IPv6 address
    /// that carries IPv4 addresses needs all of them allowed. The cost grows with the lengths of
    /// prefixes in the policy, not with the number of rules.
    pub fn allows_connection(&self, transport: Transport, address: SocketAddr) -> bool {
        let rules = self.connections.rules(transport);
        let port = address.port();
        rules.is_used
            && readings(address.ip().to_canonical()).all(|reading| {
                let allowed = rules.longest(reading, port);
                allowed > self.answers.longest_denied(reading) && allowed >= special(reading)
            })
    }

    /// Whether a rule allows connections to this name and port: to the addresses that were answered
    /// for it, which were judged as answers (`S-W4`). `*` is no rule for a name: it allows public
    /// addresses, by [`allows_connection`](Self::allows_connection). The name is in canonical form.
    pub fn connects_to_name(&self, transport: Transport, canonical_name: &str, port: u16) -> bool {
        let mut rules = self.connections.rules(transport).of_name(canonical_name);
        rules.any(|ports| ports.contains(port))
    }

    /// Whether any rule allows connections to this name, so that its answers must be remembered.
    /// The name is in canonical form.
    pub fn remembers(&self, canonical_name: &str) -> bool {
        let Connections { tcp, udp, .. } = &self.connections;
        [tcp, udp]
            .iter()
            .any(|rules| rules.of_name(canonical_name).next().is_some())
    }

    /// Whether a guest may listen at this address and port. Loopback with port 0 is always allowed
    /// (`S-W4`).
    pub fn allows_listen(&self, transport: Transport, address: SocketAddr) -> bool {
        let (ip, port) = (address.ip().to_canonical(), address.port());
        let unspecified: IpAddr = match ip {
            IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let has_rule = |address| {
            let mut rules = [Some(port), None].into_iter();
            rules.any(|port| {
                self.connections
                    .listen
                    .contains(&(transport, address, port))
            })
        };
        (ip.is_loopback() && port == 0) || has_rule(ip) || has_rule(unspecified)
    }

    /// Whether any rule allows to listen with this transport.
    pub fn has_listeners(&self, transport: Transport) -> bool {
        let mut rules = self.connections.listen.iter();
        rules.any(|(of_rule, ..)| *of_rule == transport)
    }

    /// Whether any rule allows connections with this transport. A connection first binds an
    /// unspecified address with port 0.
    pub fn has_connections(&self, transport: Transport) -> bool {
        self.connections.rules(transport).is_used
    }
}
