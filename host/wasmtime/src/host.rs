//! The functions of the interfaces. Each one calls the session.

use winsock_async_engine::Session;
use winsock_async_face::HasSession;

use crate::bindings::{completions, completions_sync, lifecycle, readiness, requests};
use crate::ctx::WinsockCtxView;

impl HasSession for WinsockCtxView<'_> {
    fn session(&mut self) -> &mut Session {
        &mut self.ctx.session
    }
}

winsock_async_face::serve! {
    WinsockCtxView<'_>;
    lifecycle: lifecycle;
    requests: requests;
    completions: async completions;
    completions: sync completions_sync;
    readiness: readiness, |view| view.table;
}
