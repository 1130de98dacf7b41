//! Sockets of `wasi:sockets` 0.2.

use std::net::SocketAddr;

use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p2::bindings::sockets::network::{ErrorCode, IpSocketAddress, Network};
use wasmtime_wasi::p2::bindings::sockets::tcp::{HostTcpSocket, TcpSocket};
use wasmtime_wasi::p2::bindings::sockets::udp::{HostUdpSocket, UdpSocket};
use wasmtime_wasi::sockets::WasiSocketsView;
use winsock_async_engine::ConnectionUse;
use winsock_async_engine::policy::Transport;

use crate::ctx::WinsockView;

/// The version of `wasi:sockets` in the bindings of `wasmtime_wasi`.
const TCP: &str = "wasi:sockets/tcp@0.2.12";
const UDP: &str = "wasi:sockets/udp@0.2.12";

/// Follows where the guest's sockets are bound, so that a guest may connect to itself on loopback,
/// as long as it listens there.
pub(in crate::wasi) fn follow_sockets<T>(linker: &mut Linker<T>) -> Result<()>
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
            HostTcpSocket::drop(&mut data.sockets(), Resource::new_own(rep))?;
            data.winsock().ctx.follow(rep, Transport::Tcp, None);
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
            let rep = socket.rep();
            if let Err(error) = HostTcpSocket::finish_listen(&mut sockets, socket) {
                return Ok((Err::<(), ErrorCode>(error.downcast()?),));
            }
            let local = HostTcpSocket::local_address(&mut sockets, Resource::new_borrow(rep));
            let local = local.ok().map(SocketAddr::from);
            data.winsock().ctx.follow(rep, Transport::Tcp, local);
            Ok((Ok(()),))
        },
    )?;
    tcp.func_wrap(
        "[method]tcp-socket.start-connect",
        |mut store: StoreContextMut<'_, T>,
         (socket, network, remote): (Resource<TcpSocket>, Resource<Network>, IpSocketAddress)| {
            let data = store.data_mut();
            let usage = ConnectionUse::TcpConnect;
            if !data.winsock().ctx.may_connect(usage, remote.into()) {
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
            HostUdpSocket::drop(&mut data.sockets(), Resource::new_own(rep))?;
            data.winsock().ctx.follow(rep, Transport::Udp, None);
            Ok(())
        },
    )?;
    udp.func_wrap(
        "[method]udp-socket.finish-bind",
        |mut store: StoreContextMut<'_, T>, (socket,): (Resource<UdpSocket>,)| {
            let data = store.data_mut();
            let mut sockets = data.sockets();
            let rep = socket.rep();
            if let Err(error) = HostUdpSocket::finish_bind(&mut sockets, socket) {
                return Ok((Err::<(), ErrorCode>(error.downcast()?),));
            }
            let local = HostUdpSocket::local_address(&mut sockets, Resource::new_borrow(rep));
            let local = local.ok().map(SocketAddr::from);
            data.winsock().ctx.follow(rep, Transport::Udp, local);
            Ok((Ok(()),))
        },
    )
}
