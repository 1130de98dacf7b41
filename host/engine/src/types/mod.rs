//! Queries, answers and errors, as the WIT interface has them.
//!
//! With the feature `wasmtime` these types cross the component boundary themselves: an answer is
//! built once, and an answer from a table is shared.

mod address;
mod answer;
mod error;
mod query;

use std::sync::Arc;

#[cfg(feature = "wasmtime")]
use wasmtime::component::{ComponentType, Lower};

pub use self::address::{AddressFamily, AddressList, IpAddress};
pub use self::answer::{Answer, HostEntry, ProtocolEntry, ServiceEntry};
pub use self::error::ErrorCode;
pub use self::query::{
    AF_INET, AddressQuery, NameQuery, Query, ServiceNameQuery, ServicePortQuery,
};

/// Names one outstanding request of one session. A handle is never 0, and is invalid in other
/// sessions (`S-R17`).
pub type TaskHandle = u64;

/// The result of a request: an answer, which requests may share, or an error.
pub type Outcome = Result<Arc<Answer>, ErrorCode>;

/// The completion of a request. A request that is not cancelled has exactly one (`S-R6`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct Completion {
    /// The handle of the request.
    pub handle: TaskHandle,
    /// The number that the guest gave with the request.
    pub tag: u64,
    /// The answer or the error.
    pub outcome: Outcome,
}
