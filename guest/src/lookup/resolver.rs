//! Starts requests.

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use super::request::Request;
use crate::address::{AddressFamily, AddressList};
use crate::answer::{HostEntry, ProtocolEntry, ServiceEntry};
use crate::bindings::types::Query;
use crate::error::WsaError;
use crate::query::{self, AF_INET};
use crate::startup::Winsock;

/// Starts requests.
///
/// A request is under way when the call that makes it returns, before it is polled. So requests
/// that are made one after the other run at the same time. Arguments are copied. The future returns
/// every error, even if the host refuses the request. The errors are those of
/// [`gethostbyname`](crate::gethostbyname), except WSAEINPROGRESS.
///
/// A resolver keeps Winsock started up (version 2.2), and so does each of its requests. Cloning it
/// is cheap.
#[derive(Clone, Debug)]
pub struct Resolver {
    winsock: Rc<Winsock>,
}

impl Resolver {
    /// Makes a resolver.
    ///
    /// # Errors
    /// [`WSASYSNOTREADY`](crate::WSASYSNOTREADY) if the host is not ready, and
    /// [`WSAEPROCLIM`](crate::WSAEPROCLIM) if it serves too many programs.
    pub fn new() -> Result<Resolver, WsaError> {
        let winsock = Rc::new(Winsock::startup_for_futures()?);
        Ok(Resolver { winsock })
    }

    /// Looks up the IPv4 addresses and other names of a host. An IPv4 address as text is its own
    /// answer. An empty name stands for the machine that runs the component (`S-R13`).
    pub fn host(&self, name: impl AsRef<[u8]>) -> Request<HostEntry> {
        self.start(Query::HostByName(name.as_ref()))
    }

    /// Looks up a host by its IPv4 address.
    pub fn host_by_address(&self, address: Ipv4Addr) -> Request<HostEntry> {
        self.start(query::host_by_address(&address.octets(), AF_INET))
    }

    /// Looks up the IPv4 and IPv6 addresses of a host, in the order in which a program should try
    /// them (`S-A1`). An address as text is its own answer. An empty name stands for the machine
    /// that runs the component.
    pub fn addresses(&self, name: impl AsRef<[u8]>) -> Request<AddressList> {
        self.start(query::addresses(name.as_ref(), None))
    }

    /// Looks up the addresses of a host like [`addresses`](Self::addresses), of one family. A host
    /// without such an address is [`WSANO_DATA`](crate::WSANO_DATA), and an address of the other
    /// family as text is [`WSAHOST_NOT_FOUND`](crate::WSAHOST_NOT_FOUND) (`S-A2`).
    pub fn addresses_of_family(
        &self,
        name: impl AsRef<[u8]>,
        family: AddressFamily,
    ) -> Request<AddressList> {
        self.start(query::addresses(name.as_ref(), Some(family)))
    }

    /// Looks up the name of a host by its IPv4 or IPv6 address (`S-A1`).
    pub fn name_of(&self, address: impl Into<IpAddr>) -> Request<String> {
        self.start(query::name_of(address.into()))
    }

    /// Looks up a service by its name or an alias, in any case. Without a protocol, the first entry
    /// that matches is the answer (`S-R12`).
    pub fn service(&self, name: impl AsRef<[u8]>, protocol: Option<&str>) -> Request<ServiceEntry> {
        let protocol = protocol.map(str::as_bytes);
        self.start(query::service_by_name(name.as_ref(), protocol))
    }

    /// Looks up a service by its port in host order: 80 for http. Without a protocol, the first
    /// entry that matches is the answer (`S-R12`).
    pub fn service_by_port(&self, port: u16, protocol: Option<&str>) -> Request<ServiceEntry> {
        let protocol = protocol.map(str::as_bytes);
        self.start(query::service_by_port(port, protocol))
    }

    /// Looks up a protocol by its name or an alias, in any case (`S-R12`).
    pub fn protocol(&self, name: impl AsRef<[u8]>) -> Request<ProtocolEntry> {
        self.start(Query::ProtocolByName(name.as_ref()))
    }

    /// Looks up a protocol by its number.
    pub fn protocol_by_number(&self, number: i32) -> Request<ProtocolEntry> {
        self.start(Query::ProtocolByNumber(number))
    }

    fn start<T>(&self, query: Query<'_>) -> Request<T> {
        Request::start(self.winsock.clone(), query)
    }
}
