//! Admission: checks a query, applies the policy, and asks the resolver for an immediate answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::judge::{Inspection, Verdict};
use crate::lookup::{Lookup, Resolution};
use crate::names::{self, HostName};
use crate::shared::EngineShared;
use crate::types::{AF_INET, ErrorCode, NameQuery, Query};

/// The result of admission.
pub(crate) enum Admitted {
    /// The query is answered, failed or denied. With the question, if there was one.
    Now(Verdict, Option<Lookup>),
    /// The resolver starts an asynchronous lookup.
    Async(Lookup),
    /// A worker runs a blocking lookup.
    Blocking(Lookup),
}

/// A checked query that the policy allows.
enum Question {
    Lookup(Lookup),
    /// A lookup whose name is an address, which no resolver gets (`S-R13`, `S-A2`).
    Literal(Lookup, IpAddr),
}

/// Admits a query. A query that the policy forbids does not reach a resolver (`S-R16`).
pub(crate) fn admit(engine: &EngineShared, query: Query) -> Admitted {
    match check(engine, query) {
        Ok(question) if engine.judge.inspector.is_some() => inspect(engine, question),
        Ok(question) => ask(engine, question),
        Err(verdict) => Admitted::Now(verdict, None),
    }
}

/// Asks the inspector about a question, and judges its decision.
fn inspect(engine: &EngineShared, question: Question) -> Admitted {
    let (Question::Lookup(asked) | Question::Literal(asked, _)) = &question;
    let asked = asked.clone();
    match engine.judge.inspect(&asked) {
        Inspection::Pass => ask(engine, question),
        Inspection::Answer(outcome) => {
            let verdict = engine.judge.judge_inspector(&asked, outcome);
            Admitted::Now(verdict, Some(asked))
        }
        Inspection::Ask(other) if other.is_like(&asked) => match check_lookup(engine, other) {
            Ok(question) => ask(engine, question),
            Err(verdict) => Admitted::Now(verdict, None),
        },
        Inspection::Ask(_) => Admitted::Now(ErrorCode::NoRecovery.into(), None),
    }
}

/// Answers an address with itself, or asks the resolver for an immediate answer.
fn ask(engine: &EngineShared, question: Question) -> Admitted {
    let lookup = match question {
        Question::Lookup(lookup) => lookup,
        Question::Literal(lookup, address) => {
            let verdict = answer_itself(engine, &lookup, address);
            return Admitted::Now(verdict, Some(lookup));
        }
    };
    let resolution = engine.try_resolve(&lookup);
    if resolution == Resolution::Blocking {
        return match engine.pool.has_threads {
            true => Admitted::Blocking(lookup),
            false => Admitted::Now(ErrorCode::NoRecovery.into(), Some(lookup)),
        };
    }
    match resolution.timed_outcome(&lookup) {
        Some(outcome) => {
            let verdict = engine.judge.verdict(&lookup, outcome);
            Admitted::Now(verdict, Some(lookup))
        }
        None => Admitted::Async(lookup),
    }
}

/// Answers an address with the address itself, under its text as the name (`S-R13`, `S-A2`).
fn answer_itself(engine: &EngineShared, lookup: &Lookup, address: IpAddr) -> Verdict {
    let text = lookup.host_name().unwrap_or_default();
    let outcome = lookup.answer_host(text, [], [address]);
    engine.judge.verdict(lookup, outcome)
}

/// Checks a query: the question for the resolver, or the end of the request.
fn check(engine: &EngineShared, query: Query) -> Result<Question, Verdict> {
    let longest = engine.limits.name_bytes;
    // A service or protocol whose name cannot exist is not in the table.
    let text = |name| names::text(name, longest).ok_or(ErrorCode::NoData);
    let protocol = |name: Option<Box<[u8]>>| {
        // S-R4: an empty protocol is the same as none.
        name.filter(|name| !name.is_empty()).map(text).transpose()
    };
    let lookup = match query {
        Query::HostByName(name) => return check_host(engine, name),
        Query::HostByAddress(query) => {
            // S-R14
            let octets: [u8; 4] = (*query.address)
                .try_into()
                .ok()
                .filter(|_| query.family == AF_INET)
                .ok_or(ErrorCode::InvalidArgument)?;
            return check_address(engine, octets.into());
        }
        Query::ServiceByName(query) => Lookup::ServiceByName {
            name: text(query.name)?,
            protocol: protocol(query.protocol)?,
        },
        Query::ServiceByPort(query) => Lookup::ServiceByPort {
            port: query.port,
            protocol: protocol(query.protocol)?,
        },
        Query::ProtocolByName(name) => Lookup::ProtocolByName(text(name)?),
        Query::ProtocolByNumber(number) => Lookup::ProtocolByNumber(number),
        Query::Addresses(query) => return check_addresses(engine, query),
        Query::NameOf(address) => return check_name_of(engine, address.into()),
    };
    Ok(Question::Lookup(lookup))
}

