//! A question that was checked, and the trait of what answers it.

mod responder;

use std::net::Ipv4Addr;

pub use self::responder::Responder;
pub(crate) use self::responder::{Client, Delivered, Notify, Receiver};
use crate::types::{Answer, ErrorCode, Outcome};

/// A question that was checked: the names are text that a name can be, and policy allows it.
///
/// Host names are lower case ASCII (IDNA's form); a trailing dot stays. Names of services and
/// protocols are as the guest gave them and match without regard to case (`S-R12`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lookup {
    /// A host by its name, which is no address.
    HostByName(Box<str>),
    /// A host by its address.
    HostByAddress(Ipv4Addr),
    /// A service by its name or an alias of it.
    ServiceByName {
        /// The name.
        name: Box<str>,
        /// The protocol, never empty; none takes the first entry that matches.
        protocol: Option<Box<str>>,
    },
    /// A service by its port.
    ServiceByPort {
        /// The port as a number: 80 for http.
        port: u16,
        /// The protocol, never empty; none takes the first entry that matches.
        protocol: Option<Box<str>>,
    },
    /// A protocol by its name or an alias of it.
    ProtocolByName(Box<str>),
    /// A protocol by its number.
    ProtocolByNumber(i32),
}

impl Lookup {
    /// The error of a lookup that finds nothing: unknown for hosts, no data for the rest (`S-R12`, `S-R15`).
    pub fn miss(&self) -> ErrorCode {
        match self {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => ErrorCode::HostNotFound,
            _ => ErrorCode::NoData,
        }
    }

    /// What a resolver said, if it makes sense: an answer of another kind is the resolver's failure,
    /// and a host without an address is a name without data (`S-R15`).
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

    /// Whether answers to the other are answers to this one.
    pub(crate) fn is_like(&self, other: &Lookup) -> bool {
        let kind = |lookup: &Lookup| match lookup {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => 0,
            Lookup::ServiceByName { .. } | Lookup::ServiceByPort { .. } => 1,
            Lookup::ProtocolByName(_) | Lookup::ProtocolByNumber(_) => 2,
        };
        kind(self) == kind(other)
    }

    /// Bytes that the lookup holds besides itself. Units: bytes.
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

/// What a resolver says to a lookup at once, on the guest's thread.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// This is the outcome.
    Ready(Outcome),
    /// The resolver has nothing, and waiting would not change that.
    NotFound,
    /// [`Resolver::resolve_blocking`] finds out. It may wait, so a worker thread calls it.
    Blocking,
    /// [`Resolver::start`] begins to find out. It does not wait.
    Async,
}

/// Looks things up. One resolver serves all sessions of an engine, on several threads at once.
///
/// A cancel does not reach a resolver: the session decides, and drops what comes too late. A resolver that
/// never returns keeps its thread. Another thread replaces that one once the request is cancelled or has
/// run too long (`S-C7`).
pub trait Resolver: Send + Sync + 'static {
    /// Says at once what is known. Called on a guest's thread: it must not wait, not even for a lock.
    fn try_resolve(&self, lookup: &Lookup) -> Resolution;

    /// Looks up, and may take its time. Called on a worker thread after [`Resolution::Blocking`]. A panic
    /// becomes [`ErrorCode::NoRecovery`].
    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        Err(lookup.miss())
    }

    /// Begins to look up, and later sends the outcome to `responder`, from any thread. Called on a guest's
    /// thread after [`Resolution::Async`]: it must not wait. A panic becomes [`ErrorCode::NoRecovery`].
    fn start(&self, lookup: &Lookup, responder: Responder) {
        responder.send(self.resolve_blocking(lookup));
    }
}

impl<R: Resolver + ?Sized> Resolver for std::sync::Arc<R> {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        (**self).try_resolve(lookup)
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        (**self).resolve_blocking(lookup)
    }

    fn start(&self, lookup: &Lookup, reply: Responder) {
        (**self).start(lookup, reply);
    }
}

impl<R: Resolver + ?Sized> Resolver for Box<R> {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        (**self).try_resolve(lookup)
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        (**self).resolve_blocking(lookup)
    }

    fn start(&self, lookup: &Lookup, reply: Responder) {
        (**self).start(lookup, reply);
    }
}
