//! The two ways to the host: the interface itself, and the library's messages.

use std::time::Duration;

use winsock_async_guest::{Answer, TaskHandle, WsaError};

use crate::question::Query;

/// What a guest does with the host.
pub trait Face {
    /// Whether what is outstanding here is so in the host, too: nobody takes completions but the guest.
    const EXACT: bool;

    /// Starts up.
    fn startup(&mut self);
    /// Cleans up, the last time.
    fn cleanup(&mut self);
    /// Starts a request. `tag` comes back with it, where the face has tags.
    fn ask(&mut self, query: &Query, tag: u64) -> Result<TaskHandle, WsaError>;
    /// Cancels a request.
    fn cancel(&mut self, handle: TaskHandle) -> Result<(), WsaError>;
    /// What has completed, up to `max`, without waiting.
    fn take(&mut self, max: u32) -> Vec<Done>;
    /// The same, after waiting until there is something; nothing if the time is over first. There are
    /// several ways to wait, which `way` chooses among; not all end when the time is over.
    fn wait(&mut self, time: Duration, way: Way) -> Vec<Done>;
}

/// How to wait.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// For so long.
    Timed,
    /// For as long as it takes.
    Endless,
    /// For a pollable and a timer.
    Polled,
}

/// A completion.
#[derive(Debug)]
pub struct Done {
    /// The request's handle.
    pub handle: TaskHandle,
    /// Its tag, where the face has tags.
    pub tag: Option<u64>,
    /// What came of it.
    pub outcome: Result<Answer, WsaError>,
}
