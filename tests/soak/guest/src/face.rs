//! The two ways to the host: the interface itself, and the library's messages.

use std::time::Duration;

use winsock_async_guest::{Answer, TaskHandle};
use winsock_async_model::{Code, TakenCompletion};

use crate::question::Query;

/// A way to the host.
pub(crate) trait Face {
    /// Whether this is the interface itself. The library has no tags. It also takes completions
    /// into its queue, so the host may count fewer outstanding requests than the guest.
    const RAW: bool;

    /// Starts up.
    fn startup(&mut self);
    /// Cleans up, the last time.
    fn cleanup(&mut self);
    /// Starts a request. Its completion has this tag, or 0 if the face has no tags.
    fn ask(&mut self, query: &Query, tag: u64) -> Result<TaskHandle, Code>;
    /// Cancels a request.
    fn cancel(&mut self, handle: TaskHandle) -> Result<(), Code>;
    /// Takes at most `max` completions, without waiting.
    fn take(&mut self, max: u32) -> Vec<TakenCompletion<Answer>>;
    /// Waits until there is a completion or the time is over, and takes completions.
    fn wait(&mut self, time: Duration, way: Way) -> Vec<TakenCompletion<Answer>>;
}

/// How to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// With a time-out.
    Timed,
    /// Without a time-out.
    Endless,
    /// For a pollable and a timer.
    Polled,
}
