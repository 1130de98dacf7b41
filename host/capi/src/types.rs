//! The types and numbers of the C interface. The header has these comments.

use std::ffi::{c_char, c_void};
use std::ptr;

/// The version of this header. A library with another `winsock_async_abi()` has other layouts.
pub const WINSOCK_ASYNC_ABI: u32 = 1;

/// A time-out that never ends, in nanoseconds.
pub const WINSOCK_ASYNC_FOREVER: u64 = u64::MAX;

/// The call succeeded, or a request has an answer.
pub const WINSOCK_ASYNC_OK: i32 = 0;
/// Wrong use: a pointer is null or not aligned.
pub const WINSOCK_ASYNC_WRONG_POINTER: i32 = 1;
/// Wrong use: the handle is 0, was deleted, or is of another kind.
pub const WINSOCK_ASYNC_WRONG_HANDLE: i32 = 2;
/// Wrong use: the session is another thread's.
pub const WINSOCK_ASYNC_WRONG_THREAD: i32 = 3;
/// Wrong use: another thread is in a call of the session.
pub const WINSOCK_ASYNC_IN_USE: i32 = 4;
/// Wrong use: the function was called in a callback.
pub const WINSOCK_ASYNC_WRONG_CALLBACK: i32 = 5;
/// Wrong use: a length is more than half of the address space.
pub const WINSOCK_ASYNC_WRONG_LENGTH: i32 = 6;
/// Wrong use: a text is not UTF-8.
pub const WINSOCK_ASYNC_WRONG_TEXT: i32 = 7;
/// Wrong use: a number is none of those that its field or parameter takes.
pub const WINSOCK_ASYNC_WRONG_NUMBER: i32 = 8;
/// A policy, a table, a script or a name server's settings are malformed. The message says where.
pub const WINSOCK_ASYNC_BAD_CONFIG: i32 = 9;
/// This build or this system does not have the function.
pub const WINSOCK_ASYNC_UNSUPPORTED: i32 = 10;
/// The system refused a resource, such as a descriptor.
pub const WINSOCK_ASYNC_NO_RESOURCE: i32 = 11;
/// The library has a fault: it panicked, and stopped the call.
pub const WINSOCK_ASYNC_PANICKED: i32 = 12;

/// WSAEINTR: a blocking call was cancelled.
pub const WINSOCK_ASYNC_ERROR_INTERRUPTED: i32 = 10004;
/// WSAEACCES: the policy forbids the lookup, its answer or the connection.
pub const WINSOCK_ASYNC_ERROR_ACCESS_DENIED: i32 = 10013;
/// WSAEFAULT: a pointer of the guest is null or invalid.
pub const WINSOCK_ASYNC_ERROR_BAD_ADDRESS: i32 = 10014;
/// WSAEINVAL: an argument is invalid, or no request of this session has the handle.
pub const WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT: i32 = 10022;
/// WSAEWOULDBLOCK: a limit is reached. The request has not begun.
pub const WINSOCK_ASYNC_ERROR_WOULD_BLOCK: i32 = 10035;
/// WSAEINPROGRESS: a blocking call is under way.
pub const WINSOCK_ASYNC_ERROR_IN_PROGRESS: i32 = 10036;
/// WSAEALREADY: the completion of the request to be cancelled was taken.
pub const WINSOCK_ASYNC_ERROR_ALREADY_COMPLETED: i32 = 10037;
/// WSAENETDOWN: the engine is down, or has no worker thread.
pub const WINSOCK_ASYNC_ERROR_NETWORK_DOWN: i32 = 10050;
/// WSAENOBUFS: the guest's buffer is too small.
pub const WINSOCK_ASYNC_ERROR_NO_BUFFER_SPACE: i32 = 10055;
/// WSAEPROCLIM: too many programs use the host.
pub const WINSOCK_ASYNC_ERROR_PROCESS_LIMIT: i32 = 10067;
/// WSASYSNOTREADY: the host is not ready for start-up.
pub const WINSOCK_ASYNC_ERROR_SYSTEM_NOT_READY: i32 = 10091;
/// WSAVERNOTSUPPORTED: the version asked for is not supported.
pub const WINSOCK_ASYNC_ERROR_VERSION_NOT_SUPPORTED: i32 = 10092;
/// WSANOTINITIALISED: there was no start-up.
pub const WINSOCK_ASYNC_ERROR_NOT_INITIALISED: i32 = 10093;
/// WSAHOST_NOT_FOUND: no such host.
pub const WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND: i32 = 11001;
/// WSATRY_AGAIN: a name server is silent or busy, or the request timed out.
pub const WINSOCK_ASYNC_ERROR_TRY_AGAIN: i32 = 11002;
/// WSANO_RECOVERY: a name server refuses or fails.
pub const WINSOCK_ASYNC_ERROR_NO_RECOVERY: i32 = 11003;
/// WSANO_DATA: the host has no address of the family, or there is no such service or protocol.
pub const WINSOCK_ASYNC_ERROR_NO_DATA: i32 = 11004;

