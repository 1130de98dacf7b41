//! The calls of a host that this library makes.

use std::time::Duration;

use crate::answer::Outcome;
use crate::bindings::types::Query;
use crate::error::WsaError;
use crate::handle::TaskHandle;

/// The interfaces of a host.
pub(crate) trait Host {
    /// `lifecycle.startup`.
    fn startup() -> Result<(), WsaError>;
    /// `lifecycle.cleanup`.
    fn cleanup() -> Result<(), WsaError>;
    /// `requests.async-request`.
    fn request(query: Query<'_>, tag: u64) -> Result<TaskHandle, WsaError>;
    /// `requests.cancel`.
    fn cancel(handle: TaskHandle) -> Result<(), WsaError>;
    /// `completions.take`.
    fn take(max: u32) -> Vec<Completion>;
    /// `completions.wait`.
    fn wait(timeout: Option<Duration>) -> bool;
    /// The time on a monotonic clock. Its zero is arbitrary.
    fn now() -> Duration;
    /// Waits without spinning. Called when no request is outstanding.
    fn sleep(time: Duration);
}

/// The end of a request that was not cancelled.
#[derive(Clone, Debug)]
pub(crate) struct Completion {
    pub(crate) handle: TaskHandle,
    pub(crate) tag: u64,
    pub(crate) outcome: Outcome,
}
