//! Checked questions, and the trait that answers them.

mod responder;

use std::net::Ipv4Addr;
use std::sync::Arc;

pub use self::responder::Responder;
pub(crate) use self::responder::{Client, Delivered, Notify, Receiver, SharedOutcome};
use crate::policy::Policy;
use crate::types::{Answer, ErrorCode, Outcome};

/// A checked question: its names are well-formed, and the policy allows it.
///
/// Host names are lower-case ASCII in IDNA's form, with a trailing dot if the guest gave one. Names
/// of services and protocols are as the guest gave them, and match without regard to case
/// (`S-R12`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lookup {
    /// A host by its name. The name does not read as an address.
    HostByName(Box<str>),
    /// A host by its address.
    HostByAddress(Ipv4Addr),
    /// A service by its name or an alias.
    ServiceByName {
        /// The name.
        name: Box<str>,
        /// The protocol, never empty. Without one, the first entry that matches is the answer.
        protocol: Option<Box<str>>,
    },
    /// A service by its port.
    ServiceByPort {
        /// The port as a number: 80 for http.
        port: u16,
        /// The protocol, never empty. Without one, the first entry that matches is the answer.
        protocol: Option<Box<str>>,
    },
    /// A protocol by its name or an alias.
    ProtocolByName(Box<str>),
    /// A protocol by its number.
    ProtocolByNumber(i32),
}

impl Lookup {
    /// The error of a lookup that finds nothing: `HostNotFound` for hosts (`S-R15`), `NoData` for
    /// services and protocols (`S-R12`).
    pub fn miss(&self) -> ErrorCode {
        match self {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => ErrorCode::HostNotFound,
            _ => ErrorCode::NoData,
        }
    }

    /// Checks an outcome of a resolver. An answer of another kind is `NoRecovery`, a host without
    /// an address is `NoData` (`S-R15`).
    pub(crate) fn checked(&self, outcome: Outcome) -> Outcome {
        let answer = outcome?;
        match (self, &*answer) {
            (Lookup::HostByName(_) | Lookup::HostByAddress(_), Answer::Host(host)) => {
                if host.addresses().len() == 0 {
                    Err(ErrorCode::NoData)
                } else {
                    Ok(answer)
                }
            }
            (Lookup::ServiceByName { .. } | Lookup::ServiceByPort { .. }, Answer::Service(_))
            | (Lookup::ProtocolByName(_) | Lookup::ProtocolByNumber(_), Answer::Protocol(_)) => {
                Ok(answer)
            }
            _ => Err(ErrorCode::NoRecovery),
        }
    }

    /// Whether both lookups have answers of the same kind.
    pub(crate) fn is_like(&self, other: &Lookup) -> bool {
        let kind = |lookup: &Lookup| match lookup {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => 0,
            Lookup::ServiceByName { .. } | Lookup::ServiceByPort { .. } => 1,
            Lookup::ProtocolByName(_) | Lookup::ProtocolByNumber(_) => 2,
        };
        kind(self) == kind(other)
    }

    /// Bytes of the heap that the lookup holds.
    pub(crate) fn heap_bytes(&self) -> usize {
        let protocol = |p: &Option<Box<str>>| p.as_ref().map_or(0, |p| p.len());
        match self {
            Lookup::HostByName(name) | Lookup::ProtocolByName(name) => name.len(),
            Lookup::ServiceByName { name, protocol: p } => name.len() + protocol(p),
            Lookup::ServiceByPort { protocol: p, .. } => protocol(p),
            Lookup::HostByAddress(_) | Lookup::ProtocolByNumber(_) => 0,
        }
    }
}

/// A resolver's immediate response to a lookup.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// The outcome is known.
    Ready(Outcome),
    /// The resolver has no answer, and waiting would not find one.
    NotFound,
    /// A worker thread calls [`Resolver::resolve_blocking`], which may block.
    Blocking,
    /// The guest's thread calls [`Resolver::start`], which must not block.
    Async,
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
    /// lock. A panic becomes [`ErrorCode::NoRecovery`].
    fn try_resolve(&self, lookup: &Lookup) -> Resolution;

    /// Looks an answer up, and may block. Called on a worker thread after [`Resolution::Blocking`].
    /// A panic becomes [`ErrorCode::NoRecovery`]. Default: [`Lookup::miss`].
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
    /// [`ErrorCode::NoRecovery`]. Default: sends the outcome of `resolve_blocking`.
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
