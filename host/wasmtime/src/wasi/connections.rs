//! Connections of a guest, judged by its session.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpSocketAddress, Network};
use wasmtime_wasi::p2::bindings::sockets::tcp::{HostTcpSocket, TcpSocket};
use wasmtime_wasi::p2::bindings::sockets::udp::{HostUdpSocket, UdpSocket};
use wasmtime_wasi::sockets::{SocketAddrUse, WasiSocketsView};
use winsock_async_engine::policy::Transport;
use winsock_async_engine::{ConnectionUse, Connections};

use crate::ctx::{WinsockCtx, WinsockView};

/// The version of `wasi:sockets` in the bindings of `wasmtime_wasi`.
const TCP: &str = "wasi:sockets/tcp@0.2.12";
const UDP: &str = "wasi:sockets/udp@0.2.12";

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
    /// serves them. Only with that, a guest may connect to where it listens itself. Call this before
    /// the guest runs.
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

/// Follows where the guest's sockets are bound, so that a guest may connect to itself on loopback,
/// as long as it listens there.
pub(super) fn follow_sockets<T>(linker: &mut Linker<T>) -> Result<()>
where
    T: WasiView + WinsockView + 'static,
{
    let mut tcp = linker.instance(TCP)?;
    let socket = ResourceType::host::<TcpSocket>();
    tcp.resource(
        "tcp-socket",
        socket,
        |mut store: StoreContextMut<'_, T>, rep| {
            let data = store.data_mut();
            let mut sockets = data.sockets();
            let socket = || Resource::<TcpSocket>::new_borrow(rep);
            let listens = HostTcpSocket::is_listening(&mut sockets, socket())?;
            let local = HostTcpSocket::local_address(&mut sockets, socket()).ok();
            HostTcpSocket::drop(&mut sockets, Resource::new_own(rep))?;
            if let Some(local) = local.filter(|_| listens) {
                data.winsock().ctx.closed(Transport::Tcp, local.into());
            }
            Ok(())
        },
    )?;
    // Not in the check: listening may still fail, and a linker without `follow_sockets` sees no end
    // of it.
    tcp.func_wrap(
        "[method]tcp-socket.finish-listen",
        |mut store: StoreContextMut<'_, T>, (socket,): (Resource<TcpSocket>,)| {
            let data = store.data_mut();
            let mut sockets = data.sockets();
            let same = Resource::new_borrow(socket.rep());
            if let Err(error) = HostTcpSocket::finish_listen(&mut sockets, socket) {
                return Ok((Err::<(), ErrorCode>(error.downcast()?),));
            }
            if let Ok(local) = HostTcpSocket::local_address(&mut sockets, same) {
                data.winsock().ctx.opened(Transport::Tcp, local.into());
            }
            Ok((Ok(()),))
        },
    )?;
    // `wasmtime_wasi` judges the bind that a connect implies first. Its denial would not name the
    // address that the guest connects to.
    tcp.func_wrap(
        "[method]tcp-socket.start-connect",
        |mut store: StoreContextMut<'_, T>,
         (socket, network, remote): (Resource<TcpSocket>, Resource<Network>, IpSocketAddress)| {
            let data = store.data_mut();
            if !data.winsock().ctx.may_connect(remote.into()) {
                return Ok((Err::<(), ErrorCode>(ErrorCode::AccessDenied),));
            }
            let mut sockets = data.sockets();
            match HostTcpSocket::start_connect(&mut sockets, socket, network, remote) {
                Ok(()) => Ok((Ok(()),)),
                Err(error) => Ok((Err(error.downcast()?),)),
            }
        },
    )?;
    let mut udp = linker.instance(UDP)?;
    let socket = ResourceType::host::<UdpSocket>();
    udp.resource(
        "udp-socket",
        socket,
        |mut store: StoreContextMut<'_, T>, rep| {
            let data = store.data_mut();
            let mut sockets = data.sockets();
            let local = HostUdpSocket::local_address(&mut sockets, Resource::new_borrow(rep)).ok();
            HostUdpSocket::drop(&mut sockets, Resource::new_own(rep))?;
            if let Some(local) = local {
                data.winsock().ctx.closed(Transport::Udp, local.into());
            }
            Ok(())
        },
    )?;
    udp.func_wrap(
        "[method]udp-socket.finish-bind",
        |mut store: StoreContextMut<'_, T>, (socket,): (Resource<UdpSocket>,)| {
            let data = store.data_mut();
            let mut sockets = data.sockets();
            let same = Resource::new_borrow(socket.rep());
            if let Err(error) = HostUdpSocket::finish_bind(&mut sockets, socket) {
                return Ok((Err::<(), ErrorCode>(error.downcast()?),));
            }
            if let Ok(local) = HostUdpSocket::local_address(&mut sockets, same) {
                data.winsock().ctx.opened(Transport::Udp, local.into());
            }
            Ok((Ok(()),))
        },
    )
}

impl WinsockCtx {
    fn opened(&self, transport: Transport, local: SocketAddr) {
        if let Some(connections) = self.connections.get() {
            connections.opened(transport, local);
        }
    }

    fn closed(&self, transport: Transport, local: SocketAddr) {
        if let Some(connections) = self.connections.get() {
            connections.closed(transport, local);
        }
    }

    /// Whether the guest may connect to this address.
    fn may_connect(&self, remote: SocketAddr) -> bool {
        let connections = self.connections.get();
        let usage = ConnectionUse::TcpConnect;
        connections.is_none_or(|judge| judge.check_early(usage, remote).is_ok())
    }
}
