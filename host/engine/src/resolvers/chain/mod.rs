//! Several resolvers as one.

use std::fmt;
use std::sync::{Arc, mpsc};

use crate::lookup::{Client, Delivered, Receiver};
use crate::lookup::{Lookup, Resolution, Resolver, Responder};
use crate::types::{ErrorCode, Outcome};

/// Asks several resolvers in order; a name that one does not know goes to the next.
///
/// - What a resolver knows at once ends the search, be it an answer or an error: it comes from
///   something that has the whole truth, such as a [`Tables`](super::Tables) on services.
/// - What one does not find after a wait goes on to the next; any other error is the outcome. A name
///   server that is silent does not make a name unknown.
/// - One that has to wait is not overtaken by those after it.
/// - A worker is needed only if one of those that may be asked needs one.
/// - When none has it: WSANO_DATA if one of them knows the name, else WSAHOST_NOT_FOUND (`S-R15`).
///
/// ```
/// use winsock_async_engine::resolvers::{Chain, System, Tables};
///
/// let resolver = Chain::new().then(Tables::system()).then(System::new());
/// # let _ = resolver;
/// ```
///
/// Limits: a chain of none finds nothing.
#[derive(Default)]
pub struct Chain {
    resolvers: Vec<Arc<dyn Resolver>>,
}

impl Chain {
    /// A chain of none.
    pub fn new() -> Chain {
        Chain::default()
    }

    /// The same with this one to ask after the others.
    #[must_use]
    pub fn then(mut self, resolver: impl Resolver) -> Chain {
        self.resolvers.push(Arc::new(resolver));
        self
    }
}

impl Resolver for Chain {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let mut known = self
            .resolvers
            .iter()
            .map(|resolver| resolver.try_resolve(lookup));
        match known.find(|known| *known != Resolution::NotFound) {
            Some(Resolution::Async) if known.any(|known| known == Resolution::Blocking) => {
                Resolution::Blocking
            }
            known => known.unwrap_or(Resolution::NotFound),
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        let mut found = Found::new(lookup);
        for resolver in &self.resolvers {
            let is_last = match resolver.try_resolve(lookup) {
                Resolution::Ready(outcome) => found.is_the_end(outcome, true),
                Resolution::NotFound => false,
                Resolution::Blocking => found.is_the_end(resolver.resolve_blocking(lookup), false),
                Resolution::Async => found.is_the_end(ask_and_wait(resolver, lookup), false),
            };
            if is_last {
                break;
            }
        }
        found.0
    }

    fn start(&self, lookup: &Lookup, reply: Responder) {
        let search = Search {
            left: self.resolvers.iter().rev().cloned().collect(),
            found: Found::new(lookup),
            lookup: lookup.clone(),
            reply,
        };
        drop(search.go_on());
    }
}

/// What was found so far.
struct Found(Outcome);

impl Found {
    fn new(lookup: &Lookup) -> Found {
        Found(Err(lookup.miss()))
    }

    /// Notes what one resolver has found, and says whether the search ends with it.
    fn is_the_end(&mut self, outcome: Outcome, is_whole_truth: bool) -> bool {
        match outcome {
            // Another may have it; that the name is known is remembered.
            Err(ErrorCode::HostNotFound) => is_whole_truth,
            Err(ErrorCode::NoData) => {
                self.0 = outcome;
                is_whole_truth
            }
            _ => {
                self.0 = outcome;
                true
            }
        }
    }
}

/// Blocks the thread until a resolver that does not wait has replied.
pub(super) fn ask_and_wait(resolver: &dyn Resolver, lookup: &Lookup) -> Outcome {
    let (sender, receiver) = mpsc::sync_channel(1);
    // Nobody receives only if this thread is gone.
    resolver.start(
        lookup,
        Responder::new(move |outcome| drop(sender.send(outcome))),
    );
    receiver.recv().unwrap_or(Err(ErrorCode::NoRecovery))
}

/// A search among resolvers of which none waits.
struct Search {
    /// Those that were not asked, the next one last.
    left: Vec<Arc<dyn Resolver>>,
    found: Found,
    lookup: Lookup,
    reply: Responder,
}

impl Search {
    fn go_on(mut self) -> Delivered {
        while let Some(resolver) = self.left.pop().filter(|_| self.reply.is_wanted()) {
            let is_last = match resolver.try_resolve(&self.lookup) {
                Resolution::Ready(outcome) => self.found.is_the_end(outcome, true),
                Resolution::NotFound => false,
                Resolution::Async => {
                    let lookup = self.lookup.clone();
                    resolver.start(&lookup, Responder::to(self));
                    return Delivered::NOBODY;
                }
                // Against its own word when the search began.
                Resolution::Blocking => self
                    .found
                    .is_the_end(resolver.resolve_blocking(&self.lookup), false),
            };
            if is_last {
                break;
            }
        }
        self.reply.deliver(self.found.0)
    }
}

impl Receiver for Search {
    fn is_wanted(&self) -> bool {
        self.reply.is_wanted()
    }

    fn receive(mut self: Box<Self>, outcome: Outcome) -> Delivered {
        if self.found.is_the_end(outcome, false) {
            self.reply.deliver(self.found.0)
        } else {
            self.go_on()
        }
    }

    fn client(&self) -> Client {
        self.reply.client()
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
