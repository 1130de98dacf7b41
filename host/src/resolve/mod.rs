//! Where answers come from: the trait that a resolver implements, and those that are here.
//!
//! # DNS
//!
//! With the feature `dns` there is `Dns`, which speaks DNS itself.

use std::net::Ipv4Addr;

pub use crate::engine::Reply;
use crate::types::{Answer, ErrorCode, Outcome};

#[cfg(all(feature = "dns", not(unix)))]
compile_error!("the feature `dns` waits for sockets as Unix does: build without it");

mod chain;
mod deny;
#[cfg(feature = "dns")]
mod dns;
mod inspect;
pub mod scripted;
mod system;
mod tables;

pub use chain::Chain;
pub use deny::Deny;
#[cfg(feature = "dns")]
pub use dns::{ConfError, ConfProblem, Dns, DnsBuilder, DnsError};
pub use inspect::{Inspector, Verdict};
pub use scripted::{Rule, RuleError, Script, ScriptControl, ScriptError, Scripted};
pub use system::System;
pub use tables::{LineError, Problem, Tables, TablesBuilder, TablesError};

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

/// What a resolver can say of a lookup without waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Known {
    /// This is the outcome.
    Now(Outcome),
    /// It has nothing on this, and waiting would not change that.
    Nothing,
    /// It takes [`Resolver::resolve`], which may wait, and so a worker thread.
    Later,
    /// It takes [`Resolver::ask`], which does not wait.
    Asks,
}

/// Looks things up. One resolver serves all sessions of an engine, on several threads at once.
///
/// Cancelling does not reach a resolver: the session decides, and drops what comes too late. A
/// resolver that never returns keeps its thread; once the request is cancelled, or has taken too long, another
/// takes that thread's place (`S-C7`).
pub trait Resolver: Send + Sync + 'static {
    /// What can be said at once. Called on a guest's thread: it must not wait, for a lock neither.
    fn known(&self, lookup: &Lookup) -> Known;

    /// Looks up, and may take its time; called on a worker thread when [`known`](Self::known) said
    /// [`Known::Later`]. A panic becomes [`ErrorCode::NoRecovery`].
    fn resolve(&self, lookup: &Lookup) -> Outcome {
        Err(lookup.miss())
    }

    /// Begins to look up, and has the outcome sent to `reply`, on whatever thread and whenever it is there;
    /// called on a guest's thread when [`known`](Self::known) said [`Known::Asks`], and must not wait. A panic
    /// becomes [`ErrorCode::NoRecovery`].
    fn ask(&self, lookup: &Lookup, reply: Reply) {
        reply.send(self.resolve(lookup));
    }
}

impl<R: Resolver + ?Sized> Resolver for std::sync::Arc<R> {
    fn known(&self, lookup: &Lookup) -> Known {
        (**self).known(lookup)
    }

    fn resolve(&self, lookup: &Lookup) -> Outcome {
        (**self).resolve(lookup)
    }

    fn ask(&self, lookup: &Lookup, reply: Reply) {
        (**self).ask(lookup, reply);
    }
}

impl<R: Resolver + ?Sized> Resolver for Box<R> {
    fn known(&self, lookup: &Lookup) -> Known {
        (**self).known(lookup)
    }

    fn resolve(&self, lookup: &Lookup) -> Outcome {
        (**self).resolve(lookup)
    }

    fn ask(&self, lookup: &Lookup, reply: Reply) {
        (**self).ask(lookup, reply);
    }
}