/// A resolver: the files /etc/hosts, /etc/services and /etc/protocols of this machine.
pub const WINSOCK_ASYNC_RESOLVER_SYSTEM_TABLES: u32 = 1;
/// A resolver: the name service of the operating system, for hosts.
pub const WINSOCK_ASYNC_RESOLVER_SYSTEM: u32 = 2;
/// A resolver: name servers. The text is as in resolv.conf; without one, the machine's settings.
pub const WINSOCK_ASYNC_RESOLVER_DNS: u32 = 3;
/// A resolver: tables. The text is as in a hosts file; services and protocols are IANA's.
pub const WINSOCK_ASYNC_RESOLVER_TABLES: u32 = 4;
/// A resolver: a script for tests. The text is TOML.
pub const WINSOCK_ASYNC_RESOLVER_SCRIPT: u32 = 5;
/// A resolver: denies every lookup.
pub const WINSOCK_ASYNC_RESOLVER_DENY: u32 = 6;

/// A query: a host by its `name`, which may be an IPv4 address; "" is the machine's own name.
pub const WINSOCK_ASYNC_QUERY_HOST_BY_NAME: u32 = 1;
/// A query: a host by its address: the bytes of `name`, of Winsock's `family` 2.
pub const WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS: u32 = 2;
/// A query: a service by its `name` and, unless that is empty, its `protocol`.
pub const WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME: u32 = 3;
/// A query: a service by its `port` and, unless that is empty, its `protocol`.
pub const WINSOCK_ASYNC_QUERY_SERVICE_BY_PORT: u32 = 4;
/// A query: a protocol by its `name`.
pub const WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NAME: u32 = 5;
/// A query: a protocol by its `number`.
pub const WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NUMBER: u32 = 6;
/// A query: the addresses of the host `name`, of `family` 4 or 6, or 0 for both.
pub const WINSOCK_ASYNC_QUERY_ADDRESSES: u32 = 7;
/// A query: the name of the host with `address`.
pub const WINSOCK_ASYNC_QUERY_NAME_OF: u32 = 8;

/// No answer: the completion has an error.
pub const WINSOCK_ASYNC_ANSWER_NONE: u32 = 0;
/// A host: its name, aliases and IPv4 addresses.
pub const WINSOCK_ASYNC_ANSWER_HOST: u32 = 1;
/// A service: its name, aliases, port and protocol.
pub const WINSOCK_ASYNC_ANSWER_SERVICE: u32 = 2;
/// A protocol: its name, aliases and number.
pub const WINSOCK_ASYNC_ANSWER_PROTOCOL: u32 = 3;
/// Addresses in the order to try them, and the canonical name if it is known.
pub const WINSOCK_ASYNC_ANSWER_ADDRESSES: u32 = 4;
/// The name of an address.
pub const WINSOCK_ASYNC_ANSWER_NAME: u32 = 5;

