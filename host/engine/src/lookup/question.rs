//! Checked questions.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::types::{AddressFamily, AddressList, Answer, ErrorCode, HostEntry, Outcome};

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
    /// The addresses of a host, in the order in which a program should try them (`S-A1`).
    Addresses {
        /// The name. It does not read as an address.
        name: Box<str>,
        /// The family. None asks for both.
        family: Option<AddressFamily>,
    },
    /// The name of a host, by an address of either family (`S-A1`).
    NameOf(IpAddr),
}

impl Lookup {
    /// The error of a lookup that finds nothing: `HostNotFound` for hosts (`S-R15`), `NoData` for
    /// services and protocols (`S-R12`).
    pub fn miss(&self) -> ErrorCode {
        match self {
            Lookup::ServiceByName { .. }
            | Lookup::ServiceByPort { .. }
            | Lookup::ProtocolByName(_)
            | Lookup::ProtocolByNumber(_) => ErrorCode::NoData,
            _ => ErrorCode::HostNotFound,
        }
    }

    /// The name of the host that the lookup is for. `None` for a lookup of anything else.
    pub fn host_name(&self) -> Option<&str> {
        match self {
            Lookup::HostByName(name) | Lookup::Addresses { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether an answer may have an address of this family.
    pub fn asks_for(&self, family: AddressFamily) -> bool {
        match self {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => family == AddressFamily::Ipv4,
            Lookup::Addresses { family: asked, .. } => asked.is_none_or(|asked| asked == family),
            _ => false,
        }
    }

    /// Makes the answer to this lookup from a host's names and addresses. It has the addresses of
    /// the families that the lookup asks for.
    ///
    /// # Errors
    /// [`ErrorCode::NoData`] if there is no such address (`S-A2`), and the [`miss`](Self::miss) of
    /// a lookup that is not for a host.
    pub fn answer_host<'a>(
        &self,
        name: &str,
        aliases: impl IntoIterator<Item = &'a str>,
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> Outcome {
        let v4 = |address| match address {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        };
        let answer = match self {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => {
                let addresses = addresses.into_iter().filter_map(v4);
                HostEntry::new(name, addresses).with_aliases(aliases).into()
            }
            Lookup::Addresses { family, .. } => {
                let asked = |address: &IpAddr| family.is_none_or(|family| family.has(address));
                AddressList::new(Some(name.into()), addresses.into_iter().filter(asked)).into()
            }
            Lookup::NameOf(_) => Answer::Name(name.into()),
            _ => return Err(self.miss()),
        };
        self.checked(Ok(Arc::new(answer)))
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
            (Lookup::Addresses { family, .. }, Answer::Addresses(list)) => {
                let asked = |address: &IpAddr| family.is_none_or(|family| family.has(address));
                if list.addresses().len() == 0 {
                    Err(ErrorCode::NoData)
                } else if list.addresses().all(|address| asked(&address)) {
                    Ok(answer)
                } else {
                    let left = list.addresses().filter(asked);
                    let list = AddressList::new(list.canonical_name.clone(), left);
                    self.checked(Ok(Arc::new(list.into())))
                }
            }
            (Lookup::NameOf(_), Answer::Name(_)) => Ok(answer),
            _ => Err(ErrorCode::NoRecovery),
        }
    }

    /// Whether both lookups have answers of the same kind.
    pub(crate) fn is_like(&self, other: &Lookup) -> bool {
        let kind = |lookup: &Lookup| match lookup {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => 0,
            Lookup::ServiceByName { .. } | Lookup::ServiceByPort { .. } => 1,
            Lookup::ProtocolByName(_) | Lookup::ProtocolByNumber(_) => 2,
            Lookup::Addresses { .. } => 3,
            Lookup::NameOf(_) => 4,
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
            Lookup::Addresses { name, .. } => name.len(),
            Lookup::HostByAddress(_) | Lookup::ProtocolByNumber(_) | Lookup::NameOf(_) => 0,
        }
    }
}
