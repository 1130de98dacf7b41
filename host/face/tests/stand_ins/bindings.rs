//! What `bindgen!` makes of `wit/`, with functions that can trap.

use std::future::Future;

use crate::wasmtime::Result as Trappable;
use crate::wasmtime::component::Resource;
use crate::wasmtime_wasi_io::poll::DynPollable;

pub mod types {
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(u8)]
    pub enum ErrorCode {
        Interrupted,
        AccessDenied,
        BadAddress,
        InvalidArgument,
        WouldBlock,
        InProgress,
        AlreadyCompleted,
        NetworkDown,
        NoBufferSpace,
        ProcessLimit,
        SystemNotReady,
        VersionNotSupported,
        NotInitialised,
        HostNotFound,
        TryAgain,
        NoRecovery,
        NoData,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct AddressQuery {
        pub address: Vec<u8>,
        pub family: i32,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct ServiceNameQuery {
        pub name: Vec<u8>,
        pub protocol: Option<Vec<u8>>,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct ServicePortQuery {
        pub port: u16,
        pub protocol: Option<Vec<u8>>,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum AddressFamily {
        Ipv4,
        Ipv6,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct NameQuery {
        pub name: Vec<u8>,
        pub family: Option<AddressFamily>,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub enum IpAddress {
        Ipv4(u32),
        Ipv6((u64, u64)),
    }

    #[derive(Clone, Debug, PartialEq)]
    pub enum Query {
        HostByName(Vec<u8>),
        HostByAddress(AddressQuery),
        ServiceByName(ServiceNameQuery),
        ServiceByPort(ServicePortQuery),
        ProtocolByName(Vec<u8>),
        ProtocolByNumber(i32),
        Addresses(NameQuery),
        NameOf(IpAddress),
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct HostEntry {
        pub name: String,
        pub aliases: Vec<String>,
        pub addresses: Vec<u32>,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct ServiceEntry {
        pub name: String,
        pub aliases: Vec<String>,
        pub port: u16,
        pub protocol: String,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct ProtocolEntry {
        pub name: String,
        pub aliases: Vec<String>,
        pub number: i32,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct AddressList {
        pub canonical_name: Option<String>,
        pub addresses: Vec<IpAddress>,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub enum Answer {
        Host(HostEntry),
        Service(ServiceEntry),
        Protocol(ProtocolEntry),
        Addresses(AddressList),
        Name(String),
    }

    #[derive(Clone, Debug, PartialEq)]
    pub struct Completion {
        pub handle: u64,
        pub tag: u64,
        pub outcome: Result<Answer, ErrorCode>,
    }
}

pub mod lifecycle {
    use super::*;

    pub type ErrorCode = types::ErrorCode;

    pub trait Host {
        fn startup(&mut self) -> Trappable<Result<(), ErrorCode>>;
        fn cleanup(&mut self) -> Trappable<Result<(), ErrorCode>>;
    }
}

pub mod requests {
    use super::*;

    pub type ErrorCode = types::ErrorCode;
    pub type Query = types::Query;

    pub trait Host {
        fn async_request(&mut self, query: Query, tag: u64) -> Trappable<Result<u64, ErrorCode>>;
        fn cancel(&mut self, handle: u64) -> Trappable<Result<(), ErrorCode>>;
    }
}

pub mod completions {
    use super::*;

    pub type Completion = types::Completion;

    pub trait Host {
        fn take(&mut self, max: u32) -> Trappable<Vec<Completion>>;
        fn wait(&mut self, timeout: Option<u64>) -> impl Future<Output = Trappable<bool>> + Send;
    }
}

pub mod completions_sync {
    use super::*;

    pub type Completion = types::Completion;

    pub trait Host {
        fn take(&mut self, max: u32) -> Trappable<Vec<Completion>>;
        fn wait(&mut self, timeout: Option<u64>) -> Trappable<bool>;
    }
}

pub mod readiness {
    use super::*;

    pub trait Host {
        fn subscribe(&mut self) -> Trappable<Resource<DynPollable>>;
    }
}
