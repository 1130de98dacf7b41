//! Waiting for a resolver that itself never waits.

use std::sync::mpsc;

use crate::lookup::{Lookup, Resolver, Responder};
use crate::types::{ErrorCode, Outcome};

/// Starts a lookup and blocks the thread until its outcome comes. A responder that is dropped
/// unsent gives [`ErrorCode::NoRecovery`].
pub(super) fn start_and_wait(resolver: &dyn Resolver, lookup: &Lookup) -> Outcome {
    let (sender, receiver) = mpsc::sync_channel(1);
    let responder = Responder::new(move |outcome| {
        // The receiver lives until this thread returns.
        let _ = sender.send(outcome);
    });
    resolver.start(lookup, responder);
    receiver.recv().unwrap_or(Err(ErrorCode::NoRecovery))
}
