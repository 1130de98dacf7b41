//! The interface itself.

use std::time::Duration;

use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;
use winsock_async_guest::{
    AF_INET, Answer, HostEntry, ProtocolEntry, ServiceEntry, TaskHandle, WSAEACCES, WSAEALREADY,
    WSAEINVAL, WSAEWOULDBLOCK, WSAHOST_NOT_FOUND, WSANO_DATA, WSANO_RECOVERY, WSATRY_AGAIN,
    WsaError,
};
use winsock_async_test_guests::raw::readiness::subscribe;
use winsock_async_test_guests::raw::types::{self, ErrorCode};
use winsock_async_test_guests::raw::{completions, lifecycle, requests};

use crate::face::{Done, Face, Way};
use crate::question::Query;

/// Completions that one call takes at most, after waiting.
const PORTION: u32 = 8;

/// The interface as it is.
pub struct Raw(());

impl Raw {
    pub fn new() -> Raw {
        Raw(())
    }
}

impl Face for Raw {
    const EXACT: bool = true;

    fn startup(&mut self) {
        lifecycle::startup().expect("a start-up");
    }

    fn cleanup(&mut self) {
        lifecycle::cleanup().expect("a clean-up");
    }

    fn ask(&mut self, query: &Query, tag: u64) -> Result<TaskHandle, WsaError> {
        requests::async_request(&interface_query(query), tag).map_err(error)
    }

    fn cancel(&mut self, handle: TaskHandle) -> Result<(), WsaError> {
        requests::cancel(handle).map_err(error)
    }

    fn take(&mut self, max: u32) -> Vec<Done> {
        let taken = completions::take(max);
        assert!(taken.len() <= max as usize, "more than asked for");
        taken.into_iter().map(done).collect()
    }

    fn wait(&mut self, time: Duration, way: Way) -> Vec<Done> {
        let nanoseconds = u64::try_from(time.as_nanos()).expect("a short time");
        let there = match way {
            Way::Timed => completions::wait(Some(nanoseconds)),
            Way::Endless => completions::wait(None),
            Way::Polled => {
                let timer = subscribe_duration(nanoseconds);
                let pollable = subscribe();
                // It may be ready for what was cancelled meanwhile.
                while poll(&[&pollable, &timer]).contains(&0) {
                    let taken = self.take(PORTION);
                    if !taken.is_empty() {
                        return taken;
                    }
                }
                return Vec::new();
            }
        };
        let taken = self.take(PORTION);
        assert!(
            !there || !taken.is_empty(),
            "`wait` promised a completion, `take` has none"
        );
        taken
    }
}

fn interface_query(query: &Query) -> types::Query {
    match query {
        Query::Host(name) => types::Query::HostByName(name.as_str().into()),
        Query::Address(address) => types::Query::HostByAddress(types::AddressQuery {
            address: address.octets().into(),
            family: AF_INET,
        }),
        Query::Service(name, protocol) => types::Query::ServiceByName(types::ServiceNameQuery {
            name: name.as_str().into(),
            protocol: protocol.map(Into::into),
        }),
        Query::Port(port, protocol) => types::Query::ServiceByPort(types::ServicePortQuery {
            port: *port,
            protocol: Some(protocol.as_str().into()),
        }),
        Query::Protocol(name) => types::Query::ProtocolByName(name.as_str().into()),
        Query::Number(number) => types::Query::ProtocolByNumber(*number),
    }
}

fn done(completion: types::Completion) -> Done {
    Done {
        handle: completion.handle,
        tag: Some(completion.tag),
        outcome: completion.outcome.map(answer).map_err(error),
    }
}

fn answer(answer: types::Answer) -> Answer {
    match answer {
        types::Answer::Host(entry) => Answer::Host(HostEntry {
            name: entry.name,
            aliases: entry.aliases,
            addresses: entry.addresses.into_iter().map(Into::into).collect(),
        }),
        types::Answer::Service(entry) => Answer::Service(ServiceEntry {
            name: entry.name,
            aliases: entry.aliases,
            port: entry.port,
            protocol: entry.protocol,
        }),
        types::Answer::Protocol(entry) => Answer::Protocol(ProtocolEntry {
            name: entry.name,
            aliases: entry.aliases,
            number: entry.number,
        }),
    }
}

/// The errors that the soak can bring about; there are to be no others.
fn error(code: ErrorCode) -> WsaError {
    match code {
        ErrorCode::AccessDenied => WSAEACCES,
        ErrorCode::InvalidArgument => WSAEINVAL,
        ErrorCode::WouldBlock => WSAEWOULDBLOCK,
        ErrorCode::AlreadyCompleted => WSAEALREADY,
        ErrorCode::HostNotFound => WSAHOST_NOT_FOUND,
        ErrorCode::TryAgain => WSATRY_AGAIN,
        ErrorCode::NoRecovery => WSANO_RECOVERY,
        ErrorCode::NoData => WSANO_DATA,
        other => panic!("nothing here leads to {other:?}"),
    }
}
