//! Connections of a guest, judged by its session.

mod p2;
#[cfg(feature = "p3")]
mod p3;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use wasmtime_wasi::sockets::SocketAddrUse;
use winsock_async_engine::policy::Transport;
use winsock_async_engine::{ConnectionUse, Connections};

use crate::ctx::WinsockCtx;

pub(super) use self::p2::follow_sockets;
#[cfg(feature = "p3")]
pub(super) use self::p3::follow_sockets as follow_sockets_p3;

impl WinsockCtx {
    /// A check for `WasiCtxBuilder::socket_addr_check`: the guest may use an address if the policy
    /// allows it, or if this guest was answered it (`S-W4`). TCP and UDP must be allowed there too:
    ///
    /// ```
    /// use wasmtime_wasi::WasiCtxBuilder;
    /// use winsock_async_wasmtime::WinsockCtx;
    /// use winsock_async_wasmtime::engine::{LookupEngine, Policy};
    ///
    /// let policy = Policy::deny_all().connect("db.example:5432".parse()?);
    /// let engine = LookupEngine::builder().policy(policy).build();
    /// let winsock = WinsockCtx::new(&engine);
    /// let wasi = WasiCtxBuilder::new()
    ///     .allow_tcp(true)
    ///     .allow_udp(true)
    ///     .socket_addr_check(winsock.connection_check())
    ///     .build();
    /// # let _ = wasi;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Answers of WASI's own lookups count if [`replace_in_linker`](crate::wasi::replace_in_linker)
    /// serves them. Only with that, a guest may connect to where it listens itself. Call this
    /// before the guest runs.
    pub fn connection_check(
        &self,
    ) -> impl Fn(SocketAddr, SocketAddrUse) -> Pin<Box<dyn Future<Output = bool> + Send + Sync>>
    + Send
    + Sync
    + 'static {
        let connections = self.connections();
        move |address, usage| {
            let allowed = allows(&connections, address, usage);
            Box::pin(async move { allowed })
        }
    }
}

fn allows(connections: &Connections, address: SocketAddr, usage: SocketAddrUse) -> bool {
    let usage = match usage {
        SocketAddrUse::TcpBind => ConnectionUse::TcpBind,
        SocketAddrUse::TcpListen => ConnectionUse::TcpListen,
        SocketAddrUse::TcpConnect => ConnectionUse::TcpConnect,
        // Listening was judged.
        SocketAddrUse::TcpAccept => return true,
        SocketAddrUse::UdpBind => ConnectionUse::UdpBind,
        SocketAddrUse::UdpSend => ConnectionUse::UdpSend,
        SocketAddrUse::UdpReceive => return connections.may_receive(address),
    };
    connections.check(usage, address).is_ok()
}

impl WinsockCtx {
    /// Notes the local address at which a socket listens now, or is bound for UDP. None: it is
    /// closed. The guest may connect there on loopback. `socket` is its index in the table.
    fn follow(&mut self, socket: u32, transport: Transport, local: Option<SocketAddr>) {
        let Some(connections) = self.connections.get() else {
            return;
        };
        let before = match local {
            Some(local) => self.open_sockets.insert(socket, local),
            None => self.open_sockets.remove(&socket),
        };
        // The address may have changed since: connecting a UDP socket narrows it.
        if let Some(before) = before {
            connections.closed(transport, before);
        }
        if let Some(local) = local {
            connections.opened(transport, local);
        }
    }

    /// Whether the guest may connect, or send a datagram, to this address. A check before that of
    /// `wasmtime_wasi`, which judges the bind that a connect implies first. Its denial would not
    /// name the address.
    fn may_connect(&self, usage: ConnectionUse, remote: SocketAddr) -> bool {
        let connections = self.connections.get();
        connections.is_none_or(|judge| judge.check_early(usage, remote).is_ok())
    }
}
