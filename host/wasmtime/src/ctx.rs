//! A store's session, and access to it.

use wasmtime::component::ResourceTable;
use winsock_async_engine::{LookupEngine, Lookups, Session};

/// The context of one guest: its session. Dropping the context cancels every pending request.
#[derive(Debug)]
pub struct WinsockCtx {
    pub(crate) session: Session,
    /// Once the embedder has asked for a check of connections.
    #[cfg(feature = "wasi")]
    pub(crate) connections: std::sync::OnceLock<winsock_async_engine::Connections>,
    /// Where the guest's sockets listen or are bound for UDP, by their index in the table.
    #[cfg(feature = "wasi")]
    pub(crate) open_sockets: std::collections::HashMap<u32, std::net::SocketAddr>,
}

impl WinsockCtx {
    /// Creates a context with a new session of `engine`.
    pub fn new(engine: &LookupEngine) -> WinsockCtx {
        WinsockCtx {
            session: engine.session(),
            #[cfg(feature = "wasi")]
            connections: std::sync::OnceLock::new(),
            #[cfg(feature = "wasi")]
            open_sockets: std::collections::HashMap::new(),
        }
    }

    /// Lookups of the same guest as futures, for the embedder's own interfaces. The guest's policy
    /// and limits apply to them (`S-W1`).
    pub fn lookups(&self) -> Lookups {
        self.session.lookups()
    }

    /// What judges the guest's connections.
    #[cfg(feature = "wasi")]
    pub(crate) fn connections(&self) -> winsock_async_engine::Connections {
        let connections = self.connections.get_or_init(|| self.session.connections());
        connections.clone()
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
