//! Checked questions, and the trait that answers them.

pub(crate) mod question;
mod responder;
mod timed;

use std::sync::Arc;
use std::time::Instant;

pub use self::question::Lookup;
pub use self::responder::Responder;
pub(crate) use self::responder::{Client, Delivered, Notify, Receiver, SharedOutcome};
pub(crate) use self::timed::TimedOutcome;
use crate::policy::Policy;
use crate::types::Outcome;

/// A resolver's immediate response to a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// The outcome is known.
    Ready(Outcome),
    /// The outcome is known, and its answer lives until then.
    ReadyUntil(Outcome, Instant),
    /// The resolver has no answer, and waiting would not find one.
    NotFound,
    /// A worker thread calls [`Resolver::resolve_blocking`], which may block.
    Blocking,
    /// The guest's thread calls [`Resolver::start`], which must not block.
    Async,
}

impl Resolution {
    /// The outcome of a lookup that has this resolution. `None` if it is not known yet.
    pub(crate) fn outcome(self, lookup: &Lookup) -> Option<Outcome> {
        self.timed_outcome(lookup).map(|timed| timed.outcome)
    }

    /// The outcome like [`outcome`](Self::outcome), with the time that its answer lives.
    pub(crate) fn timed_outcome(self, lookup: &Lookup) -> Option<TimedOutcome> {
        match self {
            Resolution::Ready(outcome) => Some(outcome.into()),
            Resolution::ReadyUntil(outcome, expires) => Some(TimedOutcome {
                outcome,
                expires: Some(expires),
            }),
            Resolution::NotFound => Some(Err(lookup.miss()).into()),
            Resolution::Blocking | Resolution::Async => None,
        }
    }
}

/// Answers lookups. One resolver serves all sessions of an engine, on several threads at once.
///
/// [`try_resolve`](Self::try_resolve) returns an immediate answer, or says how the lookup goes on:
///
/// - [`resolve_blocking`](Self::resolve_blocking) runs on a worker thread and may block;
/// - [`start`](Self::start) suits a resolver that has threads of its own.
///
/// A cancel does not reach a resolver: the session drops the late outcome (`S-C1`: no completion
/// after a cancel). A resolver that never returns keeps its worker. An extra worker replaces that
/// worker once the request is cancelled, or the lookup has run longer than
/// [`Limits::stuck_after`](crate::Limits::stuck_after) (`S-C7`).
///
/// A resolver that makes further names of a lookup's name, by a search list, must ask the policy
/// about each ([`resolve_with_policy`](Self::resolve_with_policy), [`Responder::policy`]).
///
/// An outcome is judged by the policy and trimmed to
/// [`Limits::answer_bytes`](crate::Limits::answer_bytes) before the guest gets it.
pub trait Resolver: Send + Sync + 'static {
    /// Responds to a lookup at once. Called on the guest's thread: it must not block, not even on a
    /// lock. A panic becomes [`NoRecovery`](crate::ErrorCode::NoRecovery).
    fn try_resolve(&self, lookup: &Lookup) -> Resolution;

    /// Looks an answer up, and may block. Called on a worker thread after [`Resolution::Blocking`].
    /// A panic becomes [`NoRecovery`](crate::ErrorCode::NoRecovery). Default: [`Lookup::miss`].
    ///
    /// Knows no policy, so it asks for the lookup's own name alone: no search list applies
    /// (`S-R16`).
    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        Err(lookup.miss())
    }

    /// Looks an answer up like [`resolve_blocking`](Self::resolve_blocking), which is the default.
    /// The engine calls this method. A resolver that asks for further names, as a search list makes
    /// them, may ask only for names that `policy` allows (`S-R16`). A resolver that passes lookups
    /// on to another resolver passes the policy on too.
    fn resolve_with_policy(&self, lookup: &Lookup, policy: &Arc<Policy>) -> Outcome {
        let _ = policy;
        self.resolve_blocking(lookup)
    }

    /// Begins to look an answer up, and sends the outcome to `responder` from any thread. Called on
    /// the guest's thread after [`Resolution::Async`]: it must not block. A panic becomes
    /// [`NoRecovery`](crate::ErrorCode::NoRecovery). Default: sends the outcome of
    /// `resolve_blocking`.
    fn start(&self, lookup: &Lookup, responder: Responder) {
        responder.send(self.resolve_blocking(lookup));
    }
}

impl<R: Resolver + ?Sized> Resolver for Arc<R> {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        (**self).try_resolve(lookup)
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        (**self).resolve_blocking(lookup)
    }

    fn resolve_with_policy(&self, lookup: &Lookup, policy: &Arc<Policy>) -> Outcome {
        (**self).resolve_with_policy(lookup, policy)
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        (**self).start(lookup, responder);
    }
}

impl<R: Resolver + ?Sized> Resolver for Box<R> {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        (**self).try_resolve(lookup)
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        (**self).resolve_blocking(lookup)
    }

    fn resolve_with_policy(&self, lookup: &Lookup, policy: &Arc<Policy>) -> Outcome {
        (**self).resolve_with_policy(lookup, policy)
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        (**self).start(lookup, responder);
    }
}
