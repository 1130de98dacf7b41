//! Lookups by the runtime's `wasi:sockets/ip-name-lookup`.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use wasip2::io::poll::Pollable;
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::{ResolveAddressStream, resolve_addresses};
use wasip2::sockets::network::{ErrorCode as WasiError, IpAddress};
use winsock_async_engine::resolvers::{Tables, special_name};
use winsock_async_engine::{ErrorCode, Lookup, Resolution, Resolver, Responder};

/// Answers services and protocols from the embedded tables, and begins a stream of addresses for a
/// name.
///
/// The runtime has no call for the name of an address: such a lookup is WSANO_RECOVERY.
pub(crate) struct Names {
    tables: Tables,
    /// The lookup that the last call of [`Resolver::start`] has begun.
    begun: Mutex<Option<Pending>>,
}

/// A lookup that the runtime has. Its drop ends the stream.
pub(crate) struct Pending {
    // Before the stream that it is of: a stream must outlive its pollables.
    pollable: Pollable,
    stream: ResolveAddressStream,
    lookup: Lookup,
    found: Vec<IpAddr>,
    responder: Responder,
}

impl Names {
    pub(crate) fn new() -> Names {
        Names {
            tables: Tables::builder().build().expect("the embedded tables"),
            begun: Mutex::new(None),
        }
    }

    /// Takes the lookup that the last request has begun, if it needs the runtime.
    pub(crate) fn take_begun(&self) -> Option<Pending> {
        self.begun().take()
    }

    fn begun(&self) -> MutexGuard<'_, Option<Pending>> {
        self.begun.lock().expect("no holder panics")
    }
}

impl Resolver for Names {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(_) | Lookup::Addresses { .. } => {
                special_name(lookup).unwrap_or(Resolution::Async)
            }
            Lookup::HostByAddress(_) | Lookup::NameOf(_) => {
                Resolution::Ready(Err(ErrorCode::NoRecovery))
            }
            _ => self.tables.try_resolve(lookup),
        }
    }

    fn start(&self, lookup: &Lookup, responder: Responder) {
        let name = lookup.host_name().unwrap_or_default();
        match resolve_addresses(&instance_network(), name) {
            Ok(stream) => {
                let pending = Pending {
                    pollable: stream.subscribe(),
                    stream,
                    lookup: lookup.clone(),
                    found: Vec::new(),
                    responder,
                };
                // The runtime may know the answer already.
                *self.begun() = pending.advance();
            }
            Err(error) => responder.send(Err(error_code(error))),
        }
    }
}

impl Pending {
    /// Ready while the stream has addresses, or its end.
    pub(crate) fn pollable(&self) -> &Pollable {
        &self.pollable
    }

    /// Whether the request was neither cancelled nor ended by its time-out.
    pub(crate) fn is_wanted(&self) -> bool {
        self.responder.is_wanted()
    }

    /// Reads what the stream has. Sends the outcome if that is all, and returns the lookup if more
    /// is to come.
    pub(crate) fn advance(mut self) -> Option<Pending> {
        let outcome = loop {
            match self.stream.resolve_next_address() {
                Ok(Some(address)) => self.found.push(ip(address)),
                Ok(None) if self.found.is_empty() => break Err(ErrorCode::HostNotFound),
                Ok(None) => {
                    let name = self.lookup.host_name().unwrap_or_default();
                    let name = name.strip_suffix('.').unwrap_or(name);
                    break self.lookup.answer_host(name, [], self.found);
                }
                Err(WasiError::WouldBlock) => return Some(self),
                Err(error) => break Err(error_code(error)),
            }
        };
        self.responder.send(outcome);
        None
    }
}

fn ip(address: IpAddress) -> IpAddr {
    match address {
        IpAddress::Ipv4((a, b, c, d)) => [a, b, c, d].into(),
        IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => [a, b, c, d, e, f, g, h].into(),
    }
}

/// The error of a name service for an error of WASI (`S-R15`).
fn error_code(error: WasiError) -> ErrorCode {
    match error {
        WasiError::AccessDenied => ErrorCode::AccessDenied,
        WasiError::NameUnresolvable | WasiError::InvalidArgument => ErrorCode::HostNotFound,
        WasiError::TemporaryResolverFailure
        | WasiError::Timeout
        | WasiError::OutOfMemory
        | WasiError::NewSocketLimit => ErrorCode::TryAgain,
        _ => ErrorCode::NoRecovery,
    }
}