/// A use: binds a TCP socket, also before it connects or listens.
pub const WINSOCK_ASYNC_USE_TCP_BIND: u32 = 1;
/// A use: listens at the local address of a TCP socket.
pub const WINSOCK_ASYNC_USE_TCP_LISTEN: u32 = 2;
/// A use: connects a TCP socket.
pub const WINSOCK_ASYNC_USE_TCP_CONNECT: u32 = 3;
/// A use: binds a UDP socket, also before it sends.
pub const WINSOCK_ASYNC_USE_UDP_BIND: u32 = 4;
/// A use: connects a UDP socket, or sends a datagram.
pub const WINSOCK_ASYNC_USE_UDP_SEND: u32 = 5;
/// A use: passes a datagram from the address on to the guest. Its denial is not counted.
pub const WINSOCK_ASYNC_USE_UDP_RECEIVE: u32 = 6;

/// A transport: TCP.
pub const WINSOCK_ASYNC_TRANSPORT_TCP: u32 = 1;
/// A transport: UDP.
pub const WINSOCK_ASYNC_TRANSPORT_UDP: u32 = 2;

/// An engine. A handle is never given out again after its engine is deleted.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engine {
    /// The library's. 0 is no engine.
    pub id: u64,
}

/// A session, which is one guest's. A handle is never given out again after its session is deleted.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// The library's. 0 is no session.
    pub id: u64,
}

/// A function that is called when a completion can be taken, with the pointer that was set with it.
///
/// Any thread may call it: a thread of the library, or the session's own thread in a call of the
/// session. A call of the session waits for it. It must not call this library, wait for the
/// session's thread, lock what that thread holds in a call of the session, throw or `longjmp`.
pub type Callback = Option<unsafe extern "C" fn(data: *mut c_void)>;

/// Bytes and their number.
///
/// As an argument: the caller's, copied by the call; null stands for none if `length` is 0. In a
/// completion: the library's, UTF-8 text with a NUL behind it, which `length` does not count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The first byte.
    pub data: *const c_char,
    /// The number of bytes.
    pub length: usize,
}

/// An IPv4 or IPv6 address.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// 4 or 6.
    pub family: u32,
    /// The address in network byte order. An IPv4 address is the first 4 bytes.
    pub bytes: [u8; 16],
}

/// An address and a port.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The address.
    pub address: Address,
    /// The port as a number: 80 for http.
    pub port: u16,
}

/// A resolver and its text.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Resolver {
    /// One of `WINSOCK_ASYNC_RESOLVER_*`.
    pub kind: u32,
    /// What the kind says, or empty.
    pub text: Text,
}

/// The limits of an engine and of its sessions. `winsock_async_limits_default` fills them in.
///
/// Past a limit on requests, bytes, rate or workers, a request fails with
/// `WINSOCK_ASYNC_ERROR_WOULD_BLOCK`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Outstanding requests of one session: pending, or completed and not taken.
    pub max_requests: usize,
    /// Outstanding requests of all sessions.
    pub requests_per_engine: usize,
    /// Bytes that the outstanding requests of one session hold.
    pub bytes_per_session: usize,
    /// Bytes of one answer. A larger one loses its last addresses, then its last aliases.
    pub answer_bytes: usize,
    /// Bytes of a name. A longer name does not exist.
    pub name_bytes: usize,
    /// Addresses that one session was answered and may connect to by a rule for their name.
    pub max_answered_addresses: usize,
    /// Worker threads, and so blocking lookups at a time. With 0, every request fails.
    pub workers: usize,
    /// Worker threads that replace stuck and slow ones while lookups wait.
    pub max_extra_workers: usize,
    /// Workers that may run lookups of one session.
    pub max_workers_per_session: usize,
    /// Requests each second of one session, on average. 0 is no limit.
    pub max_rate_per_second: u32,
    /// Requests at once within that rate. 0 counts as 1.
    pub max_rate_burst: u32,
    /// Nanoseconds that a request may be pending. 0 is no limit.
    pub request_timeout: u64,
    /// Nanoseconds that a lookup runs before its worker is stuck. `WINSOCK_ASYNC_FOREVER` is never.
    pub stuck_after: u64,
}

