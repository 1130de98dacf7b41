//! A store's session, and access to it.

use wasmtime::component::ResourceTable;
use winsock_async_engine::{LookupEngine, Lookups, Session};
use winsock_async_face::HasSession;

use crate::bindings::{completions, completions_sync, lifecycle, readiness, requests, types};

/// The context of one guest: its session. Dropping the context cancels every pending request.
#[derive(Debug)]
pub struct WinsockCtx {
    session: Session,
}

impl WinsockCtx {
    /// Creates a context with a new session of `engine`.
    pub fn new(engine: &LookupEngine) -> WinsockCtx {
        WinsockCtx {
            session: engine.session(),
        }
    }

    /// Lookups of the same guest as futures, for the embedder's own interfaces. The guest's policy
    /// and limits apply to them (`S-W1`).
    pub fn lookups(&self) -> Lookups {
        self.session.lookups()
    }

    /// The session, for its statistics and for requests of the embedder.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// A view of a store's data: the context, and the table that holds its pollables.
#[derive(Debug)]
pub struct WinsockCtxView<'a> {
    /// The guest's context.
    pub ctx: &'a mut WinsockCtx,
    /// The store's resources.
    pub table: &'a mut ResourceTable,
}

/// Gives the interfaces access to their part of a store's data.
pub trait WinsockView: Send {
    /// The context and the table.
    fn winsock(&mut self) -> WinsockCtxView<'_>;
}

impl HasSession for WinsockCtxView<'_> {
    fn session(&mut self) -> &mut Session {
        &mut self.ctx.session
    }
}

impl types::Host for WinsockCtxView<'_> {}

winsock_async_face::convert_types!(types);

winsock_async_face::serve! {
    WinsockCtxView<'_>;
    lifecycle: lifecycle;
    requests: requests;
    completions: async completions;
    completions: sync completions_sync;
    readiness: readiness, |view| view.table;
}
