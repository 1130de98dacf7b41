//! Queries, answers and errors, as the WIT interface has them.
//!
//! With the feature `wasmtime` these types cross the component boundary themselves: an answer is
//! built once, and an answer from a table is shared.

mod address;

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

#[cfg(feature = "wasmtime")]
use wasmtime::component::{ComponentType, Lift, Lower};

pub use self::address::{AddressFamily, AddressList, IpAddress, NameQuery};

/// Names one outstanding request of one session. A handle is never 0, and is invalid in other
/// sessions (`S-R17`).
pub type TaskHandle = u64;

/// The result of a request: an answer, which requests may share, or an error.
pub type Outcome = Result<Arc<Answer>, ErrorCode>;

/// An error. Each has a name and a number of Winsock; the [crate's page](crate#errors) says which
/// ones the engine returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(enum))]
#[repr(u8)]
pub enum ErrorCode {
    /// WSAEINTR: a blocking call was cancelled.
    #[cfg_attr(feature = "wasmtime", component(name = "interrupted"))]
    Interrupted,
    /// WSAEACCES: the policy forbids the lookup or its answer (`S-R16`).
    #[cfg_attr(feature = "wasmtime", component(name = "access-denied"))]
    AccessDenied,
    /// WSAEFAULT: a pointer is null or invalid.
    #[cfg_attr(feature = "wasmtime", component(name = "bad-address"))]
    BadAddress,
    /// WSAEINVAL: an argument is invalid.
    #[cfg_attr(feature = "wasmtime", component(name = "invalid-argument"))]
    InvalidArgument,
    /// WSAEWOULDBLOCK: a limit is reached (`S-R2`).
    #[cfg_attr(feature = "wasmtime", component(name = "would-block"))]
    WouldBlock,
    /// WSAEINPROGRESS: a blocking call is under way.
    #[cfg_attr(feature = "wasmtime", component(name = "in-progress"))]
    InProgress,
    /// WSAEALREADY: the completion of the request to be cancelled was taken (`S-C2`).
    #[cfg_attr(feature = "wasmtime", component(name = "already-completed"))]
    AlreadyCompleted,
    /// WSAENETDOWN: the engine is down, or has no worker thread (`S-R18`).
    #[cfg_attr(feature = "wasmtime", component(name = "network-down"))]
    NetworkDown,
    /// WSAENOBUFS: the caller's buffer is too small.
    #[cfg_attr(feature = "wasmtime", component(name = "no-buffer-space"))]
    NoBufferSpace,
    /// WSAEPROCLIM: too many programs use the host.
    #[cfg_attr(feature = "wasmtime", component(name = "process-limit"))]
    ProcessLimit,
    /// WSASYSNOTREADY: the host is not ready for start-up.
    #[cfg_attr(feature = "wasmtime", component(name = "system-not-ready"))]
    SystemNotReady,
    /// WSAVERNOTSUPPORTED: the version asked for is not supported.
    #[cfg_attr(feature = "wasmtime", component(name = "version-not-supported"))]
    VersionNotSupported,
    /// WSANOTINITIALISED: start-up has not been called (`S-S5`).
    #[cfg_attr(feature = "wasmtime", component(name = "not-initialised"))]
    NotInitialised,
    /// WSAHOST_NOT_FOUND: no such host (`S-R15`).
    #[cfg_attr(feature = "wasmtime", component(name = "host-not-found"))]
    HostNotFound,
    /// WSATRY_AGAIN: a name server is silent or busy (`S-R15`), or
    /// [`Limits::request_timeout`](crate::Limits::request_timeout) has passed.
    #[cfg_attr(feature = "wasmtime", component(name = "try-again"))]
    TryAgain,
    /// WSANO_RECOVERY: a name server refuses or fails (`S-R15`).
    #[cfg_attr(feature = "wasmtime", component(name = "no-recovery"))]
    NoRecovery,
    /// WSANO_DATA: the host has no address of the family (`S-R15`, `S-A2`), or there is no such
    /// service or protocol (`S-R12`).
    #[cfg_attr(feature = "wasmtime", component(name = "no-data"))]
    NoData,
}

