//! Conversions of the types of the interface.

/// Converts the types of the interface `types`, in the module that `bindgen!` made of it.
///
/// `Query` becomes the engine's, and the engine's `Completion` and `ErrorCode` become the guest's.
///
/// Not for a `bindgen!` with `with: { "winsock:async-lookup/types": winsock_async_engine::types }`,
/// which the engine's feature `wasmtime` allows for one version of wasmtime.
#[macro_export]
macro_rules! convert_types {
    (@errors $from:path, $into:path: $($error:ident),+ $(,)?) => {
        impl From<$from> for $into {
            fn from(error: $from) -> $into {
                use $from as From;
                use $into as Into;
                match error {
                    $(From::$error => Into::$error,)+
                }
            }
        }
    };
    ($module:path) => {
        const _: () = {
            use std::net::IpAddr;
            use std::sync::Arc;

            use $crate::engine;
            use $module as generated;

            impl From<generated::Query> for engine::Query {
                fn from(query: generated::Query) -> engine::Query {
                    use generated::Query;
                    let protocol = |name: Option<Vec<u8>>| name.map(Into::into);
                    match query {
                        Query::HostByName(name) => engine::Query::HostByName(name.into()),
                        Query::HostByAddress(query) => {
                            engine::Query::HostByAddress(engine::AddressQuery {
                                address: query.address.into(),
                                family: query.family,
                            })
                        }
                        Query::ServiceByName(query) => {
                            engine::Query::ServiceByName(engine::ServiceNameQuery {
                                name: query.name.into(),
                                protocol: protocol(query.protocol),
                            })
                        }
                        Query::ServiceByPort(query) => {
                            engine::Query::ServiceByPort(engine::ServicePortQuery {
                                port: query.port,
                                protocol: protocol(query.protocol),
                            })
                        }
                        Query::ProtocolByName(name) => engine::Query::ProtocolByName(name.into()),
                        Query::ProtocolByNumber(number) => {
                            engine::Query::ProtocolByNumber(number)
                        }
                        Query::Addresses(query) => engine::Query::Addresses(engine::NameQuery {
                            name: query.name.into(),
                            family: query.family.map(Into::into),
                        }),
                        Query::NameOf(address) => engine::Query::NameOf(address.into()),
                    }
                }
            }

            impl From<generated::AddressFamily> for engine::AddressFamily {
                fn from(family: generated::AddressFamily) -> engine::AddressFamily {
                    match family {
                        generated::AddressFamily::Ipv4 => engine::AddressFamily::Ipv4,
                        generated::AddressFamily::Ipv6 => engine::AddressFamily::Ipv6,
                    }
                }
            }

            impl From<generated::IpAddress> for engine::IpAddress {
                fn from(address: generated::IpAddress) -> engine::IpAddress {
                    match address {
                        generated::IpAddress::Ipv4(bits) => engine::IpAddress::Ipv4(bits),
                        generated::IpAddress::Ipv6(halves) => engine::IpAddress::Ipv6(halves),
                    }
                }
            }

            impl From<engine::IpAddress> for generated::IpAddress {
                fn from(address: engine::IpAddress) -> generated::IpAddress {
                    match address {
                        engine::IpAddress::Ipv4(bits) => generated::IpAddress::Ipv4(bits),
                        engine::IpAddress::Ipv6(halves) => generated::IpAddress::Ipv6(halves),
                    }
                }
            }

            impl From<engine::Completion> for generated::Completion {
                fn from(completion: engine::Completion) -> generated::Completion {
                    let outcome = completion.outcome;
                    generated::Completion {
                        handle: completion.handle,
                        tag: completion.tag,
                        // Requests may share an answer.
                        outcome: outcome
                            .map(|answer| Arc::unwrap_or_clone(answer).into())
                            .map_err(Into::into),
                    }
                }
            }

            impl From<engine::Answer> for generated::Answer {
                fn from(answer: engine::Answer) -> generated::Answer {
                    use generated::Answer;
                    match answer {
                        engine::Answer::Host(host) => Answer::Host(generated::HostEntry {
                            addresses: host.addresses().map(u32::from).collect(),
                            name: host.name,
                            aliases: host.aliases,
                        }),
                        engine::Answer::Service(service) => {
                            Answer::Service(generated::ServiceEntry {
                                name: service.name,
                                aliases: service.aliases,
                                port: service.port,
                                protocol: service.protocol,
                            })
                        }
                        engine::Answer::Protocol(protocol) => {
                            Answer::Protocol(generated::ProtocolEntry {
                                name: protocol.name,
                                aliases: protocol.aliases,
                                number: protocol.number,
                            })
                        }
                        engine::Answer::Addresses(list) => {
                            let of = |address: IpAddr| engine::IpAddress::from(address).into();
                            Answer::Addresses(generated::AddressList {
                                addresses: list.addresses().map(of).collect(),
                                canonical_name: list.canonical_name,
                            })
                        }
                        engine::Answer::Name(name) => Answer::Name(name),
                    }
                }
            }

            $crate::convert_types! {
                @errors engine::ErrorCode, generated::ErrorCode:
                Interrupted, AccessDenied, BadAddress, InvalidArgument, WouldBlock, InProgress,
                AlreadyCompleted, NetworkDown, NoBufferSpace, ProcessLimit, SystemNotReady,
                VersionNotSupported, NotInitialised, HostNotFound, TryAgain, NoRecovery, NoData,
            }
        };
    };
}
