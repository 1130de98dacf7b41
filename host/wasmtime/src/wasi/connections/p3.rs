//! Sockets of `wasi:sockets` 0.3.

use std::net::SocketAddr;

use wasmtime::component::{Access, Accessor, Linker, LinkerInstance, Resource, ResourceType};
use wasmtime::{AsContextMut, Result, StoreContextMut};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p3::bindings::sockets::types::{
    ErrorCode, HostTcpSocket, HostTcpSocketWithStore, HostUdpSocket, HostUdpSocketWithStore,
    IpSocketAddress,
};
use wasmtime_wasi::p3::sockets::SocketResult;
use wasmtime_wasi::sockets::{TcpSocket, UdpSocket, WasiSockets, WasiSocketsView};
use winsock_async_engine::ConnectionUse;
use winsock_async_engine::policy::Transport;

use crate::ctx::WinsockView;

/// The instance in the bindings of `wasmtime_wasi`.
const TYPES: &str = "wasi:sockets/types@0.3.0";

/// Follows where the guest's sockets are bound, as for 0.2.
///
/// A socket that listens counts until the guest drops it. Its stream may accept connections for
/// longer, but `wasmtime_wasi` tells nobody when that stream ends.
pub(in crate::wasi) fn follow_sockets<T>(linker: &mut Linker<T>) -> Result<()>
where
    T: WasiView + WinsockView + 'static,
{
    let mut types = linker.instance(TYPES)?;
    follow_tcp(&mut types)?;
    follow_udp(&mut types)
}

fn follow_tcp<T>(types: &mut LinkerInstance<'_, T>) -> Result<()>
where
    T: WasiView + WinsockView + 'static,
{
    let socket = ResourceType::host::<TcpSocket>();
    types.resource(
        "tcp-socket",
        socket,
        |mut store: StoreContextMut<'_, T>, rep| {
            let data = store.data_mut();
            HostTcpSocket::drop(&mut data.sockets(), Resource::new_own(rep))?;
            data.winsock().ctx.follow(rep, Transport::Tcp, None);
            Ok(())
        },
    )?;
    types.func_wrap_async(
        "[method]tcp-socket.listen",
        |mut store: StoreContextMut<'_, T>, (socket,): (Resource<TcpSocket>,)| {
            Box::new(async move {
                let rep = socket.rep();
                let access = Access::<T, WasiSockets>::new(store.as_context_mut(), T::sockets);
                let listened = <WasiSockets as HostTcpSocketWithStore<T>>::listen(access, socket);
                let listened = code(listened.await)?;
                if listened.is_ok() {
                    let data = store.data_mut();
                    let same = Resource::new_borrow(rep);
                    let local = HostTcpSocket::get_local_address(&mut data.sockets(), same);
                    let local = local.ok().map(SocketAddr::from);
                    data.winsock().ctx.follow(rep, Transport::Tcp, local);
                }
                Ok((listened,))
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]tcp-socket.connect",
        |store: &Accessor<T>, (socket, remote): (Resource<TcpSocket>, IpSocketAddress)| {
            Box::pin(async move {
                if !may_connect(store, ConnectionUse::TcpConnect, remote) {
                    return Ok((Err(ErrorCode::AccessDenied),));
                }
                let store = store.with_getter::<WasiSockets>(T::sockets);
                let connected = HostTcpSocketWithStore::connect(&store, socket, remote).await;
                Ok((code(connected)?,))
            })
        },
    )
}

fn follow_udp<T>(types: &mut LinkerInstance<'_, T>) -> Result<()>
where
    T: WasiView + WinsockView + 'static,
{
    let socket = ResourceType::host::<UdpSocket>();
    types.resource(
        "udp-socket",
        socket,
        |mut store: StoreContextMut<'_, T>, rep| {
            let data = store.data_mut();
            HostUdpSocket::drop(&mut data.sockets(), Resource::new_own(rep))?;
            data.winsock().ctx.follow(rep, Transport::Udp, None);
            Ok(())
        },
    )?;
    types.func_wrap_async(
        "[method]udp-socket.bind",
        |mut store: StoreContextMut<'_, T>,
         (socket, local): (Resource<UdpSocket>, IpSocketAddress)| {
            Box::new(async move {
                let (data, rep) = (store.data_mut(), socket.rep());
                let bound = HostUdpSocket::bind(&mut data.sockets(), socket, local).await;
                follow_bound(data, rep);
                Ok((code(bound)?,))
            })
        },
    )?;
    types.func_wrap_async(
        "[method]udp-socket.connect",
        |mut store: StoreContextMut<'_, T>,
         (socket, remote): (Resource<UdpSocket>, IpSocketAddress)| {
            Box::new(async move {
                let (data, rep) = (store.data_mut(), socket.rep());
                let usage = ConnectionUse::UdpSend;
                if !data.winsock().ctx.may_connect(usage, remote.into()) {
                    return Ok((Err(ErrorCode::AccessDenied),));
                }
                let connected = HostUdpSocket::connect(&mut data.sockets(), socket, remote).await;
                follow_bound(data, rep);
                Ok((code(connected)?,))
            })
        },
    )?;
    types.func_wrap(
        "[method]udp-socket.disconnect",
        |mut store: StoreContextMut<'_, T>, (socket,): (Resource<UdpSocket>,)| {
            let (data, rep) = (store.data_mut(), socket.rep());
            let disconnected = HostUdpSocket::disconnect(&mut data.sockets(), socket);
            follow_bound(data, rep);
            Ok((code(disconnected)?,))
        },
    )?;
    types.func_wrap_concurrent(
        "[method]udp-socket.send",
        |store: &Accessor<T>,
         (socket, bytes, remote): (Resource<UdpSocket>, Vec<u8>, Option<IpSocketAddress>)| {
            Box::pin(async move {
                let rep = socket.rep();
                let is_followed = store.with(|mut store| {
                    let ctx = store.data_mut().winsock().ctx;
                    ctx.connections.get().is_none() || ctx.open_sockets.contains_key(&rep)
                });
                // The datagram binds the socket.
                if !is_followed
                    && let Some(remote) = remote
                    && !may_connect(store, ConnectionUse::UdpSend, remote)
                {
                    return Ok((Err(ErrorCode::AccessDenied),));
                }
                let sockets = store.with_getter::<WasiSockets>(T::sockets);
                let sent = HostUdpSocketWithStore::send(&sockets, socket, bytes, remote).await;
                if !is_followed {
                    store.with(|mut store| follow_bound(store.data_mut(), rep));
                }
                Ok((code(sent)?,))
            })
        },
    )
}

/// Follows where a UDP socket is bound now.
fn follow_bound<T: WasiView + WinsockView>(data: &mut T, socket: u32) {
    let local = HostUdpSocket::get_local_address(&mut data.sockets(), Resource::new_borrow(socket));
    // After a disconnect, the port may be another program's.
    let local = local
        .ok()
        .map(SocketAddr::from)
        .filter(|local| local.port() != 0);
    data.winsock().ctx.follow(socket, Transport::Udp, local);
}

fn may_connect<T>(store: &Accessor<T>, usage: ConnectionUse, remote: IpSocketAddress) -> bool
where
    T: WinsockView + 'static,
{
    store.with(|mut store| {
        let ctx = store.data_mut().winsock().ctx;
        ctx.may_connect(usage, remote.into())
    })
}

/// The code of an error that is not a trap.
fn code<R>(result: SocketResult<R>) -> Result<Result<R, ErrorCode>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => Ok(Err(error.downcast()?)),
    }
}
