//! Uses of addresses, and their denials.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::super::special::readings;
use super::{ConnectPattern, ListenPattern, Transport};

/// What a guest does with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionUse {
    /// Binds a TCP socket, also before it connects or listens.
    TcpBind,
    /// Listens at the local address of a TCP socket.
    TcpListen,
    /// Connects a TCP socket.
    TcpConnect,
    /// Binds a UDP socket, also before it sends.
    UdpBind,
    /// Connects a UDP socket, or sends a datagram.
    UdpSend,
}

impl ConnectionUse {
    /// The transport of the socket.
    pub fn transport(self) -> Transport {
        match self {
            ConnectionUse::TcpBind | ConnectionUse::TcpListen | ConnectionUse::TcpConnect => {
                Transport::Tcp
            }
            ConnectionUse::UdpBind | ConnectionUse::UdpSend => Transport::Udp,
        }
    }
}

/// The rule of a policy that allows a use of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionRule {
    /// A rule of [`Policy::connect`](crate::Policy::connect).
    Connect(ConnectPattern),
    /// Each of these rules of [`Policy::connect`](crate::Policy::connect): an IPv6 address, and the
    /// IPv4 addresses that it carries, which are judged too.
    ConnectEach(Box<[ConnectPattern]>),
    /// A rule of [`Policy::listen`](crate::Policy::listen).
    Listen(ListenPattern),
    /// Any rule of [`Policy::connect`](crate::Policy::connect) with this transport: the guest binds
    /// an unspecified address with port 0, as a connect implies.
    AnyConnect(Transport),
    /// No rule: nothing connects to port 0 or to an unspecified address.
    Never,
}

impl ConnectionRule {
    /// The rule that allows connections to this address and port alone.
    pub(crate) fn for_address(transport: Transport, address: IpAddr, port: u16) -> ConnectionRule {
        let rule = |address| ConnectPattern::for_address(transport, address, port);
        let address = address.to_canonical();
        let mut rules: Vec<_> = readings(address).map(rule).collect();
        rules.dedup();
        match rules.len() {
            1 => ConnectionRule::Connect(rule(address)),
            _ => ConnectionRule::ConnectEach(rules.into()),
        }
    }
}

impl fmt::Display for ConnectionRule {
    /// Shows the rule as an option of the runner, such as `--connect db.example:5432`. A pattern
    /// that a shell would not take as it is stands in quotation marks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectionRule::Connect(rule) => write!(f, "--connect {}", quoted(rule)),
            ConnectionRule::ConnectEach(rules) => {
                for (i, rule) in rules.iter().enumerate() {
                    let space = if i == 0 { "" } else { " " };
                    write!(f, "{space}--connect {}", quoted(rule))?;
                }
                Ok(())
            }
            ConnectionRule::Listen(rule) => write!(f, "--listen {}", quoted(rule)),
            ConnectionRule::AnyConnect(Transport::Tcp) => f.write_str("--connect HOST:PORT"),
            ConnectionRule::AnyConnect(Transport::Udp) => f.write_str("--connect udp:HOST:PORT"),
            ConnectionRule::Never => f.write_str("no rule"),
        }
    }
}

/// A use of an address that the policy denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is denied; {}", what(*address), advice(rule, *is_over))]
#[non_exhaustive]
pub struct ConnectionDenied {
    /// The address. None if it is not known, as the lookup of the name was denied.
    pub address: Option<SocketAddr>,
    /// The rule that would have allowed it. If the guest was answered the address, it has the name
    /// that the guest had looked up.
    pub rule: ConnectionRule,
    /// Whether the policy has that rule, and only the time of the answer is over: the guest must
    /// look the name up again.
    pub is_over: bool,
}

fn what(address: Option<SocketAddr>) -> String {
    address.map_or_else(|| "the lookup".into(), |address| address.to_string())
}

fn advice(rule: &ConnectionRule, is_over: bool) -> String {
    match rule {
        ConnectionRule::Connect(rule) if is_over => {
            format!("the answer for {} is over: look it up again", rule.host)
        }
        ConnectionRule::Never => "no rule allows port 0 or an unspecified address".into(),
        rule => format!("add {rule}"),
    }
}

/// A pattern as a word of a shell. A name may have characters such as `$` and `;`.
fn quoted(pattern: &impl fmt::Display) -> String {
    let text = pattern.to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_:/".contains(c);
    if text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_is_shown_as_a_word_that_a_shell_takes_as_it_is() {
        for (pattern, shown) in [
            ("db.example:5432", "--connect db.example:5432"),
            ("udp:192.0.2.1:53", "--connect udp:192.0.2.1:53"),
            ("[2001:db8::1]:443", "--connect '[2001:db8::1]:443'"),
            ("a;$(b).test:1", "--connect 'a;$(b).test:1'"),
            ("a'b.test:1", r"--connect 'a'\''b.test:1'"),
        ] {
            let rule = ConnectionRule::Connect(pattern.parse().unwrap());
            assert_eq!(rule.to_string(), shown);
        }
    }

    #[test]
    fn message_of_an_answer_that_is_over_suggests_no_rule() {
        let denied = |is_over| ConnectionDenied {
            address: Some("8.8.8.8:1".parse().unwrap()),
            rule: ConnectionRule::Connect("db.test:1".parse().unwrap()),
            is_over,
        };
        assert_eq!(
            denied(true).to_string(),
            "8.8.8.8:1 is denied; the answer for db.test is over: look it up again"
        );
        assert_eq!(
            denied(false).to_string(),
            "8.8.8.8:1 is denied; add --connect db.test:1"
        );
    }

    // S-A5
    #[test]
    fn rule_for_an_address_that_carries_others_has_each_of_them() {
        for (address, shown) in [
            ("192.0.2.1", "--connect 192.0.2.1:80"),
            ("::ffff:192.0.2.1", "--connect 192.0.2.1:80"),
            (
                "64:ff9b::a00:1",
                "--connect '[64:ff9b::a00:1]:80' --connect 10.0.0.1:80",
            ),
            (
                "2002:a00:1::1",
                "--connect '[2002:a00:1::1]:80' --connect 10.0.0.1:80",
            ),
        ] {
            let address = address.parse().unwrap();
            let rule = ConnectionRule::for_address(Transport::Tcp, address, 80);
            assert_eq!(rule.to_string(), shown);
        }
    }
}