impl ErrorCode {
    /// Every error, in the order of the WIT interface.
    pub const ALL: [ErrorCode; 17] = [
        ErrorCode::Interrupted,
        ErrorCode::AccessDenied,
        ErrorCode::BadAddress,
        ErrorCode::InvalidArgument,
        ErrorCode::WouldBlock,
        ErrorCode::InProgress,
        ErrorCode::AlreadyCompleted,
        ErrorCode::NetworkDown,
        ErrorCode::NoBufferSpace,
        ErrorCode::ProcessLimit,
        ErrorCode::SystemNotReady,
        ErrorCode::VersionNotSupported,
        ErrorCode::NotInitialised,
        ErrorCode::HostNotFound,
        ErrorCode::TryAgain,
        ErrorCode::NoRecovery,
        ErrorCode::NoData,
    ];

    /// Winsock's number, such as 11001.
    pub const fn number(self) -> u16 {
        self.name_and_number().1
    }

    /// Winsock's name, such as `WSAHOST_NOT_FOUND`.
    pub const fn winsock_name(self) -> &'static str {
        self.name_and_number().0
    }

    const fn name_and_number(self) -> (&'static str, u16) {
        match self {
            ErrorCode::Interrupted => ("WSAEINTR", 10004),
            ErrorCode::AccessDenied => ("WSAEACCES", 10013),
            ErrorCode::BadAddress => ("WSAEFAULT", 10014),
            ErrorCode::InvalidArgument => ("WSAEINVAL", 10022),
            ErrorCode::WouldBlock => ("WSAEWOULDBLOCK", 10035),
            ErrorCode::InProgress => ("WSAEINPROGRESS", 10036),
            ErrorCode::AlreadyCompleted => ("WSAEALREADY", 10037),
            ErrorCode::NetworkDown => ("WSAENETDOWN", 10050),
            ErrorCode::NoBufferSpace => ("WSAENOBUFS", 10055),
            ErrorCode::ProcessLimit => ("WSAEPROCLIM", 10067),
            ErrorCode::SystemNotReady => ("WSASYSNOTREADY", 10091),
            ErrorCode::VersionNotSupported => ("WSAVERNOTSUPPORTED", 10092),
            ErrorCode::NotInitialised => ("WSANOTINITIALISED", 10093),
            ErrorCode::HostNotFound => ("WSAHOST_NOT_FOUND", 11001),
            ErrorCode::TryAgain => ("WSATRY_AGAIN", 11002),
            ErrorCode::NoRecovery => ("WSANO_RECOVERY", 11003),
            ErrorCode::NoData => ("WSANO_DATA", 11004),
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.winsock_name(), self.number())
    }
}

impl std::error::Error for ErrorCode {}

/// A query of a guest, unchecked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(variant))]
pub enum Query {
    /// A host by its name, or by an IPv4 address as text. "" is the machine's own name (`S-R13`).
    #[cfg_attr(feature = "wasmtime", component(name = "host-by-name"))]
    HostByName(Box<[u8]>),
    /// A host by its address.
    #[cfg_attr(feature = "wasmtime", component(name = "host-by-address"))]
    HostByAddress(AddressQuery),
    /// A service by its name.
    #[cfg_attr(feature = "wasmtime", component(name = "service-by-name"))]
    ServiceByName(ServiceNameQuery),
    /// A service by its port.
    #[cfg_attr(feature = "wasmtime", component(name = "service-by-port"))]
    ServiceByPort(ServicePortQuery),
    /// A protocol by its name.
    #[cfg_attr(feature = "wasmtime", component(name = "protocol-by-name"))]
    ProtocolByName(Box<[u8]>),
    /// A protocol by its number, in host order (`S-R11`).
    #[cfg_attr(feature = "wasmtime", component(name = "protocol-by-number"))]
    ProtocolByNumber(i32),
    /// The addresses of a host, of one family or of both (`S-A1`).
    #[cfg_attr(feature = "wasmtime", component(name = "addresses"))]
    Addresses(NameQuery),
    /// The name of a host, by an address of either family (`S-A1`).
    #[cfg_attr(feature = "wasmtime", component(name = "name-of"))]
    NameOf(IpAddress),
}

