//! What becomes of a query before any resolver may wait for it: checked, allowed, known already.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::EngineShared;
use super::judge::Conclusion;
use crate::names::{self, HostName};
use crate::resolve::{Known, Lookup};
use crate::types::{AF_INET, ErrorCode, HostEntry, Query};

/// Where a query goes.
pub(crate) enum Admitted {
    /// It is answered, failed or denied by now.
    Now(Conclusion),
    /// The resolver can be asked at once, as it does not wait.
    Ask(Lookup),
    /// A worker must wait for the resolver.
    Work(Lookup),
}

/// Decides on a query. Nothing that the policy forbids goes past this to a resolver (`S-R16`).
pub(crate) fn admit(engine: &EngineShared, query: Query) -> Admitted {
    let lookup = match check(engine, query) {
        Ok(lookup) => lookup,
        Err(conclusion) => return Admitted::Now(conclusion),
    };
    match engine.known(&lookup) {
        Known::Now(outcome) => Admitted::Now(engine.judge.conclude(&lookup, outcome)),
        Known::Nothing => Admitted::Now(lookup.miss().into()),
        Known::Asks => Admitted::Ask(lookup),
        Known::Later => Admitted::Work(lookup),
    }
}

/// The question, or how it ends without a resolver.
fn check(engine: &EngineShared, query: Query) -> Result<Lookup, Conclusion> {
    let longest = engine.limits.name_bytes;
    // A service or protocol whose name cannot exist is one that is not in the table.
    let text = |name| names::text(name, longest).ok_or(ErrorCode::NoData);
    let protocol = |name: Option<Box<[u8]>>| {
        // S-R4: an empty protocol is the same as none.
        name.filter(|name| !name.is_empty()).map(text).transpose()
    };
    match query {
        Query::HostByName(name) => check_host(engine, name),
        Query::HostByAddress(query) => {
            // S-R14
            let octets: [u8; 4] = (*query.address)
                .try_into()
                .ok()
                .filter(|_| query.family == AF_INET)
                .ok_or(ErrorCode::InvalidArgument)?;
            let address = Ipv4Addr::from(octets);
            if !engine.judge.policy.allows_address(address) {
                return Err(Conclusion::denied());
            }
            Ok(Lookup::HostByAddress(address))
        }
        Query::ServiceByName(query) => Ok(Lookup::ServiceByName {
            name: text(query.name)?,
            protocol: protocol(query.protocol)?,
        }),
        Query::ServiceByPort(query) => Ok(Lookup::ServiceByPort {
            port: query.port,
            protocol: protocol(query.protocol)?,
        }),
        Query::ProtocolByName(name) => Ok(Lookup::ProtocolByName(text(name)?)),
        Query::ProtocolByNumber(number) => Ok(Lookup::ProtocolByNumber(number)),
    }
}

fn check_host(engine: &EngineShared, name: Box<[u8]>) -> Result<Lookup, Conclusion> {
    // S-R13: "" is the host's own name.
    let name = if name.is_empty() {
        engine.host_name.as_bytes().into()
    } else {
        name
    };
    match names::canonical_host(name, engine.limits.name_bytes) {
        None => Err(ErrorCode::HostNotFound.into()),
        Some(HostName::NotAnAddress) => Err(ErrorCode::NoData.into()),
        Some(HostName::Address(address)) if engine.judge.policy.allows_address(address) => {
            // S-R13: the name is the string that was asked.
            let entry = HostEntry::new(address.to_string(), [address]);
            Err(Ok(Arc::new(entry.into())).into())
        }
        Some(HostName::Name(name)) if engine.judge.policy.allows_name(&name) => {
            Ok(Lookup::HostByName(name))
        }
        Some(HostName::Address(_) | HostName::Name(_)) => Err(Conclusion::denied()),
    }
}
