//! Several resolvers as one.

use std::fmt;
use std::sync::{Arc, mpsc};

use super::{Known, Lookup, Reply, Resolver};
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
/// use winsock_async_host::resolve::{Chain, System, Tables};
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
    fn known(&self, lookup: &Lookup) -> Known {
        let mut known = self.resolvers.iter().map(|resolver| resolver.known(lookup));
        match known.find(|known| *known != Known::Nothing) {
            Some(Known::Asks) if known.any(|known| known == Known::Later) => Known::Later,
            known => known.unwrap_or(Known::Nothing),
        }
    }

    fn resolve(&self, lookup: &Lookup) -> Outcome {
        let mut found = Found::new(lookup);
        for resolver in &self.resolvers {
            let is_last = match resolver.known(lookup) {
                Known::Now(outcome) => found.is_the_end(outcome, true),
                Known::Nothing => false,
                Known::Later => found.is_the_end(resolver.resolve(lookup), false),
                Known::Asks => found.is_the_end(ask_and_wait(resolver, lookup), false),
            };
            if is_last {
                break;
            }
        }
        found.0
    }

    fn ask(&self, lookup: &Lookup, reply: Reply) {
        let search = Search {
            left: self.resolvers.iter().rev().cloned().collect(),
            found: Found::new(lookup),
            lookup: lookup.clone(),
            reply,
        };
        search.go_on();
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

fn ask_and_wait(resolver: &dyn Resolver, lookup: &Lookup) -> Outcome {
    let (sender, receiver) = mpsc::sync_channel(1);
    // Nobody receives only if this thread is gone.
    resolver.ask(
        lookup,
        Reply::new(move |outcome| drop(sender.send(outcome))),
    );
    receiver.recv().unwrap_or(Err(ErrorCode::NoRecovery))
}

/// A search among resolvers of which none waits.
struct Search {
    /// Those that were not asked, the next one last.
    left: Vec<Arc<dyn Resolver>>,
    found: Found,
    lookup: Lookup,
    reply: Reply,
}

impl Search {
    fn go_on(mut self) {
        while let Some(resolver) = self.left.pop().filter(|_| self.reply.is_wanted()) {
            let is_last = match resolver.known(&self.lookup) {
                Known::Now(outcome) => self.found.is_the_end(outcome, true),
                Known::Nothing => false,
                Known::Asks => {
                    let lookup = self.lookup.clone();
                    return resolver.ask(&lookup, Reply::new(move |outcome| self.next(outcome)));
                }
                // Against its own word when the search began.
                Known::Later => self.found.is_the_end(resolver.resolve(&self.lookup), false),
            };
            if is_last {
                break;
            }
        }
        self.reply.send(self.found.0);
    }

    fn next(mut self, outcome: Outcome) {
        if self.found.is_the_end(outcome, false) {
            self.reply.send(self.found.0);
        } else {
            self.go_on();
        }
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
mod tests {
    use super::*;
    use crate::types::{Answer, HostEntry};
    use std::net::Ipv4Addr;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Says `known`, and `outcome` when it is asked to wait; counts the latter.
    struct Fake {
        known: Known,
        outcome: Outcome,
        resolved: Arc<AtomicUsize>,
    }

    impl Fake {
        fn new(known: Known, outcome: Outcome) -> (Fake, Arc<AtomicUsize>) {
            let resolved = Arc::new(AtomicUsize::new(0));
            let counter = resolved.clone();
            (
                Fake {
                    known,
                    outcome,
                    resolved,
                },
                counter,
            )
        }
    }

    impl Resolver for Fake {
        fn known(&self, _: &Lookup) -> Known {
            self.known.clone()
        }

        fn resolve(&self, _: &Lookup) -> Outcome {
            self.resolved.fetch_add(1, Relaxed);
            self.outcome.clone()
        }
    }

    fn host(name: &str) -> Outcome {
        Ok(Arc::new(Answer::Host(HostEntry::new(
            name,
            [Ipv4Addr::LOCALHOST],
        ))))
    }

    fn now(outcome: Outcome) -> Fake {
        Fake::new(Known::Now(outcome), Err(ErrorCode::NoRecovery)).0
    }

    fn later(outcome: Outcome) -> Fake {
        Fake::new(Known::Later, outcome).0
    }

    fn nothing() -> Fake {
        Fake::new(Known::Nothing, Err(ErrorCode::NoRecovery)).0
    }

    fn asked() -> Lookup {
        Lookup::HostByName("a.test".into())
    }

    fn resolve(fakes: Vec<Fake>) -> Outcome {
        fakes
            .into_iter()
            .fold(Chain::new(), Chain::then)
            .resolve(&asked())
    }

    fn known(fakes: Vec<Fake>) -> Known {
        fakes
            .into_iter()
            .fold(Chain::new(), Chain::then)
            .known(&asked())
    }

    #[test]
    fn the_first_that_knows_or_must_wait_decides() {
        assert_eq!(known(vec![]), Known::Nothing);
        assert_eq!(known(vec![nothing(), nothing()]), Known::Nothing);
        let one = || now(host("one"));
        assert_eq!(
            known(vec![nothing(), one(), now(host("two"))]),
            Known::Now(host("one"))
        );
        assert_eq!(
            known(vec![nothing(), later(host("two")), one()]),
            Known::Later
        );
        let denied = Err(ErrorCode::AccessDenied);
        assert_eq!(known(vec![now(denied.clone()), one()]), Known::Now(denied));
    }

    #[test]
    fn a_miss_goes_on_and_any_other_error_ends() {
        // S-R15
        let miss = || later(Err(ErrorCode::HostNotFound));
        let no_data = || later(Err(ErrorCode::NoData));
        assert_eq!(
            resolve(vec![miss(), no_data(), later(host("x"))]),
            host("x")
        );
        assert_eq!(
            resolve(vec![miss(), now(host("x")), later(host("y"))]),
            host("x")
        );
        for error in [
            ErrorCode::TryAgain,
            ErrorCode::NoRecovery,
            ErrorCode::AccessDenied,
        ] {
            assert_eq!(
                resolve(vec![later(Err(error)), later(host("x"))]),
                Err(error)
            );
        }
    }

    #[test]
    fn when_none_has_it_the_one_that_knows_the_name_is_believed() {
        // S-R15
        let miss = || later(Err(ErrorCode::HostNotFound));
        let no_data = || later(Err(ErrorCode::NoData));
        assert_eq!(resolve(vec![]), Err(ErrorCode::HostNotFound));
        assert_eq!(resolve(vec![miss(), miss()]), Err(ErrorCode::HostNotFound));
        assert_eq!(resolve(vec![miss(), no_data()]), Err(ErrorCode::NoData));
        assert_eq!(resolve(vec![no_data(), miss()]), Err(ErrorCode::NoData));
        let known_miss = now(Err(ErrorCode::HostNotFound));
        assert_eq!(
            resolve(vec![no_data(), known_miss, later(host("x"))]),
            Err(ErrorCode::NoData)
        );
    }

    #[test]
    fn only_those_that_must_wait_are_made_to() {
        let (first, first_count) = Fake::new(Known::Nothing, host("first"));
        let (second, second_count) = Fake::new(Known::Later, Err(ErrorCode::HostNotFound));
        let (third, third_count) = Fake::new(Known::Now(host("third")), host("other"));
        assert_eq!(resolve(vec![first, second, third]), host("third"));
        let counts = [first_count, second_count, third_count];
        assert_eq!(counts.map(|count| count.load(Relaxed)), [0, 1, 0]);
    }
}