/// A query for a host by its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct AddressQuery {
    /// The address in network byte order. Any length but 4 bytes is WSAEINVAL (`S-R14`).
    pub address: Box<[u8]>,
    /// Winsock's number of the address family. Any but [`AF_INET`] is WSAEINVAL (`S-R14`).
    pub family: i32,
}

/// Winsock's number of the IPv4 address family.
pub const AF_INET: i32 = 2;

/// A query for a service by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ServiceNameQuery {
    /// The name or an alias, in upper or lower case.
    pub name: Box<[u8]>,
    /// The protocol. None or an empty one matches any: the first entry is the answer (`S-R4`,
    /// `S-R12`).
    pub protocol: Option<Box<[u8]>>,
}

/// A query for a service by its port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ServicePortQuery {
    /// The port as a number: 80 for http.
    pub port: u16,
    /// The protocol. None or an empty one matches any: the first entry is the answer (`S-R4`,
    /// `S-R12`).
    pub protocol: Option<Box<[u8]>>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(variant))]
pub enum Answer {
    /// A host.
    #[cfg_attr(feature = "wasmtime", component(name = "host"))]
    Host(HostEntry),
    /// A service.
    #[cfg_attr(feature = "wasmtime", component(name = "service"))]
    Service(ServiceEntry),
    /// A protocol.
    #[cfg_attr(feature = "wasmtime", component(name = "protocol"))]
    Protocol(ProtocolEntry),
    /// The addresses of a host.
    #[cfg_attr(feature = "wasmtime", component(name = "addresses"))]
    Addresses(AddressList),
    /// The name of a host.
    #[cfg_attr(feature = "wasmtime", component(name = "name"))]
    Name(String),
}

impl Answer {
    /// Bytes of memory that the answer holds, itself included.
    pub(crate) fn bytes(&self) -> usize {
        let strings = |name: &String, aliases: &Vec<String>| {
            let aliases_own = aliases.iter().map(String::capacity).sum::<usize>();
            name.capacity() + aliases.capacity() * size_of::<String>() + aliases_own
        };
        size_of::<Self>()
            + match self {
                Answer::Host(e) => {
                    strings(&e.name, &e.aliases) + e.addresses.capacity() * size_of::<u32>()
                }
                Answer::Service(e) => strings(&e.name, &e.aliases) + e.protocol.capacity(),
                Answer::Protocol(e) => strings(&e.name, &e.aliases),
                Answer::Addresses(e) => e.heap_bytes(),
                Answer::Name(name) => name.capacity(),
            }
    }

    /// Trims the answer to `max_bytes`: removes its last addresses except the first one, and then
    /// its last aliases. An answer with a long name may still hold more.
    pub(crate) fn trim(&mut self, max_bytes: usize) {
        self.shrink();
        let over = self.bytes().saturating_sub(max_bytes);
        match self {
            Answer::Host(e) => cut(&mut e.addresses, over),
            Answer::Addresses(e) => cut(&mut e.addresses, over),
            _ => {}
        }
        let mut over = self.bytes().saturating_sub(max_bytes);
        if let Some(aliases) = self.aliases_mut() {
            while over > 0
                && let Some(alias) = aliases.pop()
            {
                over = over.saturating_sub(size_of::<String>() + alias.capacity());
            }
        }
        self.shrink();
    }

