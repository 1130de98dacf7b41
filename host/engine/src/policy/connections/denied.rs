//! Uses of addresses, and their denials.

use std::fmt;
use std::net::SocketAddr;

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
    /// A rule of [`Policy::listen`](crate::Policy::listen).
    Listen(ListenPattern),
    /// Any rule of [`Policy::connect`](crate::Policy::connect) with this transport: the guest binds an unspecified address
    /// with port 0, as a connect implies.
    AnyConnect(Transport),
}

impl fmt::Display for ConnectionRule {
    /// Shows the rule as an option of the runner, such as `--connect db.example:5432`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectionRule::Connect(rule) => write!(f, "--connect {rule}"),
            ConnectionRule::Listen(rule) => write!(f, "--listen {rule}"),
            ConnectionRule::AnyConnect(Transport::Tcp) => f.write_str("--connect HOST:PORT"),
            ConnectionRule::AnyConnect(Transport::Udp) => f.write_str("--connect udp:HOST:PORT"),
        }
    }
}

/// A use of an address that the policy denies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{address} is denied; add {rule}")]
#[non_exhaustive]
pub struct ConnectionDenied {
    /// The address.
    pub address: SocketAddr,
    /// The rule that would have allowed it. If the guest was answered the address, it has the name
    /// that the guest had looked up.
    pub rule: ConnectionRule,
}
