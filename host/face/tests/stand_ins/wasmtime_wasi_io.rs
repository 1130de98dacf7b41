//! What the macros name of wasmtime-wasi-io.

pub use async_trait::async_trait;

pub mod poll {
    use async_trait::async_trait;

    use crate::wasmtime::Result;
    use crate::wasmtime::component::{Resource, ResourceTable};

    #[async_trait]
    pub trait Pollable: Send + 'static {
        async fn ready(&mut self);
    }

    pub struct DynPollable {
        entry: usize,
        ready: fn(&mut ResourceTable, usize) -> &mut dyn Pollable,
    }

    pub fn subscribe<T: Pollable>(
        table: &mut ResourceTable,
        entry: Resource<T>,
    ) -> Result<Resource<DynPollable>> {
        table.push(DynPollable {
            entry: entry.0,
            ready: |table, entry| {
                let entry: &mut T = table.get_mut(&Resource::at(entry));
                entry
            },
        })
    }

    /// The pollable of a guest's handle.
    pub fn pollable<'a>(
        table: &'a mut ResourceTable,
        handle: &Resource<DynPollable>,
    ) -> &'a mut dyn Pollable {
        let &mut DynPollable { entry, ready } = table.get_mut(handle);
        ready(table, entry)
    }
}