/// What an engine is made of. All zero is an engine with the defaults, which allows no host.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The policy as TOML. Empty allows no host.
    pub policy: Text,
    /// The resolvers, each asked for what those before it do not know.
    pub resolvers: *const Resolver,
    /// Their number. 0 stands for the system's tables, then the system's name service.
    pub resolver_count: usize,
    /// The limits. Null stands for the defaults.
    pub limits: *const Limits,
    /// The name that the query for the host "" stands for. Empty stands for the machine's name.
    pub host_name: Text,
}

/// A query. Each `WINSOCK_ASYNC_QUERY_*` says which fields it has; the others are not read.
///
/// An error in a name, or an address of a wrong length, is the guest's. It is in the completion.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// One of `WINSOCK_ASYNC_QUERY_*`.
    pub kind: u32,
    /// The family.
    pub family: i32,
    /// The name. Its bytes need not be UTF-8.
    pub name: Text,
    /// The name of the protocol.
    pub protocol: Text,
    /// The address.
    pub address: Address,
    /// The number of the protocol.
    pub number: i32,
    /// The port as a number: 80 for http.
    pub port: u16,
}

/// The completion of a request. `winsock_async_completions_delete` deletes what it points to.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Completion {
    /// The handle of the request.
    pub handle: u64,
    /// The number that was given with the request.
    pub tag: u64,
    /// `WINSOCK_ASYNC_OK`, or one of `WINSOCK_ASYNC_ERROR_*`.
    pub error: i32,
    /// One of `WINSOCK_ASYNC_ANSWER_*`, which says what the fields below have. All others are zero.
    pub kind: u32,
    /// The official or canonical name. `data` is null if it is not known.
    pub name: Text,
    /// The other names.
    pub aliases: *const Text,
    /// Their number.
    pub alias_count: usize,
    /// The addresses.
    pub addresses: *const Address,
    /// Their number.
    pub address_count: usize,
    /// The name of a service's protocol.
    pub protocol: Text,
    /// The number of a protocol.
    pub number: i32,
    /// The port of a service as a number: 80 for http.
    pub port: u16,
    /// The library's: names what the completion owns. 0 if that is nothing.
    pub memory: u64,
}

/// Counts of requests. `pending` are outstanding; every other request is counted in one of the
/// four fields before it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests that were begun.
    pub requests: u64,
    /// Calls that began no request: a limit was reached, or the engine was down.
    pub refused: u64,
    /// Requests that completed with an answer.
    pub answered: u64,
    /// Requests that completed with `WINSOCK_ASYNC_ERROR_ACCESS_DENIED` by the policy.
    pub denied: u64,
    /// Requests that completed with another error.
    pub failed: u64,
    /// Requests that were cancelled.
    pub cancelled: u64,
    /// Requests that are pending, or completed and not taken.
    pub pending: u64,
    /// Uses of addresses that the policy denied.
    pub connections_denied: u64,
}

/// Counts and state of an engine.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The counts of all sessions, those that were deleted included.
    pub total: Stats,
    /// Sessions that exist.
    pub sessions: u64,
    /// Lookups that wait for a worker.
    pub queued: u64,
    /// Worker threads that started with the engine.
    pub workers: u64,
    /// Workers that run a lookup.
    pub busy: u64,
    /// Workers that are stuck in a resolver.
    pub stuck: u64,
    /// Workers that replace stuck and slow ones.
    pub extra: u64,
}

impl Text {
    /// No text.
    pub const NONE: Text = Text {
        data: ptr::null(),
        length: 0,
    };
}