    /// Frees the unused capacity of the lists.
    fn shrink(&mut self) {
        match self {
            Answer::Host(e) => e.addresses.shrink_to_fit(),
            Answer::Addresses(e) => e.addresses.shrink_to_fit(),
            _ => {}
        }
        if let Some(aliases) = self.aliases_mut() {
            aliases.shrink_to_fit();
        }
    }

    fn aliases_mut(&mut self) -> Option<&mut Vec<String>> {
        match self {
            Answer::Host(e) => Some(&mut e.aliases),
            Answer::Service(e) => Some(&mut e.aliases),
            Answer::Protocol(e) => Some(&mut e.aliases),
            Answer::Addresses(_) | Answer::Name(_) => None,
        }
    }
}

/// Removes the last items that have `over` bytes together, except the first item.
fn cut<T>(items: &mut Vec<T>, over: usize) {
    let kept = items.len().saturating_sub(over.div_ceil(size_of::<T>()));
    items.truncate(kept.max(1));
    items.shrink_to_fit();
}

impl From<HostEntry> for Answer {
    fn from(entry: HostEntry) -> Answer {
        Answer::Host(entry)
    }
}

impl From<ServiceEntry> for Answer {
    fn from(entry: ServiceEntry) -> Answer {
        Answer::Service(entry)
    }
}

impl From<ProtocolEntry> for Answer {
    fn from(entry: ProtocolEntry) -> Answer {
        Answer::Protocol(entry)
    }
}

impl From<AddressList> for Answer {
    fn from(list: AddressList) -> Answer {
        Answer::Addresses(list)
    }
}

/// A host's names and IPv4 addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct HostEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// Numbers, as in the WIT interface: one copy moves the whole list into the guest.
    addresses: Vec<u32>,
}

impl HostEntry {
    /// Makes an entry without aliases.
    pub fn new(
        name: impl Into<String>,
        addresses: impl IntoIterator<Item = Ipv4Addr>,
    ) -> HostEntry {
        let addresses = addresses.into_iter().map(Ipv4Addr::to_bits).collect();
        HostEntry {
            name: name.into(),
            aliases: Vec::new(),
            addresses,
        }
    }

    /// Replaces the aliases.
    #[must_use]
    pub fn with_aliases<S: Into<String>>(mut self, aliases: impl IntoIterator<Item = S>) -> Self {
        self.aliases = aliases.into_iter().map(Into::into).collect();
        self
    }

    /// The addresses, in the order of the answer.
    pub fn addresses(&self) -> impl ExactSizeIterator<Item = Ipv4Addr> + '_ {
        self.addresses.iter().copied().map(Ipv4Addr::from_bits)
    }
}

/// A service's names, port and protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ServiceEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The port as a number: 80 for http.
    pub port: u16,
    /// The name of its protocol, such as `tcp`.
    pub protocol: String,
}

/// A protocol's names and number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct ProtocolEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The number, in host order (`S-R11`).
    pub number: i32,
}

/// The completion of a request. A request that is not cancelled has exactly one (`S-R6`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lower))]
#[cfg_attr(feature = "wasmtime", component(record))]
pub struct Completion {
    /// The handle of the request.
    pub handle: TaskHandle,
    /// The number that the guest gave with the request.
    pub tag: u64,
    /// The answer or the error.
    pub outcome: Outcome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_the_order_of_the_interface_with_ascending_numbers() {
        for (i, error) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(error as usize, i);
        }
        assert!(
            ErrorCode::ALL
                .map(ErrorCode::number)
                .is_sorted_by(|a, b| a < b)
        );
        assert_eq!(
            ErrorCode::HostNotFound.to_string(),
            "WSAHOST_NOT_FOUND (11001)"
        );
    }

    #[test]
    fn an_entry_has_the_addresses_and_aliases_that_it_was_given() {
        let addresses = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::LOCALHOST];
        let entry = HostEntry::new("a.test", addresses).with_aliases(["b.test"]);
        assert!(entry.addresses().eq(addresses));
        assert_eq!(entry.aliases, ["b.test"]);
    }
}
