//! The interfaces in a component's linker.

use std::sync::Arc;

use wash_runtime::engine::ctx::Ctx;
use wasmtime::Result;
use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use crate::bindings::{completions, lifecycle, readiness, requests, types};
use crate::guest::{Tenant, View};

/// Adds the interfaces for a component.
///
/// The `add_to_linker` that `bindgen!` makes takes functions that are `Copy`, which could not own
/// the component's tenant.
///
/// # Errors
///
/// If the linker has one of these names already.
pub(super) fn add_to_linker(linker: &mut Linker<Ctx>, tenant: &Arc<Tenant>) -> Result<()> {
    type Store<'a> = StoreContextMut<'a, Ctx>;

    let owned = || Arc::clone(tenant);

    let mut instance = linker.instance("winsock:async-lookup/lifecycle@0.1.0")?;
    let tenant = owned();
    instance.func_wrap("startup", move |mut store: Store<'_>, (): ()| {
        let mut view = View::new(&tenant, store.data_mut());
        Ok((lifecycle::Host::startup(&mut view)?,))
    })?;
    let tenant = owned();
    instance.func_wrap("cleanup", move |mut store: Store<'_>, (): ()| {
        let mut view = View::new(&tenant, store.data_mut());
        Ok((lifecycle::Host::cleanup(&mut view)?,))
    })?;

    let mut instance = linker.instance("winsock:async-lookup/requests@0.1.0")?;
    let tenant = owned();
    type AsyncRequest = (types::Query, u64);
    let call = move |mut store: Store<'_>, (query, tag): AsyncRequest| {
        let mut view = View::new(&tenant, store.data_mut());
        Ok((requests::Host::async_request(&mut view, query, tag)?,))
    };
    instance.func_wrap("async-request", call)?;
    let tenant = owned();
    instance.func_wrap("cancel", move |mut store: Store<'_>, (handle,): (u64,)| {
        let mut view = View::new(&tenant, store.data_mut());
        Ok((requests::Host::cancel(&mut view, handle)?,))
    })?;

    let mut instance = linker.instance("winsock:async-lookup/completions@0.1.0")?;
    let tenant = owned();
    instance.func_wrap("take", move |mut store: Store<'_>, (max,): (u32,)| {
        let mut view = View::new(&tenant, store.data_mut());
        Ok((completions::Host::take(&mut view, max)?,))
    })?;
    let tenant = owned();
    instance.func_wrap_async(
        "wait",
        move |mut store: Store<'_>, (timeout,): (Option<u64>,)| {
            let tenant = Arc::clone(&tenant);
            Box::new(async move {
                let mut view = View::new(&tenant, store.data_mut());
                Ok((completions::Host::wait(&mut view, timeout).await?,))
            })
        },
    )?;

    let mut instance = linker.instance("winsock:async-lookup/readiness@0.1.0")?;
    let tenant = owned();
    instance.func_wrap("subscribe", move |mut store: Store<'_>, (): ()| {
        let mut view = View::new(&tenant, store.data_mut());
        Ok((readiness::Host::subscribe(&mut view)?,))
    })
}
