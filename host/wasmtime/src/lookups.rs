//! `winsock:async-lookup-p3/lookups`: a lookup is one async function.

use std::sync::Arc;

use wasmtime::Result;
use wasmtime::component::Accessor;
use winsock_async_engine::{Answer, ErrorCode, Query};

use crate::bindings::lookups::{Host, HostWithStore};
use crate::ctx::WinsockCtxView;
use crate::linker::Winsock;

impl<T> HostWithStore<T> for Winsock {
    async fn lookup(
        store: &Accessor<T, Self>,
        query: Query,
    ) -> Result<Result<Arc<Answer>, ErrorCode>> {
        // A cancel by the guest drops this future, and the lookup with it (`S-F2`).
        let lookup = store.with(|mut store| store.get().ctx.lookups().begin(query));
        Ok(lookup.await)
    }
}

impl Host for WinsockCtxView<'_> {}
