//! The functions of the interfaces. Each one calls the session.

use std::time::Duration;

use wasmtime::Result;
use wasmtime::component::Resource;
use wasmtime_wasi_io::async_trait;
use wasmtime_wasi_io::poll::{DynPollable, Pollable, subscribe};

use winsock_async_engine::{Completion, ErrorCode, Query, Readiness, TaskHandle};

use crate::bindings::{completions, completions_sync, lifecycle, readiness, requests};
use crate::ctx::WinsockCtxView;
use crate::timer;

impl lifecycle::Host for WinsockCtxView<'_> {
    fn startup(&mut self) -> Result<Result<(), ErrorCode>> {
        Ok(self.ctx.session.startup())
    }

    fn cleanup(&mut self) -> Result<Result<(), ErrorCode>> {
        Ok(self.ctx.session.cleanup())
    }
}

impl requests::Host for WinsockCtxView<'_> {
    fn async_request(&mut self, query: Query, tag: u64) -> Result<Result<TaskHandle, ErrorCode>> {
        Ok(self.ctx.session.request(query, tag))
    }

    fn cancel(&mut self, handle: TaskHandle) -> Result<Result<(), ErrorCode>> {
        Ok(self.ctx.session.cancel(handle))
    }
}

impl completions::Host for WinsockCtxView<'_> {
    fn take(&mut self, max: u32) -> Result<Vec<Completion>> {
        Ok(self.take(max))
    }

    async fn wait(&mut self, timeout: Option<u64>) -> Result<bool> {
        let session = &mut self.ctx.session;
        let Some(nanoseconds) = timeout else {
            return Ok(session.completed().await);
        };
        if nanoseconds == 0 {
            return Ok(session.wait(Some(Duration::ZERO)));
        }
        let timeout = Duration::from_nanos(nanoseconds);
        let completed = timer::with(|| tokio::time::timeout(timeout, session.completed()))?;
        match completed.await {
            Ok(ready) => Ok(ready),
            Err(_elapsed) => Ok(false),
        }
    }
}

impl completions_sync::Host for WinsockCtxView<'_> {
    fn take(&mut self, max: u32) -> Result<Vec<Completion>> {
        Ok(self.take(max))
    }

    fn wait(&mut self, timeout: Option<u64>) -> Result<bool> {
        Ok(self.ctx.session.wait(timeout.map(Duration::from_nanos)))
    }
}

impl WinsockCtxView<'_> {
    fn take(&mut self, max: u32) -> Vec<Completion> {
        self.ctx
            .session
            .take(usize::try_from(max).unwrap_or(usize::MAX))
    }
}

impl readiness::Host for WinsockCtxView<'_> {
    fn subscribe(&mut self) -> Result<Resource<DynPollable>> {
        // Each pollable has its own entry: the guest may drop pollables in any order.
        let entry = self
            .table
            .push(CompletionPollable(self.ctx.session.readiness()))?;
        subscribe(self.table, entry)
    }
}

/// A pollable that is ready while the guest can take completions.
struct CompletionPollable(Readiness);

#[async_trait]
impl Pollable for CompletionPollable {
    async fn ready(&mut self) {
        self.0.ready().await;
    }
}
