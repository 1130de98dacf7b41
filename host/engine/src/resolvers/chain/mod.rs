//! Several resolvers as one.

use std::fmt;
use std::sync::Arc;

use super::wait::start_and_wait;
use crate::lookup::{
    Client, Delivered, Lookup, Receiver, Resolution, Resolver, Responder, SharedOutcome,
    TimedOutcome,
};
use crate::policy::Policy;
use crate::types::{ErrorCode, Outcome};

/// Asks several resolvers in order: a lookup that one resolver does not find goes on to the next.
///
/// - An immediate answer or error ends the search: that resolver knows all names of that kind, as
///   [`Tables`](super::Tables) knows all services.
/// - After a wait, WSAHOST_NOT_FOUND and WSANO_DATA go on to the next resolver. Any other error
///   ends the search: a silent name server does not make a name unknown.
/// - A resolver that answers at once does not overtake an earlier one that waits.
/// - A lookup takes a worker thread only if one of the resolvers that it may reach needs one.
/// - If no resolver finds the lookup, the outcome is WSAHOST_NOT_FOUND, or WSANO_DATA if a resolver
///   knows the name (`S-R15`: the name errors are told apart).
///
/// ```
/// use winsock_async_engine::resolvers::{Chain, System, Tables};
///
/// let resolver = Chain::new().then(Tables::system()).then(System::new());
/// # let _ = resolver;
/// ```
///
/// An empty chain finds nothing.
#[derive(Default)]
pub struct Chain {
    resolvers: Vec<Arc<dyn Resolver>>,
}

impl Chain {
    /// An empty chain.
    pub fn new() -> Chain {
        Chain::default()
    }

    /// Adds a resolver after the others.
    #[must_use]
    pub fn then(mut self, resolver: impl Resolver) -> Chain {
        self.resolvers.push(Arc::new(resolver));
        self
    }
}

impl Chain {
    /// Asks the resolvers in order, and waits for each.
    fn resolve(&self, lookup: &Lookup, policy: Option<&Arc<Policy>>) -> Outcome {
        let mut partial = PartialResult::new(lookup);
        for resolver in &self.resolvers {
            let is_last = match resolver.try_resolve(lookup) {
                Resolution::NotFound => false,
                Resolution::Blocking => {
                    partial.add(resolve_blocking(&**resolver, lookup, policy), false)
                }
                Resolution::Async => partial.add(start_and_wait(resolver, lookup, policy), false),
                ready => partial.add_ready(ready, lookup),
            };
            if is_last {
                break;
            }
        }
        partial.0.outcome
    }
}

/// Has a resolver look an answer up on this thread.
fn resolve_blocking(
    resolver: &dyn Resolver,
    lookup: &Lookup,
    policy: Option<&Arc<Policy>>,
) -> Outcome {
    match policy {
        Some(policy) => resolver.resolve_with_policy(lookup, policy),
        None => resolver.resolve_blocking(lookup),
    }
}

impl Resolver for Chain {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let mut resolutions = self
            .resolvers
            .iter()
            .map(|resolver| resolver.try_resolve(lookup));
        match resolutions.find(|first| *first != Resolution::NotFound) {
            Some(Resolution::Async) if resolutions.any(|later| later == Resolution::Blocking) => {
                Resolution::Blocking
            }
            first => first.unwrap_or(Resolution::NotFound),
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        self.resolve(lookup, None)
    }

    fn resolve_with_policy(&self, lookup: &Lookup, policy: &Arc<Policy>) -> Outcome {
        self.resolve(lookup, Some(policy))
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        let search = Search {
            left: self.resolvers.iter().rev().cloned().collect(),
            partial: PartialResult::new(lookup),
            lookup: lookup.clone(),
            responder,
        };
        drop(search.advance());
    }
}

/// The outcome if no further resolver finds the lookup.
struct PartialResult(TimedOutcome);

impl PartialResult {
    fn new(lookup: &Lookup) -> PartialResult {
        PartialResult(Err(lookup.miss()).into())
    }

    /// Adds the outcome of one resolver, and returns whether the search ends with it.
    /// `is_immediate` says that the resolver gave it at once.
    fn add(&mut self, outcome: impl Into<TimedOutcome>, is_immediate: bool) -> bool {
        let outcome = outcome.into();
        match outcome.outcome {
            // The next resolver may find it. An earlier WSANO_DATA stays: the name is known.
            Err(ErrorCode::HostNotFound) => is_immediate,
            Err(ErrorCode::NoData) => {
                self.0 = outcome;
                is_immediate
            }
            _ => {
                self.0 = outcome;
                true
            }
        }
    }

    /// Adds a resolver's immediate outcome, like [`add`](Self::add).
    fn add_ready(&mut self, ready: Resolution, lookup: &Lookup) -> bool {
        ready
            .timed_outcome(lookup)
            .is_some_and(|outcome| self.add(outcome, true))
    }
}

/// A search among resolvers that need no worker.
struct Search {
    /// The resolvers that are left, the next one last.
    left: Vec<Arc<dyn Resolver>>,
    partial: PartialResult,
    lookup: Lookup,
    responder: Responder,
}

impl Search {
    fn advance(mut self) -> Delivered {
        while let Some(resolver) = self.left.pop().filter(|_| self.responder.is_wanted()) {
            let is_last = match resolver.try_resolve(&self.lookup) {
                Resolution::NotFound => false,
                Resolution::Async => {
                    let lookup = self.lookup.clone();
                    resolver.start(&lookup, Responder::to(self));
                    return Delivered::NOBODY;
                }
                // The resolver was not `Blocking` when the search began.
                Resolution::Blocking => {
                    let policy = self.responder.policy();
                    let outcome = resolve_blocking(&*resolver, &self.lookup, policy);
                    self.partial.add(outcome, false)
                }
                ready => self.partial.add_ready(ready, &self.lookup),
            };
            if is_last {
                break;
            }
        }
        self.responder.deliver(self.partial.0)
    }
}

impl Receiver for Search {
    fn is_wanted(&self) -> bool {
        self.responder.is_wanted()
    }

    fn receive(mut self: Box<Self>, outcome: TimedOutcome) -> Delivered {
        if self.partial.add(outcome, false) {
            self.responder.deliver(self.partial.0)
        } else {
            self.advance()
        }
    }

    fn receive_shared(mut self: Box<Self>, outcome: &mut SharedOutcome) -> Delivered {
        if self.partial.add(outcome.outcome().clone(), false) {
            self.responder.deliver_shared(outcome)
        } else {
            self.advance()
        }
    }

    fn policy(&self) -> Option<&Arc<Policy>> {
        self.responder.policy()
    }

    fn client(&self) -> Client {
        self.responder.client()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("resolvers", &self.resolvers.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
