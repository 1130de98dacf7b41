//! Random queries and completions, and their values by the names of the interface.

use std::net::IpAddr;
use std::sync::Arc;

use fastrand::Rng;
use winsock_async_engine::{
    AddressFamily, AddressList, AddressQuery, Answer, Completion, ErrorCode, HostEntry, IpAddress,
    NameQuery, ProtocolEntry, Query, ServiceEntry, ServiceNameQuery, ServicePortQuery,
};

use super::reference::Val;

fn case(name: &str, val: impl Into<Option<Val>>) -> Val {
    Val::Case(name.into(), val.into().map(Box::new))
}

fn record<const N: usize>(fields: [(&str, Val); N]) -> Val {
    Val::Record(fields.map(|(name, val)| (name.to_owned(), val)).into())
}

fn bytes(bytes: &[u8]) -> Val {
    Val::List(
        bytes
            .iter()
            .map(|byte| Val::Number((*byte).into()))
            .collect(),
    )
}

fn option(val: Option<Val>) -> Val {
    match val {
        Some(val) => case("some", val),
        None => case("none", None),
    }
}

fn text(text: &str) -> Val {
    Val::Text(text.into())
}

fn texts(all: &[String]) -> Val {
    Val::List(all.iter().map(|one| text(one)).collect())
}

fn ip_address(address: IpAddress) -> Val {
    match address {
        IpAddress::Ipv4(number) => case("ipv4", Val::Number(number.into())),
        IpAddress::Ipv6((upper, lower)) => {
            let halves = [("0", Val::Number(upper)), ("1", Val::Number(lower))];
            case("ipv6", record(halves))
        }
    }
}

/// The value of a query.
pub(super) fn of_query(query: &Query) -> Val {
    let signed = |number: i32| Val::Number((number as u32).into());
    let protocol = |given: &Option<Box<[u8]>>| option(given.as_ref().map(|given| bytes(given)));
    match query {
        Query::HostByName(name) => case("host-by-name", bytes(name)),
        Query::HostByAddress(query) => {
            let (address, family) = (bytes(&query.address), signed(query.family));
            case(
                "host-by-address",
                record([("address", address), ("family", family)]),
            )
        }
        Query::ServiceByName(query) => {
            let (name, protocol) = (bytes(&query.name), protocol(&query.protocol));
            case(
                "service-by-name",
                record([("name", name), ("protocol", protocol)]),
            )
        }
        Query::ServiceByPort(query) => {
            let (port, protocol) = (Val::Number(query.port.into()), protocol(&query.protocol));
            case(
                "service-by-port",
                record([("port", port), ("protocol", protocol)]),
            )
        }
        Query::ProtocolByName(name) => case("protocol-by-name", bytes(name)),
        Query::ProtocolByNumber(number) => case("protocol-by-number", signed(*number)),
        Query::Addresses(query) => {
            let family = option(query.family.map(|family| case(family.name(), None)));
            case(
                "addresses",
                record([("name", bytes(&query.name)), ("family", family)]),
            )
        }
        Query::NameOf(address) => case("name-of", ip_address(*address)),
    }
}

/// The name of an error in the interface.
pub(super) fn error_name(error: ErrorCode) -> &'static str {
    match error {
        ErrorCode::Interrupted => "interrupted",
        ErrorCode::AccessDenied => "access-denied",
        ErrorCode::BadAddress => "bad-address",
        ErrorCode::InvalidArgument => "invalid-argument",
        ErrorCode::WouldBlock => "would-block",
        ErrorCode::InProgress => "in-progress",
        ErrorCode::AlreadyCompleted => "already-completed",
        ErrorCode::NetworkDown => "network-down",
        ErrorCode::NoBufferSpace => "no-buffer-space",
        ErrorCode::ProcessLimit => "process-limit",
        ErrorCode::SystemNotReady => "system-not-ready",
        ErrorCode::VersionNotSupported => "version-not-supported",
        ErrorCode::NotInitialised => "not-initialised",
        ErrorCode::HostNotFound => "host-not-found",
        ErrorCode::TryAgain => "try-again",
        ErrorCode::NoRecovery => "no-recovery",
        ErrorCode::NoData => "no-data",
    }
}

/// The value of an error.
pub(super) fn of_error(error: ErrorCode) -> Val {
    case("err", case(error_name(error), None))
}

/// The value of a success.
pub(super) fn of_ok(val: impl Into<Option<Val>>) -> Val {
    case("ok", val)
}

