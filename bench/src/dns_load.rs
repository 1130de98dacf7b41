//! What every way of looking up names by a name server has in common.

use std::time::Duration;

/// Lookups in flight at a time, in each way.
pub(crate) const IN_FLIGHT: usize = 1000;
/// The time after which a question without a response is sent again.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(2);
/// How many times a question is sent.
pub(crate) const TRIES: u8 = 3;
