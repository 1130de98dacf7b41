//! `wasi:sockets/ip-name-lookup` 0.3, with the bindings of `wasmtime_wasi`.

use wasmtime::component::{Accessor, Linker};
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup::{self, ErrorCode, Host, HostWithStore};
use wasmtime_wasi::p3::bindings::sockets::types::IpAddress;
use winsock_async_engine::{Answer, PendingLookup};

use super::{LookupError, NameLookup, begin};
use crate::ctx::{WinsockCtxView, WinsockView};

/// Replaces the function. The linker must allow shadowing.
pub(in crate::wasi) fn replace<T>(linker: &mut Linker<T>) -> wasmtime::Result<()>
where
    T: WinsockView + 'static,
{
    ip_name_lookup::add_to_linker::<T, NameLookup>(linker, T::winsock)
}

impl<T> HostWithStore<T> for NameLookup {
    async fn resolve_addresses(
        store: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<Vec<IpAddress>, ErrorCode>> {
        // A cancel by the guest drops this future, and the lookup with it (`S-W3`).
        let lookup = store.with(|mut store| begin(store.get().ctx, name));
        Ok(addresses(lookup).await.map_err(ErrorCode::from))
    }
}

/// Awaits the addresses. The engine gives no empty list.
async fn addresses(
    lookup: Result<PendingLookup, LookupError>,
) -> Result<Vec<IpAddress>, LookupError> {
    match &*lookup?.await? {
        Answer::Addresses(list) => Ok(list.addresses().map(IpAddress::from).collect()),
        _ => Err(LookupError::PermanentResolverFailure),
    }
}

impl Host for WinsockCtxView<'_> {}

impl From<LookupError> for ErrorCode {
    fn from(error: LookupError) -> ErrorCode {
        match error {
            LookupError::AccessDenied => ErrorCode::AccessDenied,
            LookupError::InvalidArgument => ErrorCode::InvalidArgument,
            LookupError::NameUnresolvable => ErrorCode::NameUnresolvable,
            LookupError::TemporaryResolverFailure => ErrorCode::TemporaryResolverFailure,
            LookupError::PermanentResolverFailure => ErrorCode::PermanentResolverFailure,
        }
    }
}