fn of_answer(answer: &Answer) -> Val {
    match answer {
        Answer::Host(entry) => {
            let addresses = entry.addresses().map(|a| Val::Number(a.to_bits().into()));
            let fields = [
                ("name", text(&entry.name)),
                ("aliases", texts(&entry.aliases)),
                ("addresses", Val::List(addresses.collect())),
            ];
            case("host", record(fields))
        }
        Answer::Service(entry) => {
            let fields = [
                ("name", text(&entry.name)),
                ("aliases", texts(&entry.aliases)),
                ("port", Val::Number(entry.port.into())),
                ("protocol", text(&entry.protocol)),
            ];
            case("service", record(fields))
        }
        Answer::Protocol(entry) => {
            let fields = [
                ("name", text(&entry.name)),
                ("aliases", texts(&entry.aliases)),
                ("number", Val::Number((entry.number as u32).into())),
            ];
            case("protocol", record(fields))
        }
        Answer::Addresses(found) => {
            let addresses = found.addresses().map(|address| ip_address(address.into()));
            let fields = [
                (
                    "canonical-name",
                    option(found.canonical_name.as_deref().map(text)),
                ),
                ("addresses", Val::List(addresses.collect())),
            ];
            case("addresses", record(fields))
        }
        Answer::Name(name) => case("name", text(name)),
    }
}

/// The value of a list of completions.
pub(super) fn of_completions(completions: &[Completion]) -> Val {
    let completion = |completion: &Completion| {
        let outcome = match &completion.outcome {
            Ok(answer) => of_ok(of_answer(answer)),
            Err(error) => of_error(*error),
        };
        record([
            ("handle", Val::Number(completion.handle)),
            ("tag", Val::Number(completion.tag)),
            ("outcome", outcome),
        ])
    };
    Val::List(completions.iter().map(completion).collect())
}

fn any_bytes(random: &mut Rng) -> Box<[u8]> {
    (0..random.usize(..40)).map(|_| random.u8(..)).collect()
}

fn any_protocol(random: &mut Rng) -> Option<Box<[u8]>> {
    random.bool().then(|| any_bytes(random))
}

fn any_ip_address(random: &mut Rng) -> IpAddress {
    match random.bool() {
        true => IpAddress::Ipv4(random.u32(..)),
        false => IpAddress::Ipv6((random.u64(..), random.u64(..))),
    }
}

/// A random query of this case.
pub(super) fn any_query(random: &mut Rng, case: usize) -> Query {
    match case {
        0 => Query::HostByName(any_bytes(random)),
        1 => Query::HostByAddress(AddressQuery {
            address: any_bytes(random),
            family: random.i32(..),
        }),
        2 => Query::ServiceByName(ServiceNameQuery {
            name: any_bytes(random),
            protocol: any_protocol(random),
        }),
        3 => Query::ServiceByPort(ServicePortQuery {
            port: random.u16(..),
            protocol: any_protocol(random),
        }),
        4 => Query::ProtocolByName(any_bytes(random)),
        5 => Query::ProtocolByNumber(random.i32(..)),
        6 => Query::Addresses(NameQuery {
            name: any_bytes(random),
            family: random.bool().then(|| match random.bool() {
                true => AddressFamily::Ipv4,
                false => AddressFamily::Ipv6,
            }),
        }),
        _ => Query::NameOf(any_ip_address(random)),
    }
}

fn any_text(random: &mut Rng) -> String {
    (0..random.usize(..20)).map(|_| random.char(..)).collect()
}

fn any_texts(random: &mut Rng) -> Vec<String> {
    (0..random.usize(..4)).map(|_| any_text(random)).collect()
}

fn any_answer(random: &mut Rng) -> Answer {
    match random.u8(..5) {
        0 => {
            let addresses: Vec<_> = (0..random.usize(..4))
                .map(|_| random.u32(..).into())
                .collect();
            let entry = HostEntry::new(any_text(random), addresses);
            entry.with_aliases(any_texts(random)).into()
        }
        1 => Answer::Service(ServiceEntry {
            name: any_text(random),
            aliases: any_texts(random),
            port: random.u16(..),
            protocol: any_text(random),
        }),
        2 => Answer::Protocol(ProtocolEntry {
            name: any_text(random),
            aliases: any_texts(random),
            number: random.i32(..),
        }),
        3 => {
            let name = random.bool().then(|| any_text(random));
            let count = random.usize(..4);
            let addresses: Vec<IpAddr> =
                (0..count).map(|_| any_ip_address(random).into()).collect();
            AddressList::new(name, addresses).into()
        }
        _ => Answer::Name(any_text(random)),
    }
}

/// Random completions, of which a few have errors.
pub(super) fn any_completions(random: &mut Rng) -> Vec<Completion> {
    let count = random.usize(..6);
    let completion = |random: &mut Rng| Completion {
        handle: random.u64(..),
        tag: random.u64(..),
        outcome: match random.u8(..4) {
            0 => Err(ErrorCode::ALL[random.usize(..ErrorCode::ALL.len())]),
            _ => Ok(Arc::new(any_answer(random))),
        },
    };
    (0..count).map(|_| completion(random)).collect()
}
