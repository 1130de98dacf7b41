//! The fuzzer's input.

use arbitrary::Arbitrary;
use winsock_async_engine::{AF_INET, AddressQuery, Query, ServiceNameQuery, ServicePortQuery};

/// The engine, and the calls on its sessions.
#[derive(Arbitrary, Debug)]
pub struct Input {
    pub(super) engine: u8,
    /// Whether each session has a start-up before the first step.
    pub(super) started: bool,
    /// The session of each step, and the step.
    pub(super) steps: Vec<(u8, Step)>,
}

/// One call, or one event between calls.
#[derive(Arbitrary, Debug)]
pub(super) enum Step {
    Request(Question, u64),
    Cancel(Number),
    Startup,
    Cleanup,
    Take(u8),
    TakeAll,
    /// With a time-out of 0.
    Wait,
    /// Polls the future of a completion once, and drops it.
    Poll,
    /// Held lookups keep their workers from now on.
    Hold,
    /// Held lookups return.
    Release,
    Yield,
    /// Drops the session, and replaces it by a new one.
    Drop,
    /// Begins a lookup of the same guest, as a future.
    Begin(Question),
    /// Polls one of the lookups.
    PollLookup(u8),
    /// Drops one of the lookups.
    DropLookup(u8),
}

/// The handle that is passed to cancel.
#[derive(Arbitrary, Debug)]
pub(super) enum Number {
    /// A handle that this session has given, of an outstanding or an ended request.
    Given(u8),
    /// A handle of another session.
    Foreign(u8),
    /// A handle of this session with one bit flipped.
    Flipped(u8, u8),
    Any(u64),
}

/// A query of each of the six kinds.
#[derive(Arbitrary, Debug)]
pub(super) enum Question {
    Host(Name),
    GoodAddress(u8),
    Address(Vec<u8>, i32),
    Service(Name, Option<Name>),
    Port(u16, Option<Name>),
    Protocol(Name),
    Number(i32),
}

#[derive(Arbitrary, Debug)]
pub(super) enum Name {
    Good(u8),
    Any(Vec<u8>),
    Long(u8, u16),
}

impl From<Question> for Query {
    fn from(question: Question) -> Query {
        match question {
            Question::Host(name) => Query::HostByName(name.bytes()),
            Question::GoodAddress(last) => Query::HostByAddress(AddressQuery {
                address: [192, 0, 2, last].into(),
                family: AF_INET,
            }),
            Question::Address(address, family) => Query::HostByAddress(AddressQuery {
                address: address.into(),
                family,
            }),
            Question::Service(name, protocol) => Query::ServiceByName(ServiceNameQuery {
                name: name.bytes(),
                protocol: protocol.map(Name::bytes),
            }),
            Question::Port(port, protocol) => Query::ServiceByPort(ServicePortQuery {
                port,
                protocol: protocol.map(Name::bytes),
            }),
            Question::Protocol(name) => Query::ProtocolByName(name.bytes()),
            Question::Number(number) => Query::ProtocolByNumber(number),
        }
    }
}

impl Name {
    fn bytes(self) -> Box<[u8]> {
        match self {
            Name::Good(n) => format!("n{n}.test").into_bytes().into(),
            Name::Any(bytes) => bytes.into(),
            Name::Long(byte, length) => vec![byte; length.into()].into(),
        }
    }
}
