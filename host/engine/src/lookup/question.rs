//! Checked questions.

use std::net::Ipv4Addr;

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
