//! A guest's session, and whether its allocator runs.

use winsock_async_engine::{LookupEngine, Session};

/// The context of one guest: its session. Dropping the context cancels every pending request.
///
/// It belongs into the data that the runtime keeps for the guest, such as a store's.
#[derive(Debug)]
pub struct WinsockCtx {
    session: Session,
    /// Whether the guest's allocator runs for a result. It must not call an import.
    pub(crate) allocating: bool,
}

impl WinsockCtx {
    /// Creates a context with a new session of `engine`.
    pub fn new(engine: &LookupEngine) -> WinsockCtx {
        WinsockCtx {
            session: engine.session(),
            allocating: false,
        }
    }

    /// The session, for its statistics and for requests of the embedder.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}
