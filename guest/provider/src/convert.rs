//! The types of the interface, from and to those of the engine.

use winsock_async_engine as engine;

use crate::bindings::types;

impl From<types::Query> for engine::Query {
    fn from(query: types::Query) -> engine::Query {
        use engine::Query;
        match query {
            types::Query::HostByName(name) => Query::HostByName(name.into()),
            types::Query::HostByAddress(query) => Query::HostByAddress(engine::AddressQuery {
                address: query.address.into(),
                family: query.family,
            }),
            types::Query::ServiceByName(query) => Query::ServiceByName(engine::ServiceNameQuery {
                name: query.name.into(),
                protocol: query.protocol.map(Into::into),
            }),
            types::Query::ServiceByPort(query) => Query::ServiceByPort(engine::ServicePortQuery {
                port: query.port,
                protocol: query.protocol.map(Into::into),
            }),
            types::Query::ProtocolByName(name) => Query::ProtocolByName(name.into()),
            types::Query::ProtocolByNumber(number) => Query::ProtocolByNumber(number),
            types::Query::Addresses(query) => Query::Addresses(engine::NameQuery {
                name: query.name.into(),
                family: query.family.map(|family| match family {
                    types::AddressFamily::Ipv4 => engine::AddressFamily::Ipv4,
                    types::AddressFamily::Ipv6 => engine::AddressFamily::Ipv6,
                }),
            }),
            types::Query::NameOf(types::IpAddress::Ipv4(bits)) => {
                Query::NameOf(engine::IpAddress::Ipv4(bits))
            }
            types::Query::NameOf(types::IpAddress::Ipv6(halves)) => {
                Query::NameOf(engine::IpAddress::Ipv6(halves))
            }
        }
    }
}

impl From<engine::Completion> for types::Completion {
    fn from(completion: engine::Completion) -> types::Completion {
        types::Completion {
            handle: completion.handle,
            tag: completion.tag,
            outcome: match completion.outcome {
                Ok(answer) => Ok(answer.as_ref().into()),
                Err(error) => Err(error.into()),
            },
        }
    }
}

impl From<&engine::Answer> for types::Answer {
    fn from(answer: &engine::Answer) -> types::Answer {
        match answer {
            engine::Answer::Host(entry) => types::Answer::Host(types::HostEntry {
                name: entry.name.clone(),
                aliases: entry.aliases.clone(),
                addresses: entry.addresses().map(|address| address.to_bits()).collect(),
            }),
            engine::Answer::Service(entry) => types::Answer::Service(types::ServiceEntry {
                name: entry.name.clone(),
                aliases: entry.aliases.clone(),
                port: entry.port,
                protocol: entry.protocol.clone(),
            }),
            engine::Answer::Protocol(entry) => types::Answer::Protocol(types::ProtocolEntry {
                name: entry.name.clone(),
                aliases: entry.aliases.clone(),
                number: entry.number,
            }),
            engine::Answer::Addresses(list) => types::Answer::Addresses(types::AddressList {
                canonical_name: list.canonical_name.clone(),
                addresses: list
                    .addresses()
                    .map(|address| match engine::IpAddress::from(address) {
                        engine::IpAddress::Ipv4(bits) => types::IpAddress::Ipv4(bits),
                        engine::IpAddress::Ipv6(halves) => types::IpAddress::Ipv6(halves),
                    })
                    .collect(),
            }),
            engine::Answer::Name(name) => types::Answer::Name(name.clone()),
        }
    }
}

impl From<engine::ErrorCode> for types::ErrorCode {
    fn from(error: engine::ErrorCode) -> types::ErrorCode {
        use engine::ErrorCode;
        match error {
            ErrorCode::Interrupted => types::ErrorCode::Interrupted,
            ErrorCode::AccessDenied => types::ErrorCode::AccessDenied,
            ErrorCode::BadAddress => types::ErrorCode::BadAddress,
            ErrorCode::InvalidArgument => types::ErrorCode::InvalidArgument,
            ErrorCode::WouldBlock => types::ErrorCode::WouldBlock,
            ErrorCode::InProgress => types::ErrorCode::InProgress,
            ErrorCode::AlreadyCompleted => types::ErrorCode::AlreadyCompleted,
            ErrorCode::NetworkDown => types::ErrorCode::NetworkDown,
            ErrorCode::NoBufferSpace => types::ErrorCode::NoBufferSpace,
            ErrorCode::ProcessLimit => types::ErrorCode::ProcessLimit,
            ErrorCode::SystemNotReady => types::ErrorCode::SystemNotReady,
            ErrorCode::VersionNotSupported => types::ErrorCode::VersionNotSupported,
            ErrorCode::NotInitialised => types::ErrorCode::NotInitialised,
            ErrorCode::HostNotFound => types::ErrorCode::HostNotFound,
            ErrorCode::TryAgain => types::ErrorCode::TryAgain,
            ErrorCode::NoRecovery => types::ErrorCode::NoRecovery,
            ErrorCode::NoData => types::ErrorCode::NoData,
        }
    }
}
