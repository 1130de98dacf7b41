//! The seam between this library and what it runs on: the host's interfaces, a clock and sleep.

use std::time::Duration;

use crate::answer::Answer;
use crate::bindings::types::Query;
use crate::error::WsaError;

/// What the rest of the crate asks of its surroundings.
pub(crate) trait Host {
    /// `lifecycle.startup`.
    fn startup() -> Result<(), WsaError>;
    /// `lifecycle.cleanup`.
    fn cleanup() -> Result<(), WsaError>;
    /// `requests.async-request`.
    fn request(query: Query<'_>, tag: u64) -> Result<u64, WsaError>;
    /// `requests.cancel`.
    fn cancel(handle: u64) -> Result<(), WsaError>;
    /// `completions.take`.
    fn take(max: u32) -> Vec<Completion>;
    /// `completions.wait`.
    fn wait(timeout: Option<Duration>) -> bool;
    /// A clock that never goes back, from some fixed point.
    fn now() -> Duration;
    /// Waits without spinning, for when nothing is outstanding.
    fn sleep(time: Duration);
}

/// What the crate runs on: the component's imports, or a host of the tests' own.
#[cfg(not(test))]
pub(crate) type Current = component::Component;
#[cfg(test)]
pub(crate) type Current = crate::fake::Fake;

/// The end of a request that was not cancelled.
#[derive(Clone, Debug)]
pub(crate) struct Completion {
    pub handle: u64,
    pub tag: u64,
    pub outcome: Result<Answer, WsaError>,
}

#[cfg(not(test))]
mod component {
    use std::sync::OnceLock;
    use std::time::{Duration, Instant};

    use super::{Completion, Host};
    use crate::bindings::types::Query;
    use crate::bindings::{completions, lifecycle, requests};
    use crate::error::WsaError;

    /// The host of the component that this is linked into.
    pub(crate) struct Component;

    impl Host for Component {
        fn startup() -> Result<(), WsaError> {
            lifecycle::startup().map_err(WsaError::from)
        }

        fn cleanup() -> Result<(), WsaError> {
            lifecycle::cleanup().map_err(WsaError::from)
        }

        fn request(query: Query<'_>, tag: u64) -> Result<u64, WsaError> {
            requests::async_request(query, tag).map_err(WsaError::from)
        }

        fn cancel(handle: u64) -> Result<(), WsaError> {
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
}
