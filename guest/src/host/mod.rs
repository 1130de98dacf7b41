//! What this library runs on: the interfaces of the host, a clock, and sleep.

#[cfg(not(test))]
mod component;
#[cfg(test)]
pub(crate) mod fake;
mod seam;

use crate::bindings::types::Query;
use crate::error::WsaError;
use crate::handle::TaskHandle;
use crate::query;

pub(crate) use seam::Host;

/// What the library runs on: the imports of the component or, in native tests, a fake host.
#[cfg(not(test))]
pub(crate) type Current = component::Component;
#[cfg(test)]
pub(crate) type Current = fake::Fake;

/// Starts a request, with arguments of at most [`query::MAX_ARGUMENT_BYTES`] bytes. The caller's
/// are copied on their way to the host, which ends a program that passes too many bytes.
pub(crate) fn request(query: Query<'_>, tag: u64) -> Result<TaskHandle, WsaError> {
    Current::request(query::bounded(query), tag)
}
