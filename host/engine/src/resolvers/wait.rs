//! Waiting for a resolver that itself never waits.

use std::sync::{Arc, mpsc};

use crate::lookup::{Lookup, Resolver, Responder};
use crate::policy::Policy;
use crate::types::{ErrorCode, Outcome};

/// Starts a lookup and blocks the thread until its outcome comes. A responder that is dropped
/// unsent gives [`ErrorCode::NoRecovery`].
pub(super) fn start_and_wait(
    resolver: &dyn Resolver,
    lookup: &Lookup,
    policy: Option<&Arc<Policy>>,
) -> Outcome {
    let (sender, receiver) = mpsc::sync_channel(1);
    let respond = move |outcome| {
        // The receiver lives until this thread returns.
        let _ = sender.send(outcome);
    };
    let responder = match policy {
        Some(policy) => Responder::with_policy(Arc::clone(policy), respond),
        None => Responder::new(respond),
    };
    resolver.start(lookup, responder);
    receiver.recv().unwrap_or(Err(ErrorCode::NoRecovery))
}