/// Checks a question of the inspector like a guest's.
fn check_lookup(engine: &EngineShared, lookup: Lookup) -> Result<Question, Verdict> {
    match lookup {
        Lookup::HostByName(name) => check_host(engine, name.into()),
        Lookup::HostByAddress(address) => check_address(engine, address),
        Lookup::Addresses { name, family } => {
            let name = name.into();
            check_addresses(engine, NameQuery { name, family })
        }
        Lookup::NameOf(address) => check_name_of(engine, address),
        other => Ok(Question::Lookup(other)),
    }
}

/// Applies the policy to a lookup by address.
fn check_address(engine: &EngineShared, address: Ipv4Addr) -> Result<Question, Verdict> {
    if !engine.judge.policy.allows_address(address.into()) {
        return Err(Verdict::denied());
    }
    Ok(Question::Lookup(Lookup::HostByAddress(address)))
}

/// Applies the policy to a lookup of an address's name.
fn check_name_of(engine: &EngineShared, address: IpAddr) -> Result<Question, Verdict> {
    if !engine.judge.policy.allows_address(address) {
        return Err(Verdict::denied());
    }
    Ok(Question::Lookup(Lookup::NameOf(address)))
}

/// Brings the name of a lookup of addresses into canonical form, and applies the policy to it.
fn check_addresses(engine: &EngineShared, query: NameQuery) -> Result<Question, Verdict> {
    let policy = &engine.judge.policy;
    let NameQuery { name, family } = query;
    let name = own_name_for_empty(engine, name);
    let literal = |address: IpAddr| {
        if !policy.allows_address(address) {
            return Err(Verdict::denied());
        }
        // S-A2: an address of the other family.
        if family.is_some_and(|family| !family.has(&address)) {
            return Err(ErrorCode::HostNotFound.into());
        }
        let name = address.to_string().into();
        Ok(Question::Literal(
            Lookup::Addresses { name, family },
            address,
        ))
    };
    if let Some(address) = ipv6_literal(&name) {
        return literal(address.into());
    }
    match names::canonical_host(name, engine.limits.name_bytes) {
        None | Some(HostName::NotAnAddress) => Err(ErrorCode::HostNotFound.into()),
        Some(HostName::Address(address)) => literal(address.into()),
        Some(HostName::Name(name)) if policy.allows_canonical(&name) => {
            Ok(Question::Lookup(Lookup::Addresses { name, family }))
        }
        Some(HostName::Name(_)) => Err(Verdict::denied()),
    }
}

/// An IPv6 address as text, without brackets and without a zone.
fn ipv6_literal(name: &[u8]) -> Option<Ipv6Addr> {
    if !name.contains(&b':') {
        return None;
    }
    str::from_utf8(name).ok()?.parse().ok()
}

/// The machine's own name for "" (`S-R13`).
fn own_name_for_empty(engine: &EngineShared, name: Box<[u8]>) -> Box<[u8]> {
    if name.is_empty() {
        engine.host_name.as_bytes().into()
    } else {
        name
    }
}

/// Brings a host name into canonical form, and applies the policy to it.
fn check_host(engine: &EngineShared, name: Box<[u8]>) -> Result<Question, Verdict> {
    let policy = &engine.judge.policy;
    let name = own_name_for_empty(engine, name);
    match names::canonical_host(name, engine.limits.name_bytes) {
        None => Err(ErrorCode::HostNotFound.into()),
        Some(HostName::NotAnAddress) => Err(ErrorCode::NoData.into()),
        Some(HostName::Address(address)) if policy.allows_address(address.into()) => {
            let lookup = Lookup::HostByName(address.to_string().into());
            Ok(Question::Literal(lookup, address.into()))
        }
        Some(HostName::Name(name)) if policy.allows_canonical(&name) => {
            Ok(Question::Lookup(Lookup::HostByName(name)))
        }
        Some(HostName::Address(_) | HostName::Name(_)) => Err(Verdict::denied()),
    }
}
