//! `wasi:sockets/ip-name-lookup` 0.2.
//!
//! The bindings are those of `wasmtime_wasi`. Bindings of another 0.2 version would leave guests
//! on the lookups of `wasmtime_wasi`, because a linker prefers the highest version.

use wasmtime::component::{Linker, Resource};
use wasmtime::{Error, Result};
use wasmtime_wasi::p2::SocketError;
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{
    self, Host, HostResolveAddressStream, ResolveAddressStream,
};
use wasmtime_wasi::p2::bindings::sockets::network::{self, HostNetwork, IpAddress, Network};
use wasmtime_wasi_io::async_trait;
use wasmtime_wasi_io::poll::{DynPollable, Pollable, subscribe};
use winsock_async_engine::{Answer, ErrorCode, PendingLookup};

use super::{LookupError, NameLookup, begin};
use crate::ctx::{WinsockCtxView, WinsockView};

/// Replaces the functions. The linker must allow shadowing.
pub(in crate::wasi) fn replace<T: WinsockView + 'static>(linker: &mut Linker<T>) -> Result<()> {
    ip_name_lookup::add_to_linker::<T, NameLookup>(linker, T::winsock)
}

/// The addresses of a name, one after the other.
///
/// Its type in the bindings is `wasmtime_wasi`'s, which cannot be made elsewhere. So the table has
/// this type under handles of the other.
struct AddressStream {
    lookup: PendingLookup,
    /// How many addresses the guest has taken.
    taken: usize,
}

#[async_trait]
impl Pollable for AddressStream {
    async fn ready(&mut self) {
        // The outcome stays with the lookup.
        let _ = (&mut self.lookup).await;
    }
}

/// The handle of the stream that the guest's handle stands for.
fn own(stream: &Resource<ResolveAddressStream>) -> Resource<AddressStream> {
    if stream.owned() {
        Resource::new_own(stream.rep())
    } else {
        Resource::new_borrow(stream.rep())
    }
}

impl Host for WinsockCtxView<'_> {
    fn resolve_addresses(
        &mut self,
        network: Resource<Network>,
        name: String,
    ) -> Result<Resource<ResolveAddressStream>, SocketError> {
        // The handle is the guest's right to use the network.
        self.table.get(&network)?;
        let lookup = begin(self.ctx, name).map_err(network::ErrorCode::from)?;
        if let Some(Err(error)) = lookup.outcome() {
            return Err(wasi_error(error).into());
        }
        let stream = self.table.push(AddressStream { lookup, taken: 0 })?;
        Ok(Resource::new_own(stream.rep()))
    }
}

impl HostResolveAddressStream for WinsockCtxView<'_> {
    fn resolve_next_address(
        &mut self,
        stream: Resource<ResolveAddressStream>,
    ) -> Result<Option<IpAddress>, SocketError> {
        let stream = self.table.get_mut(&own(&stream))?;
        let answer = match stream.lookup.outcome() {
            None => return Err(network::ErrorCode::WouldBlock.into()),
            Some(Err(error)) => return Err(wasi_error(error).into()),
            Some(Ok(answer)) => answer,
        };
        let Answer::Addresses(list) = &*answer else {
            return Err(network::ErrorCode::PermanentResolverFailure.into());
        };
        let next = list.addresses().nth(stream.taken);
        stream.taken += usize::from(next.is_some());
        Ok(next.map(IpAddress::from))
    }

    fn subscribe(
        &mut self,
        stream: Resource<ResolveAddressStream>,
    ) -> Result<Resource<DynPollable>> {
        subscribe(self.table, own(&stream))
    }

    fn drop(&mut self, stream: Resource<ResolveAddressStream>) -> Result<()> {
        self.table.delete(own(&stream))?;
        Ok(())
    }
}

impl network::Host for WinsockCtxView<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> Result<network::ErrorCode> {
        error.downcast()
    }

    fn network_error_code(&mut self, _: Resource<Error>) -> Result<Option<network::ErrorCode>> {
        Ok(None)
    }
}

impl HostNetwork for WinsockCtxView<'_> {
    fn drop(&mut self, network: Resource<Network>) -> Result<()> {
        self.table.delete(network)?;
        Ok(())
    }
}

fn wasi_error(error: ErrorCode) -> network::ErrorCode {
    LookupError::from(error).into()
}

impl From<LookupError> for network::ErrorCode {
    fn from(error: LookupError) -> network::ErrorCode {
        match error {
            LookupError::AccessDenied => network::ErrorCode::AccessDenied,
            LookupError::InvalidArgument => network::ErrorCode::InvalidArgument,
            LookupError::NameUnresolvable => network::ErrorCode::NameUnresolvable,
            LookupError::TemporaryResolverFailure => network::ErrorCode::TemporaryResolverFailure,
            LookupError::PermanentResolverFailure => network::ErrorCode::PermanentResolverFailure,
        }
    }
}
