//! The host of the component that this library is linked into.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::seam::{Completion, Host};
use crate::bindings::types::Query;
use crate::bindings::{completions, lifecycle, requests};
use crate::error::WsaError;
use crate::handle::TaskHandle;

/// The imports of the component.
pub(crate) struct Component;

impl Host for Component {
    fn startup() -> Result<(), WsaError> {
        lifecycle::startup().map_err(WsaError::from)
    }

    fn cleanup() -> Result<(), WsaError> {
        lifecycle::cleanup().map_err(WsaError::from)
    }

    fn request(query: Query<'_>, tag: u64) -> Result<TaskHandle, WsaError> {
        requests::async_request(query, tag).map_err(WsaError::from)
    }

    fn cancel(handle: TaskHandle) -> Result<(), WsaError> {
        requests::cancel(handle).map_err(WsaError::from)
    }

    fn take(max: u32) -> Vec<Completion> {
        let taken = completions::take(max).into_iter();
        taken
            .map(|c| Completion {
                handle: c.handle,
                tag: c.tag,
                outcome: c.outcome.map(Into::into).map_err(WsaError::from),
            })
            .collect()
    }

    fn wait(timeout: Option<Duration>) -> bool {
        let nanoseconds = |t: Duration| u64::try_from(t.as_nanos()).unwrap_or(u64::MAX);
        completions::wait(timeout.map(nanoseconds))
    }

    fn now() -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    fn sleep(time: Duration) {
        std::thread::sleep(time);
    }
}
